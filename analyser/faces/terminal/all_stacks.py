"""All stacks in one table."""

from collections.abc import Sequence
from typing import IO

from rich.table import Table
from rich.text import Text

from analyser.analyses.all_stacks import Outcome
from analyser.analyses.cost.result import NOT_KNOWN
from analyser.faces.terminal.lines import Lines
from analyser.faces.terminal.verdicts import stopping
from analyser.faces.timeline_text import sentence


def show(outcomes: Sequence[Outcome], *, seconds: float, file: IO[str] | None = None) -> None:
    """Prints a row a stack, what is said of those that would be stopped, and the total time."""
    out = Lines(file)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("stack", "system", "region", "verdict"):
        table.add_column(head, no_wrap=True)
    for head in ("resources", "mandatory", "advisory", "exempt"):
        table.add_column(head, justify="right")
    table.add_column("USD a month", justify="right")
    table.add_column("deployment")
    table.add_column("seconds", justify="right")
    for outcome in outcomes:
        table.add_row(*_row(outcome))
    out.print(table)
    for outcome in outcomes:
        if outcome.report and outcome.report.blocking:
            out.print()
            out.print(Text(outcome.stack, style="bold"))
            for line in stopping(outcome.report):
                out.print(line)
    resources = sum(len(outcome.report.graph.resources) for outcome in outcomes if outcome.report)
    out.print()
    stacks = "1 stack" if len(outcomes) == 1 else f"{len(outcomes)} stacks"
    out.print(f"{stacks}, {resources} resources, {seconds:.1f} s")


def _row(outcome: Outcome) -> tuple[Text | str, ...]:
    seconds = f"{outcome.seconds:.1f}"
    report = outcome.report
    if report is None:
        return (outcome.stack, "", "", Text("cannot be built", style="bold red"), "", "", "", "", "", "", seconds)
    verdict = Text("would be stopped", style="bold red") if report.blocking else Text("passes", style="bold green")
    return (
        outcome.stack,
        report.system,
        report.graph.region,
        verdict,
        str(len(report.graph.resources)),
        *(str(len(found)) for found in (report.blocking, report.advisory, report.exempt)),
        NOT_KNOWN if report.cost.unknown else f"{report.cost.total.usd:,.0f}",
        sentence(report.timeline),
        seconds,
    )
