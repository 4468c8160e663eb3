"""Commands about the project: its stacks, schema, inventories, and checks of what was deployed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyser.faces.commands.stack import (
    AsJson,
    StackName,
    complain,
    graph_of,
    is_file,
    named_so,
    own_project,
    project,
    project_root,
    stack_names,
    tell_gaps,
)
from analyser.faces.commands.usage_error import UsageError

if TYPE_CHECKING:
    from analyser.analyses.entrance_checks import Check

_WITHIN = 600
"""Seconds in which what was just deployed becomes well."""

# What takes long to import (the SDK, rich, the pack) is imported where it is used.
CheckOnly = Annotated[bool, typer.Option("--check", help="Write nothing; fail if what is there is not up to date.")]


def stacks() -> int:
    """List the stacks with their system, environment and region."""
    from analyser.faces.terminal.lines import Lines
    from analyser.run.foreign.project import read_stack
    from settings import SettingsError, stackfile
    from settings.provider import REGION_KEY
    from settings.stack import PROJECT

    found = project()
    out = Lines()
    failed = 0
    for name in found.stack_names():
        try:
            config = (stackfile.read(found.root, name) if found.own else read_stack(found, name)).config
        except SettingsError as error:
            failed = complain(str(error))
            continue
        own = (f"{PROJECT}:system", f"{PROJECT}:environment") if found.own else ()
        told = (config.get(key, "?") for key in (*own, REGION_KEY))
        out.print("  ".join((f"{name:<24}", *(f"{item:<14}" for item in told))).rstrip())
    return failed


def check(
    stack: StackName,
    before: Annotated[bool, typer.Option("--before", help="What must be true around the first up instead.")] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Run those that change nothing; status 1 unless all are well.")
    ] = False,
    seconds: Annotated[
        int | None,
        typer.Option("--within", min=1, metavar="SECONDS", help="With --run: how long it may take; 600 if left out."),
    ] = None,
) -> int:
    """Print the commands that check a deployed stack, or run them."""
    if run and before:
        raise UsageError("--run is for the checks of a deployed stack; --before prints what comes before it")
    if seconds is not None and not run:
        raise UsageError("--within is for --run")
    graph = graph_of(stack)
    if before:
        from analyser.analyses.prerequisites import prerequisites
        from analyser.faces.terminal.prerequisites import prerequisite_lines

        for line in prerequisite_lines(prerequisites(graph)):
            typer.echo(line)
        return 0
    from analyser.analyses.checks import checks

    found = checks(graph)
    if run:
        if why := _not_here(graph.config, found):
            return complain(f"strata: {stack} {why}")
        return _run(stack, found, _WITHIN if seconds is None else seconds)
    _print(stack, found)
    return 0


def _print(stack: str, found: Sequence["Check"]) -> None:
    for one in found:
        typer.echo(f"# {one.title}\n{one.command}\n")
    if not found:
        typer.echo(f"strata: {stack} has nothing that could be checked", err=True)


def _not_here(config: Mapping[str, str], found: Sequence["Check"]) -> str:
    """Why the caller's account is not the stack's; empty where it is, where none is named, or nothing asks AWS."""
    from analyser.faces.commands.run_checks import elsewhere
    from settings.accounts import accounts_of

    accounts = accounts_of(config)
    return elsewhere(accounts) if accounts and any("aws " in one.command for one in found) else ""


def _run(stack: str, found: Sequence["Check"], seconds: int) -> int:
    from analyser.faces.commands.run_checks import State, asked

    counted = dict.fromkeys(State, 0)
    for outcome in asked(found, seconds):
        typer.echo(outcome.line)
        counted[outcome.state] += 1
    if not counted[State.OK] + counted[State.FAILED]:
        return complain(f"{stack} has nothing that could be checked")
    typer.echo(", ".join(f"{number} {state}" for state, number in counted.items() if number))
    return 1 if counted[State.FAILED] else 0


def deploy_plan(
    stack: StackName,
    as_json: AsJson = False,
) -> int:
    """Print how a stack comes into an empty account, step by step. Its own names are filled in."""
    own_project("deploy-plan")
    graph = graph_of(stack)
    from analyser.analyses.prerequisites import plan

    steps = plan(graph)
    if as_json:
        import json

        from analyser.analyses.prerequisites.document import plan_document

        typer.echo(json.dumps(plan_document(stack, steps), indent=2))
        return 0
    from analyser.faces.terminal.prerequisites import plan_lines

    for line in plan_lines(stack, steps):
        typer.echo(line)
    return 0


def inventory(
    stack: Annotated[
        str,
        typer.Argument(
            help="The stack: NAME of a file Pulumi.NAME.yaml; every one if left out.", autocompletion=named_so
        ),
    ] = "",
    check: CheckOnly = False,
) -> int:
    """Write which data a stack keeps, where and how long. To docs/inventory/STACK.md; of other projects, print it."""
    from analyser.analyses.inventory import UnexplainedError
    from analyser.analyses.inventory import inventory as inventory_of
    from analyser.analyses.inventory.purposes import purposes
    from analyser.faces.inventory_page import page
    from settings.stack import PROJECT

    own = not is_file(stack) and project().own
    root = Path.cwd() if is_file(stack) else project_root()
    for name in [stack] if stack else stack_names():
        graph = graph_of(name)
        try:
            written = purposes(root, graph.config.get(f"{PROJECT}:system", ""), own=own)
            text = page(inventory_of(graph, written))
        except (UnexplainedError, ValueError) as error:
            raise UsageError(str(error)) from error
        if not own:
            typer.echo(text)
            tell_gaps(graph, "inventory", as_json=False)
            continue
        _generated(f"docs/inventory/{name}.md", text, check=check, by=f"strata inventory {name}")
    return 0


def schema(
    check: CheckOnly = False,
) -> int:
    """Write schemas/stack.json, the schema of stack files. Editors complete and check them by it."""
    own_project("schema")
    import json

    import systems
    from settings.schema import stack_file_schema

    text = json.dumps(stack_file_schema(systems.SETTINGS), indent=2) + "\n"
    _generated("schemas/stack.json", text, check=check, by="make schema")
    return 0


def _generated(name: str, text: str, *, check: bool, by: str) -> None:
    """Writes a file of the project, or says that it is not what would be written."""
    path = project_root() / name
    if check:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise UsageError(f"{name}: is not up to date; run: {by}")
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {name}")
