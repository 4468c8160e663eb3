"""What losses come to, in the terminal: one after another, what is gone, what goes on, and what that takes."""

from collections.abc import Iterable, Iterator
from typing import IO

from rich.text import Text

from analyser.analyses.simulation import Outcome
from analyser.faces.recovery_text import span
from analyser.faces.terminal.lines import Lines

_NAMED = 8
"""How many resources a line names."""


def show(outcomes: Iterable[Outcome], file: IO[str] | None = None) -> bool:
    """Prints each outcome as it is found; whether all hold."""
    console = Lines(file)
    holds = True
    for outcome in outcomes:
        holds = holds and outcome.holds
        mark, style = _mark(outcome)
        told = "" if outcome.stated else ": nothing is stated"
        console.print(Text.assemble((f"{mark} ", style), (f"without {outcome.what}{told}", "bold")))
        for line in _lines(outcome):
            console.print(Text(f"    {line}"))
    return holds


def _mark(outcome: Outcome) -> tuple[str, str]:
    if not outcome.holds:
        return "✗", "bold red"
    return ("✓", "green") if outcome.stated else ("·", "dim")


def _lines(outcome: Outcome) -> Iterator[str]:
    if outcome.gone:
        more = f" and {len(outcome.gone) - _NAMED} more" if len(outcome.gone) > _NAMED else ""
        yield f"gone: {', '.join(outcome.gone[:_NAMED])}{more}"
    for step in outcome.steps:
        yield f"waits for: {step.what}: {span(step.takes)}"
    yield from (f"{each.kind}: {each.where}: {each.what}" for each in outcome.faults)
    yield from outcome.silent
    yield from outcome.broken
    yield from _stores(outcome)


def _stores(outcome: Outcome) -> Iterator[str]:
    lost = [each.store.name for each in outcome.verdicts if each.way is None]
    if lost:
        yield f"nothing brings back: {', '.join(lost)}"
    for each in outcome.failing:
        reached = f"loses {span(each.way.loses)}, takes {span(each.way.takes)}" if each.way else "is lost"
        yield f"{each.store.name} {reached}: {each.state} by {each.key}"
    back = sum(each.way is not None and not each.state.fails for each in outcome.verdicts)
    yield f"{back} of {len(outcome.verdicts)} stores go on or come back"
