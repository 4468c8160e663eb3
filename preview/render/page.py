"""The whole of a preview, top to bottom."""

from rich.console import Console
from rich.text import Text

from preview.render.counts import counts
from preview.render.outputs import outputs
from preview.render.tree import tree
from preview.render.verdicts import verdicts
from preview.report import Report

_PIPED_WIDTH = 160


def console_for(file: object = None) -> Console:
    """A console that is plain and wide when its output goes into a pipe."""
    console = Console(file=file, highlight=False)  # ty: ignore[invalid-argument-type] - rich types it as IO[str]
    return console if console.is_terminal else Console(file=file, highlight=False, width=_PIPED_WIDTH)  # ty: ignore


def show(report: Report, console: Console, *, full: bool, seconds: float) -> None:
    """Prints head, tree, counts, outputs, verdicts and a summary."""
    graph = report.graph
    place = " · ".join(part for part in (report.system, report.environment, graph.region) if part)
    console.print(Text.assemble(("strata ", "bold"), (graph.stack, "bold cyan"), f"  {place}"))
    console.print(tree(graph, full=full))
    for title, table in (("By service", counts(graph)), ("Outputs", outputs(graph))):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(table)
    console.print()
    for line in verdicts(report):
        console.print(line)
    console.print(_summary(report, seconds))


def _summary(report: Report, seconds: float) -> Text:
    graph = report.graph
    verdict = Text("would be stopped", style="bold red") if report.blocking else Text("passes", style="bold green")
    told = f": {len(graph.resources)} resources in {len(graph.components)} components, {seconds:.1f} s"
    return Text.assemble((graph.stack, "bold"), " ", verdict, told)
