"""The timeline section: a Gantt chart, and the chain that the end waits for."""

from dataclasses import dataclass

from analyser.analyses.timeline.schedule import Link, Timeline
from analyser.faces.page.amounts import percent, shortened
from analyser.faces.timeline_rows import Row, chart
from analyser.faces.timeline_text import WHYS, clock, in_words, lost

_LABELS = 31
"""How many percent of the chart's width its labels take."""
_PLOT = 94 - _LABELS
"""How many percent the bars take; what is left holds the last duration."""
_LETTERS = 36
_STEPS = (60, 120, 300, 600, 900, 1800, 3600)
"""Seconds that may lie between two marks of the axis; marks are as close as ten of them allow."""
_MARKS = 10


@dataclass(frozen=True)
class Bar:
    """A row of the chart: where its bar begins and how wide it is, in percent of the chart."""

    name: str
    short: str
    start: str
    finish: str
    takes: str
    worst: str
    critical: bool
    x: str
    width: str
    after: str
    """Where the duration is written."""


@dataclass(frozen=True)
class Mark:
    """A tick of the time axis."""

    x: str
    label: str


@dataclass(frozen=True)
class Wait:
    """A link of the critical path."""

    start: str
    takes: str
    kind: str
    name: str
    why: str
    imposed: bool


@dataclass(frozen=True)
class Gantt:
    """The contents of the timeline section."""

    typical: str
    worst: str
    least: str
    longer: str
    """By how much the deployment takes longer than AWS imposes."""
    at_once: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    bound: str
    """Where the lower bound stands."""
    left_out: str
    path: tuple[Wait, ...]
    impatient: tuple[str, ...]
    guessed: str
    """Types of which nobody has said how long they take."""


def gantt(timeline: Timeline) -> Gantt:
    """The timeline section of a timeline."""
    drawn = chart(timeline)
    out = f"{drawn.left_out} more take less than {in_words(drawn.least)} each and are not drawn"
    return Gantt(
        typical=in_words(timeline.typical),
        worst=in_words(timeline.worst),
        least=in_words(timeline.least),
        longer=f"{max(0.0, timeline.ratio - 1):.0%}",
        at_once=timeline.at_once,
        bars=tuple(_bar(row, timeline.typical) for row in drawn.rows),
        marks=tuple(_marks(timeline.typical)),
        bound=_x(timeline.least, timeline.typical),
        left_out=out if drawn.left_out else "",
        path=tuple(_wait(link) for link in timeline.path),
        impatient=tuple(
            f"{node.kind} {node.name}: its provider gives up after {in_words(limit)}, and it may take {in_words(worst)}"
            for node, limit, worst in timeline.impatient
        )
        + tuple(lost(wait) for wait in timeline.lost),
        guessed=", ".join(timeline.guessed),
    )


def _bar(row: Row, whole: float) -> Bar:
    return Bar(
        name=row.name,
        short=shortened(row.name, _LETTERS),
        start=clock(row.start),
        finish=clock(row.finish),
        takes=in_words(row.finish - row.start),
        worst=in_words(row.worst),
        critical=row.critical,
        x=_x(row.start, whole),
        width=percent((row.finish - row.start) * _PLOT, whole * 100),
        after=_x(row.finish, whole),
    )


def _x(seconds: float, whole: float) -> str:
    return f"{_LABELS + (_PLOT * seconds / whole if whole else 0.0):.2f}%"


def _marks(whole: float) -> list[Mark]:
    step = next((step for step in _STEPS if whole / step <= _MARKS), _STEPS[-1])
    return [Mark(_x(at, whole), clock(at)) for at in range(0, int(whole) + 1, step)]


def _wait(link: Link) -> Wait:
    imposed = link.why is None or link.why.imposed
    takes = in_words(link.finish - link.start)
    return Wait(clock(link.start), takes, link.node.kind, link.node.name, WHYS[link.why], imposed)
