"""The rows of a Gantt chart, whatever draws it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from analyser.analyses.timeline.schedule import Step, Timeline
from analyser.faces.timeline_text import clock

_SHOWN = 1 / 60
"""What takes less than this part of the whole is left out of the chart, unless the end waits for it."""


@dataclass(frozen=True)
class Row:
    """One bar of the chart: a resource, or several of a type that are created together; in seconds."""

    name: str
    start: float
    finish: float
    critical: bool
    """Whether the end waits for it."""
    worst: float
    """How long the slowest of them takes at worst."""


@dataclass(frozen=True)
class Chart:
    """What a chart shows, and how many resources it leaves out for taking less than ``least`` seconds."""

    rows: tuple[Row, ...]
    left_out: int
    least: int


def chart(timeline: Timeline) -> Chart:
    """A row a resource; those of a kind that are made at the same time share one, unless the end waits for them."""
    critical = {link.node.urn for link in timeline.path}
    least = max(1, round(timeline.typical * _SHOWN))  # in words, as it is told: of less than 0 s there is nothing
    shown = [step for step in timeline.steps if step.finish - step.start >= least or step.node.urn in critical]
    return Chart(tuple(_rows(shown, critical)), len(timeline.steps) - len(shown), least)


def _rows(steps: Iterable[Step], critical: Container[str]) -> Iterator[Row]:
    groups: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        alone = (step.node.urn,) if step.node.urn in critical else ()
        groups.setdefault((step.node.kind, clock(step.start), clock(step.finish), *alone), []).append(step)
    for members in groups.values():
        first = members[0]
        name = f"{first.node.kind} {first.node.name}" if len(members) == 1 else f"{len(members)}x {first.node.kind}"
        worst = max(step.worst_finish - step.worst_start for step in members)
        yield Row(name, first.start, first.finish, first.node.urn in critical, worst)
