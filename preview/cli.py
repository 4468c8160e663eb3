"""The ``strata`` command.

Exit codes: 0 clean, 1 a mandatory violation, 2 bad input or a program error, 70 a fault of Strata itself.
"""

import gc
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

VIOLATED, BAD_INPUT, INTERRUPTED, FAULT = 1, 2, 130, 70

app = typer.Typer(
    help="Shows what a stack would create and whether it passes the policy pack, with no cloud account.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class UsageError(Exception):
    """The command cannot do what was asked; one line a problem."""


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
    stack: Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show every resource, not only the telling ones.")] = False,
) -> int:
    """Show what a stack would create, and whether the policy pack lets it pass."""
    from preview.progress import progress

    begun = time.perf_counter()
    root = project_root()
    with progress(stack) as report_count:
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
        report = Report(graph, tuple(violations), rules)
    _show(report, as_json=as_json, full=full, begun=begun)
    return VIOLATED if report.blocking else 0


def _show(report: Any, *, as_json: bool, full: bool, begun: float) -> None:
    if as_json:
        import json

        from preview.report import document

        typer.echo(json.dumps(document(report), indent=2))
        return
    from preview.render.page import show

    show(report, full=full, seconds=time.perf_counter() - begun)


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
