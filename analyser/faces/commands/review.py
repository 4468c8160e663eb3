"""`strata preview` and `strata report`: what a stack would create, and whether it may."""

import time
from dataclasses import replace
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from analyser.faces.commands.stack import BAD_INPUT, Judged, StackName, complain, project_root, report_of, verdict_of
from analyser.faces.commands.usage_error import UsageError

# What takes long to import (the SDK, rich, the pack) is imported where it is used.


def preview(
    stack: StackName = "",
    every: Annotated[bool, typer.Option("--all", help="Preview every stack, and sum them up in a table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, as --format json does.")] = False,
    form: Annotated[str, typer.Option("--format", help="Write json, junit, sarif, github or state instead.")] = "",
    output: Annotated[Path | None, typer.Option("--output", help="Write to this file, not to stdout.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every resource, not only the telling ones.")] = False,
    with_reach: Annotated[bool, typer.Option("--reach", help="In one stack's JSON, say who reaches what.")] = False,
    budget: Annotated[float | None, typer.Option("--budget", min=0, help="Fail above so many USD a month.")] = None,
    day: Annotated[datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Judge as on this day.")] = None,
    strict_dates: Annotated[
        bool, typer.Option("--strict-dates", help="Fail where support or an exemption ends within 180 days.")
    ] = False,
) -> int:
    """Show what a stack would create, and whether it passes. The policy pack is the judge."""
    if bool(stack) == every:
        raise UsageError("strata: name one stack, such as strata preview prod, or give --all; strata stacks lists them")
    if as_json and form not in ("", "json"):
        raise UsageError(f"strata: --json and --format {form} contradict each other; give one of them")
    if budget is not None and not isfinite(budget):
        raise UsageError(f"strata: --budget {budget} is no number of USD")
    begun = time.perf_counter()
    chosen = form or ("json" if as_json else "")
    if chosen:
        from analyser.faces.commands.output import form_named

        form_named(chosen)  # before the stack is run
    judged = Judged(day.date() if day else None, strict=strict_dates)
    if every:
        return _preview_all(project_root(), chosen, output, begun, budget, judged)
    report = replace(report_of(stack, judged=judged), with_reach=with_reach)
    _show(report, form=chosen, output=output, full=full, begun=begun)
    return verdict_of([report], budget)


def report(
    stack: StackName,
    output: Annotated[Path | None, typer.Option("--output", help="The file; build/STACK.html if left out.")] = None,
) -> int:
    """Write everything about a stack as one HTML page. It needs no network."""
    found = report_of(stack)
    from analyser.faces.commands.report_page import write_page

    root = project_root()
    path = output or root / "build" / f"{stack}.html"
    write_page(found, path)
    typer.echo(f"wrote {output or path.relative_to(root)}")
    return verdict_of([found], None)


def _preview_all(root: Path, form: str, output: Path | None, begun: float, budget: float | None, judged: Judged) -> int:
    from analyser.analyses.all_stacks import every
    from analyser.faces.commands.output import form_named, write_reports, written_to
    from analyser.faces.terminal.all_stacks import show
    from settings.stackfile import stack_names

    names = stack_names(root)
    labels = {name: f"{number} of {len(names)}: {name}" for number, name in enumerate(names, 1)}
    outcomes = list(every(names, lambda name: report_of(name, labels[name], judged), broken=(UsageError,)))
    for outcome in outcomes:
        if outcome.problem:
            complain(outcome.problem)
    reports = [outcome.report for outcome in outcomes if outcome.report]
    if form:
        write_reports(reports, form_named(form), output)
    else:
        with written_to(output) as file:
            show(outcomes, seconds=time.perf_counter() - begun, file=file)
    if len(reports) < len(outcomes):
        return BAD_INPUT
    return verdict_of(reports, budget)


def _show(report: Any, *, form: str, output: Path | None, full: bool, begun: float) -> None:
    from analyser.faces.commands.output import form_named, write_reports, written_to

    if form:
        write_reports([report], form_named(form), output)
        return
    from analyser.faces.terminal.page import show

    with written_to(output) as file:
        show(report, full=full, seconds=time.perf_counter() - begun, file=file)
