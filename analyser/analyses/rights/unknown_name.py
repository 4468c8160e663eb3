"""The error for a name that nothing in the stack has, with suggestions."""

from collections.abc import Iterable
from difflib import get_close_matches


class UnknownNameError(Exception):
    """A name means nothing in the stack, or too much; the message says what there is."""


def suggest(name: str, known: Iterable[str]) -> str:
    """What might have been meant, or all there is."""
    names = sorted(set(known))
    if not names:
        return "the stack has none"
    close = get_close_matches(name, names, n=3)
    return f"did you mean {' or '.join(close)}?" if close else f"there is: {', '.join(names)}"
