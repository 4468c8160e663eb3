"""The streams that a command writes to: closed ones, full ones, and those that cannot hold every letter."""

import codecs
import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

_PLAIN = "strata-plain"
_LETTERS = {
    **dict.fromkeys("─", "-"),
    **dict.fromkeys("│┬┐├└┼┘┴", "+"),
    **dict.fromkeys("“”", '"'),
    "…": "...",
    "·": "-",
    "→": "->",
    "►": ">",
    "◄": "<",
    "✓": "ok",
    "✗": "x",
    "±": "+-",
    "\u2013": "-",
    "\u00d7": "x",
}
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the system says of a device that takes no more."""


class _Pipe(io.FileIO):
    """A pipe that may be written to after its reader has left, as ``head`` does: the exit status is of the whole."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)


def prepare() -> None:
    """Makes both streams take whatever is printed: nothing where nobody reads them, plain letters where they must."""
    codecs.register_error(_PLAIN, _plain)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started the command, who wants its exit status alone
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process lives
            continue
        plain = not stream.encoding.lower().startswith("utf")
        pipe = io.BufferedWriter(_Pipe(stream.fileno(), "w", closefd=False))
        told = io.TextIOWrapper(
            pipe,
            encoding=stream.encoding,
            errors=_PLAIN if plain else stream.errors,
            line_buffering=stream.line_buffering,
        )
        setattr(sys, name, told)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """A letter that the stream's encoding lacks, in those that every encoding has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_LETTERS.get(letter, "?") for letter in found), error.end
