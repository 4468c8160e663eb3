"""Lines for a terminal, broken between words at its width; whole into a pipe, where a line is an item."""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_UNBOUNDED = 100_000
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
"""What keeps the columns of a line apart."""
_PARTS = re.compile(r"[^/:,._=-]*(?:[/:,._=-]+|$)")
"""Of a word that is longer than a line, such as an ARN, where it may be broken."""


class Whole(str):
    """A command that is copied into a shell: wherever it were broken, it would be another one."""

    __slots__ = ()


class Lines:
    """Prints texts and tables to stdout or a file."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self._console = Console(file=file or sys.stdout, highlight=False)
        self.is_terminal = self._console.is_terminal

    @property
    def width(self) -> int:
        """The columns that there are for a line; as good as endless in a pipe."""
        return self._console.width if self.is_terminal else _UNBOUNDED

    def print(self, item: Text | Table | str = "", style: str = "") -> None:
        """Prints an item; strings as they are, without markup. What goes on in a further line is indented."""
        if isinstance(item, Whole):
            self._console.print(Text(item), soft_wrap=True)
            return
        for line in self._lines(Text(item) if isinstance(item, str) else item):
            for part in broken(line, self.width):
                self._console.print(part, style=style, soft_wrap=True)

    def _lines(self, item: Text | Table) -> Iterator[Text]:
        if isinstance(item, Text):
            return iter(item.split("\n", allow_blank=True) if item.plain else [item])
        least, natural = Measurement.get(self._console, self._console.options.update(width=_UNBOUNDED), item)
        if least > self.width:
            return _records(item)
        return self._rows(item, min(natural, self.width))

    def _rows(self, table: Table, width: int) -> Iterator[Text]:
        for line in self._console.render_lines(table, self._console.options.update(width=width), pad=False):
            text = Text.assemble(*((part.text, part.style or "") for part in line))
            text.rstrip()
            yield text


def _records(table: Table) -> Iterator[Text]:
    """A table that is wider than the terminal: a line a row, each of its cells named by the head of its column."""
    heads = [str(column.header) for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        if row[0] == table.columns[0].header:
            continue  # the heads themselves
        cells = zip(heads[1:], row[1:], strict=True)
        told = (Text.assemble(f"{head} " if head else "", cell) for head, cell in cells if str(cell))
        yield Text.assemble(row[0], ": ", Text(", ").join(told))


def print_lines(lines: Iterable[str]) -> None:
    """Prints each to stdout."""
    out = Lines()
    for line in lines:
        out.print(line)


def broken(line: Text, width: int) -> Iterator[Text]:
    """The line in pieces of at most ``width`` columns, each after the first below where the line's text begins.

    A word is broken only where it is longer than a piece, then after one of its signs if it has any.
    """
    if cell_len(line.plain) <= width:
        yield line
        return
    if (spare := _indent(line.plain) - width // 3) > 0:
        line = line[spare:]
    plain = line.plain
    hang = _hang(plain, width)
    begin = last = 0
    for start, end, together in _words(plain, width - hang):
        taken = cell_len(plain[begin:together]) + (hang if begin else 0)
        if last > begin and taken > width:
            yield _piece(line, begin, last, hang)
            begin = start
        last = end
    yield _piece(line, begin, last, hang)


def _piece(line: Text, begin: int, end: int, hang: int) -> Text:
    piece = line[begin:end]
    return Text.assemble(" " * hang, piece) if begin else piece


def _hang(plain: str, width: int) -> int:
    """How far further lines are indented: as the last column in the left half, or a little more than the line is."""
    ends = [gap.end() for gap in _GAP.finditer(plain) if gap.end() <= width // 2]
    return min(max([_indent(plain) + 2, *ends]), width // 2)


def _indent(plain: str) -> int:
    return len(plain) - len(plain.lstrip())


def _words(plain: str, room: int) -> Iterator[tuple[int, int, int]]:
    """Of each word, or part of a long one, its begin and end, and the end of what should stay in one piece with it."""
    begins = {gap.end() for gap in _GAP.finditer(plain)}
    ends = sorted([*(gap.start() for gap in _GAP.finditer(plain)), len(plain)])
    for word in re.finditer(r"\S+", plain):
        start = word.start()
        cell = next(end for end in ends if end > start)
        if cell_len(word[0]) <= room:
            yield start, word.end(), min(cell, start + room) if start in begins else word.end()
            continue
        yield from ((start + a, start + b, start + b) for a, b in _parts(word[0], room))


def _parts(word: str, room: int) -> Iterator[tuple[int, int]]:
    for part in _PARTS.finditer(word):
        for begin in range(part.start(), part.end(), room):
            yield begin, min(begin + room, part.end())
