"""A timeline as a Gantt chart in the terminal."""

import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from rich.console import Console
from rich.text import Text

from preview.timeline.schedule import Link, Step, Timeline
from preview.timeline.waits import Why
from preview.timeline.words import clock, in_words

_BARS = 48
_SHOWN = 1 / 60
"""What takes less than this part of the whole is left out of the chart, unless the end waits for it."""
_WHYS = {
    None: "starts at once",
    Why.VALUE: "takes a value of the one before",
    Why.PROVIDER: "its provider takes a value of the one before",
    Why.AWS: "AWS needs the one before",
    Why.REQUEST: "asked to wait by depends_on",
    Why.COMPONENT: "waits for the whole component",
    Why.PARENT: "waits for its parent",
}


def sentence(timeline: Timeline) -> str:
    """How long a deployment takes, in a line."""
    return f"about {in_words(timeline.typical)}, at worst {in_words(timeline.worst)}"


def show(timeline: Timeline, stack: str, file: IO[str] | None = None) -> None:
    """Prints the totals, the chart, the critical path and what might be mended."""
    console = Console(file=file or sys.stdout, highlight=False, soft_wrap=True)
    console.print(Text.assemble((stack, "bold"), f"  deployment to an empty account: {sentence(timeline)}"))
    longer = f"{max(0.0, timeline.ratio - 1):.0%} longer"
    least = f"AWS itself imposes {in_words(timeline.least)}, at worst {in_words(timeline.least_worst)}"
    console.print(f"{least}: this is {longer}; {timeline.at_once} resources at once at most")
    console.print()
    for line in _chart(timeline):
        console.print(line)
    console.print()
    console.print(Text("Critical path, by typical times", style="bold"))
    for link in timeline.path:
        console.print(_link(link))
    for line in _notes(timeline):
        console.print(line)


def _chart(timeline: Timeline) -> Iterator[Text]:
    critical = {link.node.urn for link in timeline.path}
    least = timeline.typical * _SHOWN
    shown = [step for step in timeline.steps if step.finish - step.start >= least or step.node.urn in critical]
    rows = list(_rows(shown, critical))
    width = max((len(row.name) for row in rows), default=0)
    scale = _BARS / timeline.typical if timeline.typical else 0.0
    yield Text(f"{'':<{width}}  0{clock(timeline.typical):>{_BARS - 1}}", style="dim")
    for row in rows:
        begin = min(int(row.start * scale), _BARS - 1)
        length = max(1, min(round((row.finish - row.start) * scale), _BARS - begin))
        line = Text(f"{row.name:<{width}}  ").append(" " * begin)
        line.append("█" * length, "bold red" if row.critical else "cyan")
        yield line.append(f"{'':<{_BARS - begin - length}}  {in_words(row.finish - row.start)}", "dim")
    left_out = len(timeline.steps) - len(shown)
    if left_out:
        yield Text(f"and {left_out} resources of less than {in_words(least)} each", style="dim")


@dataclass(frozen=True)
class _Row:
    name: str
    start: float
    finish: float
    critical: bool


def _rows(steps: Iterable[Step], critical: Container[str]) -> Iterator[_Row]:
    """A row a resource; those of a kind that are made at the same time share one, unless the end waits for them."""
    groups: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        alone = (step.node.urn,) if step.node.urn in critical else ()
        groups.setdefault((step.node.kind, clock(step.start), clock(step.finish), *alone), []).append(step)
    for members in groups.values():
        first = members[0]
        name = f"{first.node.kind} {first.node.name}" if len(members) == 1 else f"{len(members)}x {first.node.kind}"
        yield _Row(name, first.start, first.finish, first.node.urn in critical)


def _link(link: Link) -> Text:
    needless = link.why is not None and not link.why.imposed
    line = Text(f"{clock(link.start):>8}  {in_words(link.finish - link.start):>7}  ")
    line.append(f"{link.node.kind} ", "cyan").append(link.node.name)
    return line.append(f"  {_WHYS[link.why]}", "yellow" if needless else "dim")


def _notes(timeline: Timeline) -> Iterator[Text]:
    for node, limit, worst in timeline.impatient:
        told = f"{node.kind} {node.name}: the provider gives up after {in_words(limit)}, it may take {in_words(worst)}"
        yield Text(told, style="yellow")
