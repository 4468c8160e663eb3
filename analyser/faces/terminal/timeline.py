"""A timeline as a Gantt chart in the terminal."""

from collections.abc import Iterator
from typing import IO

from rich.text import Text

from analyser.analyses.timeline.parallel import PARALLEL
from analyser.analyses.timeline.schedule import Link, Timeline
from analyser.analyses.timeline.teardown import Teardown
from analyser.faces.terminal.lines import Lines
from analyser.faces.timeline_rows import chart
from analyser.faces.timeline_text import WHYS, clock, in_words, lost, sentence

_BARS = 48
"""The widest that bars are drawn; less where the terminal has less."""
_LEAST = 16
_SPAN = 12
"""What the length of a bar in words takes."""


def show(timeline: Timeline, stack: str, file: IO[str] | None = None) -> None:
    """Prints the totals, the chart, the critical path and what might be mended."""
    console = Lines(file)
    console.print(Text.assemble((stack, "bold"), f"  deployment to an empty account: {sentence(timeline)}"))
    longer = f"{max(0.0, timeline.ratio - 1):.0%} longer"
    least = f"AWS itself imposes {in_words(timeline.least)}, at worst {in_words(timeline.least_worst)}"
    console.print(f"{least}: this is {longer}; {timeline.at_once} resources at once at most")
    console.print(_engine(timeline.parallel))
    console.print()
    for line in _chart(timeline, console.width):
        console.print(line)
    console.print()
    console.print(Text("Critical path, by typical times", style="bold"))
    for link in timeline.path:
        console.print(_link(link))
    for line in _notes(timeline):
        console.print(line)


def show_gone(found: Teardown, stack: str, file: IO[str] | None = None) -> None:
    """Prints how long it takes to take a stack away, what that waits for, and what is in the way."""
    console = Lines(file)
    least, worst = ("at least", "not known") if found.guessed else ("about", in_words(found.worst))
    told = f"{least} {in_words(found.typical)}, at worst {worst}"
    console.print(Text.assemble((stack, "bold"), f"  taking all of it away: {told}"))
    console.print(_engine(found.parallel, least))
    console.print()
    console.print(Text("Critical path, by typical times", style="bold"))
    for link in found.path:
        line = Text(f"{clock(link.start):>8}  {in_words(link.finish - link.start):>7}  ")
        console.print(line.append(f"{link.node.kind} ", "cyan").append(link.node.name))
    if found.protected:
        names = ", ".join(sorted(node.name for node in found.protected))
        console.print(Text(f"Protected, so `pulumi destroy` stops: {names}", style="yellow"))
    if found.retained:
        names = ", ".join(sorted(node.name for node in found.retained))
        console.print(Text(f"Stays in the cloud: {names}", style="dim"))
    for token in found.guessed:
        console.print(
            Text(f"{token}: nobody has said how long it takes to go; nothing of it is counted", style="yellow")
        )


def _engine(parallel: float, least: str = "about") -> str:
    return f"With {PARALLEL} at once, as the engine takes them on four cores: {least} {in_words(parallel)}"


def _chart(timeline: Timeline, room: int) -> Iterator[Text]:
    """Names beside bars; above them where the terminal is too narrow for both."""
    drawn = chart(timeline)
    width = max((len(row.name) for row in drawn.rows), default=0)
    above = width + _LEAST + _SPAN > room
    if above:
        width = 0
    bars = min(_BARS, room - width - _SPAN)
    scale = bars / timeline.typical if timeline.typical else 0.0
    yield Text(f"{'':<{width}}  0{clock(timeline.typical):>{bars - 1}}", style="dim")
    for row in drawn.rows:
        begin = min(int(row.start * scale), bars - 1)
        length = max(1, min(round((row.finish - row.start) * scale), bars - begin))
        if above:
            yield Text(row.name)
        line = Text(f"{'' if above else row.name:<{width}}  ").append(" " * begin)
        line.append("█" * length, "bold red" if row.critical else "cyan")
        yield line.append(f"{'':<{bars - begin - length}}  {in_words(row.finish - row.start)}", "dim")
    if drawn.left_out:
        yield Text(f"and {drawn.left_out} resources of less than {in_words(drawn.least)} each", style="dim")


def _link(link: Link) -> Text:
    needless = link.why is not None and not link.why.imposed
    line = Text(f"{clock(link.start):>8}  {in_words(link.finish - link.start):>7}  ")
    line.append(f"{link.node.kind} ", "cyan").append(link.node.name)
    return line.append(f"  {WHYS[link.why]}", "yellow" if needless else "dim")


def _notes(timeline: Timeline) -> Iterator[Text]:
    for node, limit, worst in timeline.impatient:
        told = f"{node.kind} {node.name}: the provider gives up after {in_words(limit)}, it may take {in_words(worst)}"
        yield Text(told, style="yellow")
    for wait in timeline.lost:
        yield Text(lost(wait), style="red")
