"""The ``strata`` command.

Exit codes: 0 clean, 1 a mandatory violation, 2 bad input or a program error, 70 a fault of Strata itself.
"""

import gc
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from preview.usage import UsageError

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

VIOLATED, BAD_INPUT, INTERRUPTED, FAULT = 1, 2, 130, 70

app = typer.Typer(
    help="Shows what a stack would create and whether it passes the policy pack, with no cloud account.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point of the ``strata`` command."""
    # Everything lives until the end: looking for garbage among a million objects of the SDK, and taking them apart at
    # exit, would each take as long as the stack's own program.
    gc.disable()
    code = FAULT
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = 0  # whoever read the output has seen enough
    except Exception:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; problems go to stderr, one line each."""
    try:
        result: Any = app(list(arguments), prog_name="strata", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:
        message = getattr(error, "format_message", None)  # of a wrong command line; other errors have only their text
        return _complain(f"strata: {message() if message else error}")
    except UsageError as error:
        return _complain(str(error))
    return result if isinstance(result, int) else 0


def _complain(problems: str) -> int:
    typer.echo(problems, err=True)
    return BAD_INPUT


@app.command()
def preview(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Preview every stack, and sum them up in a table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, as --format json does.")] = False,
    form: Annotated[str, typer.Option("--format", help="Write json, junit, sarif, github or state instead.")] = "",
    output: Annotated[Path | None, typer.Option("--output", help="Write to this file, not to stdout.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every resource, not only the telling ones.")] = False,
    with_reach: Annotated[bool, typer.Option("--reach", help="In one stack's JSON, say who reaches what.")] = False,
    budget: Annotated[float | None, typer.Option("--budget", help="Fail above so many USD a month.")] = None,
) -> int:
    """Show what a stack would create, and whether the policy pack lets it pass."""
    if bool(stack) == every:
        raise UsageError("strata: name one stack, or give --all; strata stacks lists them")
    begun = time.perf_counter()
    chosen = form or ("json" if as_json else "")
    if chosen:
        from preview.output import form_named

        form_named(chosen)  # before the stack is run
    if every:
        return _preview_all(project_root(), chosen, output, begun, budget)
    report = replace(_preview_one(project_root(), stack), with_reach=with_reach)
    _show(report, form=chosen, output=output, full=full, begun=begun)
    return _verdict([report], budget)


def _verdict(reports: Sequence[Any], budget: float | None) -> int:
    from preview.cost.command import over_budget

    too_dear = [] if budget is None else over_budget(reports, budget)
    for line in too_dear:
        typer.echo(line, err=True)
    return VIOLATED if too_dear or any(report.blocking for report in reports) else 0


def _preview_one(root: Path, stack: str, label: str = "") -> Any:
    """The report of one stack. Raises UsageError for what cannot be built."""
    from preview.progress import progress

    with progress(label or stack) as report_count:
        from preview.policing import verdict
        from preview.report import Report
        from preview.run import ProgramError, run_stack
        from settings import SettingsError

        try:
            graph = run_stack(root, stack, progress=report_count)
        except (SettingsError, ProgramError) as error:
            raise UsageError(str(error)) from error
        try:
            violations, rules = verdict(graph)
        except ValueError as error:
            raise UsageError(f"policy: {error}") from error
        return Report(graph, tuple(violations), rules)


def _preview_all(root: Path, form: str, output: Path | None, begun: float, budget: float | None) -> int:
    from preview.every import every
    from preview.output import form_named, write_reports, written_to
    from preview.render.every import show
    from settings.stackfile import stack_names

    names = stack_names(root)
    labels = {name: f"{number} of {len(names)}: {name}" for number, name in enumerate(names, 1)}
    outcomes = list(every(names, lambda name: _preview_one(root, name, labels[name]), broken=(UsageError,)))
    for outcome in outcomes:
        if outcome.problem:
            _complain(outcome.problem)
    reports = [outcome.report for outcome in outcomes if outcome.report]
    if form:
        write_reports(reports, form_named(form), output)
    else:
        with written_to(output) as file:
            show(outcomes, seconds=time.perf_counter() - begun, file=file)
    if len(reports) < len(outcomes):
        return BAD_INPUT
    return _verdict(reports, budget)


def _show(report: Any, *, form: str, output: Path | None, full: bool, begun: float) -> None:
    from preview.output import form_named, write_reports, written_to

    if form:
        write_reports([report], form_named(form), output)
        return
    from preview.render.page import show

    with written_to(output) as file:
        show(report, full=full, seconds=time.perf_counter() - begun, file=file)


@app.command()
def timeline(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> int:
    """Show how long a deployment takes, what it waits for, and how much of that AWS imposes."""
    from preview.run import ProgramError, run_stack
    from preview.timeline import timeline as timeline_of
    from settings import SettingsError

    try:
        found = timeline_of(run_stack(project_root(), stack))
    except (SettingsError, ProgramError) as error:
        raise UsageError(str(error)) from error
    if as_json:
        import json

        from preview.timeline.document import document

        typer.echo(json.dumps(document(found), indent=2))
        return 0
    from preview.render.timeline import show

    show(found, stack)
    return 0


@app.command()
def cost(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> int:
    """Show what a stack costs a month, line by line, and its design's own table beside it."""
    report = _preview_one(project_root(), stack)
    from preview.cost.command import show_cost

    show_cost(report, as_json=as_json)
    return 0


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A stack, or a file that strata preview --json wrote.")],
    after: Annotated[str, typer.Argument(help="Another, or the same stack today.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> int:
    """Show the cost and the resources that two previews differ by."""
    from preview.cost.command import show_diff

    show_diff(before, after, lambda stack: _preview_one(project_root(), stack), as_json=as_json)
    return 0


@app.command()
def inventory(
    stack: Annotated[
        str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml; every one if left out.")
    ] = "",
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a page is not up to date.")] = False,
) -> int:
    """Write docs/inventory/STACK.md: which data a stack keeps, where, how long, and how it is erased."""
    from preview.inventory import UnexplainedError
    from preview.inventory import inventory as inventory_of
    from preview.inventory.page import page
    from preview.inventory.purposes import purposes
    from preview.run import ProgramError, run_stack
    from settings import SettingsError
    from settings.stack import PROJECT
    from settings.stackfile import stack_names

    root = project_root()
    for name in [stack] if stack else stack_names(root):
        try:
            graph = run_stack(root, name)
            text = page(inventory_of(graph, purposes(root, graph.config[f"{PROJECT}:system"])))
        except (SettingsError, ProgramError, UnexplainedError, ValueError) as error:
            raise UsageError(str(error)) from error
        path = root / "docs" / "inventory" / f"{name}.md"
        if check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            raise UsageError(f"docs/inventory/{name}.md: is not up to date; run: strata inventory {name}")
        if not check:
            path.write_text(text, encoding="utf-8")
            typer.echo(f"wrote docs/inventory/{name}.md")
    return 0


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the file is not up to date.")] = False,
) -> int:
    """Write schemas/stack.json, by which editors complete and check stack files."""
    import json

    import systems
    from settings.schema import stack_file_schema

    path = project_root() / "schemas" / "stack.json"
    text = json.dumps(stack_file_schema(systems.SETTINGS), indent=2) + "\n"
    if check:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise UsageError("schemas/stack.json: is not up to date; run: make schema")
        return 0
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    typer.echo("wrote schemas/stack.json")
    return 0


@app.command()
def stacks() -> int:
    """List the stacks of this project with their system, environment and region."""
    from settings import SettingsError, stackfile
    from settings.stack import PROJECT, REGION_KEY

    root = project_root()
    failed = 0
    for name in stackfile.stack_names(root):
        try:
            config = stackfile.read(root, name).config
        except SettingsError as error:
            failed = _complain(str(error))
            continue
        told = (config.get(key, "?") for key in (f"{PROJECT}:system", f"{PROJECT}:environment", REGION_KEY))
        typer.echo("  ".join((f"{name:<24}", *(f"{item:<14}" for item in told))).rstrip())
    return failed


@app.command()
def check(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
) -> int:
    """Print the commands that show whether a deployed stack works, with its own names filled in."""
    from preview.checks import checks
    from preview.run import ProgramError, run_stack
    from settings import SettingsError

    try:
        graph = run_stack(project_root(), stack)
    except (SettingsError, ProgramError) as error:
        raise UsageError(str(error)) from error
    for found in checks(graph):
        typer.echo(f"# {found.title}\n{found.command}\n")
    return 0


@app.command()
def reach(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    source: Annotated[str, typer.Argument(metavar="FROM", help="A component, or internet, pods, functions …")] = "",
    target: Annotated[str, typer.Argument(metavar="TO", help="A component, or postgres, application …")] = "",
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="The port of TO to ask about.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> int:
    """Say whether FROM can open a connection to TO, and by which way or for want of what; without them, print all."""
    if bool(source) != bool(target):
        raise UsageError("strata: reach takes FROM and TO, or neither")
    graph = _graph(stack)
    from preview.reach.command import show_matrix_of, show_reach

    if source:
        show_reach(graph, source, target, port, as_json=as_json)
    else:
        show_matrix_of(graph, as_json=as_json)
    return 0


@app.command()
def diagram(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    form: Annotated[str, typer.Option("--format", help="svg, or mermaid for READMEs.")] = "svg",
    output: Annotated[Path | None, typer.Option("--output", help="Write to a file instead.")] = None,
) -> int:
    """Draw a stack: regions, networks, tiers and what stands in them, with the connections that can flow."""
    if form not in ("svg", "mermaid"):
        raise UsageError(f"strata: --format {form} is not known; svg or mermaid")
    graph = _graph(stack)
    from preview.picture.command import picture

    text = picture(graph, form)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
    return 0


@app.command()
def report(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    output: Annotated[Path | None, typer.Option("--output", help="The file; build/STACK.html if left out.")] = None,
) -> int:
    """Write everything about a stack as one HTML page that needs no network."""
    root = project_root()
    found = _preview_one(root, stack)
    from preview.page.command import write_page

    path = output or root / "build" / f"{stack}.html"
    write_page(found, path)
    typer.echo(f"wrote {output or path.relative_to(root)}")
    return _verdict([found], None)


@app.command()
def can(
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    role: Annotated[str, typer.Argument(help="A role, what runs with it, or a service such as s3.amazonaws.com.")],
    action: Annotated[str, typer.Argument(help="An IAM action, such as s3:GetObject.")],
    resource: Annotated[str, typer.Argument(help="A component, a resource or an ARN, which may hold *.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> int:
    """Say whether ROLE may do ACTION on RESOURCE, and which statements decide it."""
    graph = _graph(stack)
    from preview.rights.command import show_can

    show_can(graph, role, action, resource, as_json=as_json)
    return 0


def _graph(stack: str) -> Any:
    """What a stack registers."""
    from preview.progress import progress

    root = project_root()
    with progress(stack) as report_count:
        from preview.run import ProgramError, run_stack
        from settings import SettingsError

        try:
            return run_stack(root, stack, progress=report_count)
        except (SettingsError, ProgramError) as error:
            raise UsageError(str(error)) from error


@app.command()
def policies(
    rule: Annotated[str, typer.Argument(help="A rule's id, or a part of it; everything when left out.")] = "",
) -> int:
    """List the rules of the policy pack, or explain those whose id holds RULE."""
    from policy.pack import all_rules
    from preview.render.rules import show

    chosen = [known for known in all_rules() if rule in known.id]
    if not chosen:
        raise UsageError(f"strata: no rule's id holds {rule!r}; strata policies lists them")
    show(chosen, explained=bool(rule))
    return 0


def project_root() -> Path:
    """The folder of Pulumi.yaml, from the working directory upward. Raises UsageError where there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise UsageError(f"strata: no Pulumi.yaml in {here} or above; run it inside the project")


if __name__ == "__main__":
    main()
