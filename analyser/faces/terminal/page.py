"""The whole of a preview, top to bottom."""

import sys
from collections.abc import Iterable, Sequence
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analyser.analyses.cost.own_budget import own_budget
from analyser.analyses.gaps import Answer, lacks, unsaid
from analyser.analyses.report import Report
from analyser.faces.recovery_text import sentence as recovery_sentence
from analyser.faces.terminal.cost import summary
from analyser.faces.terminal.counts import counts
from analyser.faces.terminal.outputs import outputs
from analyser.faces.terminal.tree import tree
from analyser.faces.terminal.verdicts import verdicts
from analyser.faces.timeline_text import sentence
from analyser.graph import Graph

_UNBOUNDED = 100_000


def show(report: Report, *, full: bool, seconds: float, file: IO[str] | None = None) -> None:
    """Prints head, tree, counts, outputs, verdicts and a summary; into a pipe plainly, with a line for each item."""
    console = Console(file=file or sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=file or sys.stdout, highlight=False, width=_UNBOUNDED)
    graph = report.graph
    place = " · ".join(part for part in (report.system, report.environment, graph.region) if part)
    console.print(Text.assemble(("strata ", "bold"), (graph.stack, "bold cyan"), f"  {place}"))
    console.print(tree(graph, full=full))
    for title, rows in (
        ("By service", counts(graph)),
        ("Cost in USD a month", summary(report.cost)),
        ("Outputs", outputs(graph)),
    ):
        console.print()
        console.print(Text(title, style="bold"))
        _columns(console, list(rows))
    if missing := _not_seen(graph):
        console.print()
        console.print(Text("Not in these answers", style="bold"))
        for line in missing:
            console.print(Text(f"  {line}", "yellow"), soft_wrap=True)
    console.print()
    for line in verdicts(report):
        console.print(line)
    if beyond := _beyond_budget(report):
        console.print(Text(beyond, "yellow"))
    console.print(f"Deployment: {sentence(report.timeline)}; strata timeline {graph.stack} shows what it waits for")
    told = recovery_sentence(report.recovery)
    console.print(f"Recovery: {told}; strata recovery {graph.stack} shows by what, and judges its region too")
    console.print(_summary(report, seconds))


def _not_seen(graph: Graph) -> list[str]:
    """What cost, time and verdicts lack; a gap that all of them have is told once."""
    return [*unsaid(graph, Answer.COST), *unsaid(graph, Answer.TIME), *lacks(graph, Answer.POLICIES)]


def _beyond_budget(report: Report) -> str:
    """That the stack's own budget would be spent before the month is over; nothing where it would not, or is none."""
    budget, cost = own_budget(report.graph), report.cost.total.usd
    if budget is None or cost <= budget:
        return ""
    return f"Budget: ${cost:,.2f} a month is above the stack's own ${budget:,.2f}; AWS would tell of it every month"


def _columns(console: Console, rows: Sequence[Iterable[str]]) -> None:
    """Rows side by side; only on a terminal is the last column wrapped, and padded for that."""
    table = Table.grid(padding=(0, 2))
    padded = [[*row] for row in rows]
    for row in padded:
        *heads, last = row
        table.add_row(*(Text(head, style="cyan", no_wrap=True) for head in heads), Text(last, overflow="fold"))
    if console.is_terminal:
        console.print(table)
        return
    widths = [max(len(cell) for cell in column) for column in zip(*padded, strict=True)][:-1]
    for *heads, last in padded:
        cells = (f"{head:<{width}}" for head, width in zip(heads, widths, strict=True))
        console.print(Text("  ".join((*cells, last))))


def _summary(report: Report, seconds: float) -> Text:
    graph = report.graph
    verdict = Text("would be stopped", style="bold red") if report.blocking else Text("passes", style="bold green")
    told = f": {len(graph.resources)} resources in {len(graph.components)} components, {len(graph.protected)} protected"
    return Text.assemble((graph.stack, "bold"), " ", verdict, told, f", {seconds:.1f} s")
