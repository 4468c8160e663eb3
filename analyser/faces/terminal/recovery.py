"""What a stack can achieve when something is lost, in the terminal."""

from collections.abc import Iterable
from typing import IO

from rich.table import Table
from rich.text import Text

from analyser.analyses.recovery import Recovery, State, Verdict
from analyser.analyses.recovery.model import Way
from analyser.faces.recovery_text import complaints, minutes, sentence, span
from analyser.faces.terminal.lines import Lines
from settings.objectives import Loss

_STYLES = {State.HOLDS: "green", State.ACCEPTED: "green", State.UNKNOWN: "yellow", State.MISSED: "bold red"}
_COLUMNS = ("store", "loss", "", "RPO", "loses", "RTO", "takes", "by", "longest step")


def show(found: Recovery, file: IO[str] | None = None) -> None:
    """Prints every store and loss of which something is stated or that something brings back, then what fails."""
    console = Lines(file)
    console.print(Text.assemble((found.stack, "bold"), f"  {sentence(found)}"))
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in _COLUMNS:
        table.add_column(title)
    for verdict in found.verdicts:
        if verdict.state is not State.UNSTATED or verdict.way is not None:
            table.add_row(*_row(verdict))
    console.print(table)
    console.print()
    for line in (*_reasons(found), *_unprotected(found), *_sources(found)):
        console.print(Text(line))
    for line in complaints(found):
        console.print(Text(line, style="red"))


def _row(verdict: Verdict) -> Iterable[Text]:
    objective, way = verdict.objective, verdict.way
    told = (
        minutes(objective.rpo_minutes if objective else None),
        span(way.loses if way else None),
        minutes(objective.rto_minutes if objective else None),
        span(way.takes if way else None),
        way.name if way else "nothing",
        way.longest.what if way and way.longest else "",
    )
    state = Text(verdict.state, style=_STYLES.get(verdict.state, "dim"))
    return (Text(verdict.store.name), Text(verdict.loss), state, *map(Text, told))


def _reasons(found: Recovery) -> Iterable[str]:
    """What the stack says of what it takes, and of what it does not state."""
    for verdict in found.verdicts:
        objective = verdict.objective
        if objective is not None and objective.none:
            yield f"none stated of {verdict.store.name} by {verdict.loss}: {objective.none}"
        elif objective is not None and verdict.state is State.ACCEPTED:
            yield f"taken of {verdict.store.name} by {verdict.loss}: {objective.unknown}"


def _unprotected(found: Recovery) -> Iterable[str]:
    for loss in Loss:
        lost = [
            each.store.name
            for each in found.verdicts
            if each.loss is loss and each.way is None and each.objective is None
        ]
        if lost:
            yield f"nothing stated, and nothing that brings it back from loss by {loss}: {', '.join(lost)}"


def _sources(found: Recovery) -> Iterable[str]:
    """Where the figures are from, a line a way; a way of several services has several."""
    ways = {verdict.way for verdict in found.verdicts if verdict.way is not None}
    told = {(way.name, source) for way in ways for source in _named(way)}
    return (f"{name}: {source}" for name, source in sorted(told) if source)


def _named(way: Way) -> set[str]:
    return {way.loses.source, *(step.takes.source for step in way.steps)}
