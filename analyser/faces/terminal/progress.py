"""A spinner on stderr while the program runs; nothing where nobody looks."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress(stack: str) -> Generator[Callable[[int], None] | None]:
    """Shows that ``stack`` is being previewed; hands out a function that takes the number of registrations so far."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{stack}: importing") as status:
        yield lambda number: status.update(f"{stack}: {number} registered")
