"""What a command says when it cannot do what was asked."""

import difflib
from collections.abc import Iterable


class UsageError(Exception):
    """The command cannot do what was asked; one line a problem."""


def near(said: str, names: Iterable[str]) -> str:
    """What a name that is none may have meant, as the end of a line that says so; nothing where none is near."""
    close = difflib.get_close_matches(said, list(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""
