"""`strata preview` and `strata report`: what a stack would create, and whether it may."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from analyser.faces.commands.policy_options import Choice, Judging
from analyser.faces.commands.stack import (
    BAD_INPUT,
    StackName,
    budget_in,
    complain,
    graph_of,
    is_file,
    project,
    project_root,
    report_of,
    stack_names,
    verdict_of,
)
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
    budget: Annotated[
        str, typer.Option("--budget", metavar="USD|own", help="Fail above so many USD a month, or the stack's own.")
    ] = "",
    day: Annotated[str, typer.Option("--day", metavar="YYYY-MM-DD", help="Judge as on this day.")] = "",
    strict_dates: Annotated[
        bool, typer.Option("--strict-dates", help="Fail where support or an exemption ends within 180 days.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option("--policy-pack-config", metavar="FILE", help="Levels and thresholds of rules, as JSON."),
    ] = None,
    rule: Annotated[str, typer.Option("--rule", help="Judge by rules whose id holds this alone.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="By critical, high, medium or low ones alone.")] = "",
    token: Annotated[str, typer.Option("--type", help="By rules about this type of resource alone.")] = "",
    framework: Annotated[str, typer.Option("--framework", help="By rules that see a control of it alone.")] = "",
) -> int:
    """Show what a stack would create, and whether it passes. The policy pack is the judge."""
    chosen = form or ("json" if as_json else "")
    if problem := _contradiction(stack, chosen, every=every, as_json=as_json, full=full, with_reach=with_reach):
        raise UsageError(f"strata: {problem}")
    limit = budget_in(budget)
    begun = time.perf_counter()
    judging = Judging(_day(day), strict_dates, config, Choice(rule, severity, token, framework))
    judging.check()
    if every:
        return _preview_all(chosen, output, begun, limit, judging)
    report = replace(report_of(stack, judging=judging), with_reach=with_reach)
    _refuse([report.graph, *_neighbours(report.graph)], asked=report.graph)
    folder = Path.cwd() if is_file(stack) else project_root()
    _show(report, folder, form=chosen, output=output, full=full, begun=begun)
    return verdict_of([report], limit)


def _refuse(graphs: Sequence[Any], *, asked: Any = None) -> None:
    """Raises UsageError for names that AWS would not give twice; where one is ``asked`` about, of that one alone."""
    from analyser.analyses.unique_names import collisions, twice

    own = [asked] if asked else graphs
    if found := [*(line for graph in own for line in twice(graph)), *collisions(graphs, asked)]:
        raise UsageError("\n".join(found))


def _neighbours(graph: Any) -> list[Any]:
    """The other environments of a system in one account and region; ``--all`` holds all stacks against one another."""
    from analyser.analyses.unique_names import ACCOUNTS, account_of
    from analyser.run.foreign.project import read_stack
    from settings import SettingsError
    from settings.provider import REGION_KEY
    from settings.stack import PROJECT

    if not account_of(graph):
        return []
    here, alike = project(), (ACCOUNTS, REGION_KEY, f"{PROJECT}:system")
    found = []
    for name in here.stack_names():
        try:
            config = {} if name == graph.stack else read_stack(here, name).config
            if config and all(config.get(key) == graph.config.get(key) for key in alike):
                found.append(graph_of(name))
        except (SettingsError, UsageError):
            complain(f"{graph.stack}: its names are not held against those of {name}, which cannot be built")
    return found


def _contradiction(stack: str, form: str, *, every: bool, as_json: bool, full: bool, with_reach: bool) -> str:
    """What of the options cannot be meant together; nothing is run then."""
    if bool(stack) == every:
        return "name one stack, such as strata preview prod, or give --all; strata stacks lists them"
    if as_json and form != "json":
        return f"--json and --format {form} contradict each other; give one of them"
    if form:
        from analyser.faces.commands.output import form_named

        form_named(form)
    if full and (form or every):
        return f"--full is of one stack's text, and {f'--format {form}' if form else '--all'} writes none"
    if with_reach and (form != "json" or every):
        return "--reach is of one stack's JSON; strata preview prod --json --reach, or strata reach prod"
    return ""


def _day(said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise UsageError(f"strata: --day {said} is no day; say one as 2027-01-31") from None


def report(
    stack: StackName,
    output: Annotated[Path | None, typer.Option("--output", help="The file; build/STACK.html if left out.")] = None,
) -> int:
    """Write everything about a stack as one HTML page. It needs no network."""
    found = report_of(stack)
    from analyser.faces.commands.report_page import write_page

    root = Path.cwd() if is_file(stack) else project_root()
    write_page(found, output or root / "build" / f"{found.graph.stack}.html")
    return verdict_of([found])


def _preview_all(form: str, output: Path | None, begun: float, budget: float | str, judging: Judging) -> int:
    from analyser.analyses.all_stacks import every
    from analyser.faces.commands.output import form_named, write_reports, written_to
    from analyser.faces.terminal.all_stacks import show

    names = stack_names()
    labels = {name: f"{number} of {len(names)}: {name}" for number, name in enumerate(names, 1)}
    outcomes = list(every(names, lambda name: report_of(name, labels[name], judging), broken=(UsageError,)))
    for outcome in outcomes:
        if outcome.problem:
            complain(outcome.problem)
    reports = [outcome.report for outcome in outcomes if outcome.report]
    _refuse([report.graph for report in reports])
    if form:
        write_reports(reports, form_named(form), output, project_root())
    else:
        with written_to(output) as file:
            show(outcomes, seconds=time.perf_counter() - begun, file=file)
    if len(reports) < len(outcomes):
        return BAD_INPUT
    return verdict_of(reports, budget)


def _show(report: Any, folder: Path, *, form: str, output: Path | None, full: bool, begun: float) -> None:
    from analyser.faces.commands.output import form_named, write_reports, written_to

    if form:
        write_reports([report], form_named(form), output, folder)
        return
    from analyser.faces.terminal.page import show

    with written_to(output) as file:
        show(report, full=full, seconds=time.perf_counter() - begun, file=file)
