"""The pages under docs/requirements, read as data, and the ids that any text names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.stacks import ROOT

FOLDER = Path("docs/requirements")
ROWS = ("id", "what is asked", "judgement", "met by", "proof", "state")
JUDGEMENTS = ("id", "decision", "why")
SYSTEMS = {"CONF": "confluence", "REC": "records", "MDR": "mdreader", "CON": "consulting", "COL": "collaboration"}

_NAMED = re.compile(
    r"\b(?P<area>(?:CONF|REC|MDR|CON|COL)-[A-Z0-9]+|J-[A-Z]+)-(?P<first>\d+)\b"
    r"(?P<more>(?:(?:,? and|,? or|,| to|/|\s?…)\s*-\d+\b)*)"
)
_NEXT = re.compile(r"(?P<between>to|…)?\s*-(?P<number>\d+)\b")
_SPAN = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Line:
    """One line of a table: where it stands, and its cells by column."""

    page: str
    number: int
    section: str
    cells: dict[str, str]

    @property
    def id(self) -> str:
        """The row's or the judgement's id."""
        return self.cells["id"]

    @property
    def place(self) -> str:
        """Which file, line and row to edit."""
        return f"{self.page}:{self.number}: {self.id}"

    @property
    def state(self) -> str:
        """The state's first words: met, in part, open or not for a program."""
        return self.cells["state"].partition(":")[0]

    def spans(self, column: str) -> list[str]:
        """What a cell names as code."""
        return _SPAN.findall(self.cells[column])


def page_paths() -> list[Path]:
    """Every page, by name."""
    return sorted((ROOT / FOLDER).glob("*.md"))


def lines_of(path: Path, columns: tuple[str, ...]) -> list[Line]:
    """The lines of all tables of a page that have these columns.

    Raises ValueError, with file and line, where a line has other cells than its header.
    """
    page = path.relative_to(ROOT).as_posix()
    found: list[Line] = []
    section, header = "", ()
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if text.startswith("#"):
            section, header = text.lstrip("# "), ()
        if not text.startswith("|"):
            header = ()
            continue
        cells = tuple(cell.strip() for cell in text.strip().strip("|").split("|"))
        if not header:
            header = cells
        elif set(text) <= set("|-: "):
            continue
        elif header == columns:
            if len(cells) != len(columns):
                raise ValueError(f"{page}:{number}: {len(cells)} cells under {len(columns)} columns")
            found.append(Line(page, number, section, dict(zip(columns, cells, strict=True))))
    return found


def headers_of(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """The header of each table of a page, with the section that it stands in."""
    found, section, inside = [], "", False
    for text in path.read_text(encoding="utf-8").splitlines():
        if text.startswith("#"):
            section = text.lstrip("# ")
        if text.startswith("|") and not inside:
            found.append((section, tuple(cell.strip() for cell in text.strip().strip("|").split("|"))))
        inside = text.startswith("|")
    return found


def requirements() -> list[Line]:
    """Every row of every page."""
    return [line for path in page_paths() for line in lines_of(path, ROWS)]


def judgements() -> list[Line]:
    """Every judgement of every page."""
    return [line for path in page_paths() for line in lines_of(path, JUDGEMENTS)]


def ids_in(text: str) -> Iterator[tuple[str, int]]:
    """Every id that a text names, with its line; those inside a range and those named by their number alone too.

    ``AREA-01, -03``, ``AREA-01/-02`` and ``AREA-01 and -02`` name two each; ``AREA-01 to -04`` and ``AREA-01 … -04``
    name four.
    """
    for match in _NAMED.finditer(text):
        area, last = match["area"], match["first"]
        line = text.count("\n", 0, match.start()) + 1
        yield f"{area}-{last}", line
        for following in _NEXT.finditer(match["more"]):
            number = following["number"]
            start = int(last) + 1 if following["between"] else int(number)
            for one in range(start, int(number) + 1):
                yield f"{area}-{one:0{len(number)}d}", line
            last = number
