"""What the command does with costs: the bill, two previews' difference, a budget."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from preview.cost.compare import compare, difference_document
from preview.cost.document import comparison_document, cost_document
from preview.cost.published import comparisons
from preview.render.cost import show, show_difference
from preview.report import VERSION, Report, document
from preview.usage import UsageError


def show_cost(report: Report, *, as_json: bool) -> None:
    """Prints the whole bill and the design's tables beside it."""
    tables = comparisons(report.graph, report.cost)
    if not as_json:
        show(report.graph.stack, report.cost, tables)
        return
    found = {"version": VERSION, "stack": report.graph.stack, **cost_document(report.cost)}
    typer.echo(json.dumps({**found, "published": [comparison_document(table) for table in tables]}, indent=2))


def show_diff(before: str, after: str, preview: Callable[[str], Report], *, as_json: bool) -> None:
    """Prints what two stacks, or saved previews (files that end in .json), differ by."""
    found = replace(
        compare(*(_document(name, preview) for name in (before, after))),
        before=Path(before).name,
        after=Path(after).name,
    )
    if as_json:
        typer.echo(json.dumps({"version": VERSION, **difference_document(found)}, indent=2))
    else:
        show_difference(found)


def over_budget(reports: Sequence[Report], budget: float) -> list[str]:
    """Why the stacks do not keep to a budget in USD a month each, one line a stack; what has no price keeps to none."""
    said = []
    for report in reports:
        stack, cost = report.graph.stack, report.cost
        if cost.unpriced:
            said.append(f"{stack}: {len(cost.unpriced)} resources or types have no price, so no budget can be kept")
        if cost.total.usd > budget:
            said.append(f"{stack}: ${cost.total.usd:,.2f} a month is above the budget of ${budget:,.2f}")
    return said


def _document(name: str, preview: Callable[[str], Report]) -> dict[str, Any]:
    if not name.endswith(".json"):
        return document(preview(name))
    try:
        found = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{name}: is no JSON: {error}") from error
    if (
        not isinstance(found, dict)
        or found.get("version") != VERSION
        or not {"stack", "cost", "resources"} <= set(found)
    ):
        raise UsageError(f"{name}: is no preview of one stack; strata preview STACK --json writes one")
    return found
