"""What pages show of commands: the blocks that begin with `$ strata …`, where … stands for what was left out."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PAGES = ("docs/preview.md", "README.md")
LEFT_OUT = "…"
_BLOCK = re.compile(r"^```\n\$ strata (?P<command>[^\n]+)\n(?P<shown>.*?)^```$", re.MULTILINE | re.DOTALL)
_LIKE = 0.5


@dataclass(frozen=True)
class Sample:
    """A command and the lines shown of what it prints, which stand from ``start`` to ``end`` of the page's text."""

    command: str
    shown: list[str]
    start: int
    end: int


def samples(text: str) -> Iterator[Sample]:
    """Every sample of a page."""
    for found in _BLOCK.finditer(text):
        yield Sample(found["command"], found["shown"].splitlines(), *found.span("shown"))


def missing(shown: Sequence[str], printed: Sequence[str]) -> str:
    """The first line that is not printed after those before it; nothing where all are."""
    rest = iter(printed)
    for line in shown:
        if line.strip() != LEFT_OUT and not any(_fits(line, found) for found in rest):
            return line
    return ""


def renewed(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """The same lines as they are printed now, cut where they were cut.

    A line that is no longer printed becomes the one most like it between its neighbours that still are; where none is
    like it, it stays for people to look at.
    """
    told = list(shown)
    places = _places(shown, printed)
    for number, line in enumerate(shown):
        if places[number] is not None or line.strip() == LEFT_OUT:
            continue
        low = max((place + 1 for place in places[:number] if place is not None), default=0)
        high = min((place for place in places[number + 1 :] if place is not None), default=len(printed))
        near = {_cut(line, candidate.rstrip()): at for at, candidate in reversed([*enumerate(printed)][low:high])}
        best = difflib.get_close_matches(line, near, n=1, cutoff=_LIKE)
        if best:
            told[number], places[number] = best[0], near[best[0]]
    return told


def _places(shown: Sequence[str], printed: Sequence[str]) -> list[int | None]:
    """Where each line is printed, after those before it that are printed too."""
    places: list[int | None] = []
    after = 0
    for line in shown:
        found = [at for at in range(after, len(printed)) if line.strip() != LEFT_OUT and _fits(line, printed[at])]
        places.append(found[0] if found else None)
        after = found[0] + 1 if found else after
    return places


def _fits(line: str, found: str) -> bool:
    start, cut, end = line.partition(LEFT_OUT)
    found = found.rstrip()
    return found.startswith(start.rstrip()) and found.endswith(end) if cut else found == start.rstrip()


def _cut(line: str, found: str) -> str:
    """What is printed, shortened after and before as many words as the line had."""
    start, cut, end = line.partition(LEFT_OUT)
    if not cut:
        return found
    words = re.findall(r"\s*\S+", found)
    first, last = len(start.split()), len(end.split())
    if len(words) < first + last:
        return found
    kept = "".join(words[len(words) - last :]) if last else ""
    space = " " if start.endswith(" ") else ""
    return f"{''.join(words[:first])}{space}{LEFT_OUT}{kept}"
