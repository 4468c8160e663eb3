"""What the command does with costs: the bill, a budget."""

import json
from collections.abc import Sequence

import typer

from analyser.analyses.cost.document import comparison_document, cost_document
from analyser.analyses.cost.own_budget import own_budget
from analyser.analyses.cost.published import comparisons
from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.report import VERSION, Report
from analyser.faces.terminal.cost import show


def show_cost(report: Report, *, as_json: bool) -> None:
    """Prints the whole bill and the design's tables beside it."""
    tables = comparisons(report.graph, report.cost)
    if not as_json:
        show(report.graph.stack, report.cost, tables)
        return
    found = {
        "version": VERSION,
        "stack": report.graph.stack,
        **cost_document(report.cost),
        **gaps_document(report.graph),
    }
    typer.echo(json.dumps({**found, "published": [comparison_document(table) for table in tables]}, indent=2))


def over_budget(reports: Sequence[Report], budget: float | str) -> list[str]:
    """Why the stacks do not keep to a budget, one line a stack; what has no price keeps to none.

    The budget is in USD a month for each of them, or OWN for what each says of itself: who says none keeps to none.
    """
    said = []
    for report in reports:
        stack, cost = report.graph.stack, report.cost
        limit = own_budget(report.graph) if isinstance(budget, str) else budget
        if limit is None:
            said.append(f"{stack}: makes no monthly budget of its own in USD")
            continue
        if cost.unpriced:
            lacking = (
                f"{count} resources or types have" if (count := len(cost.unpriced)) > 1 else "a resource or type has"
            )
            said.append(f"{stack}: {lacking} no price, so no budget can be kept")
        if cost.total.usd > limit:
            said.append(f"{stack}: ${cost.total.usd:,.2f} a month is above the budget of ${limit:,.2f}")
    return said
