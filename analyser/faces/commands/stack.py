"""What commands have in common: the project, a stack's graph and report, and the verdict on them."""

from collections.abc import Sequence
from math import isfinite, nan
from pathlib import Path
from typing import Annotated, Any

import typer

from analyser.faces.commands.judging import PLAINLY, Judging
from analyser.faces.commands.usage_error import UsageError

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

VIOLATED, BAD_INPUT = 1, 2


def named_so(incomplete: str) -> list[str]:
    """The stacks that begin so, for a shell that completes; none outside a project."""
    from settings import stackfile

    try:
        return [name for name in stackfile.stack_names(project_root()) if name.startswith(incomplete)]
    except UsageError:
        return []


StackName = Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.", autocompletion=named_so)]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def project_root() -> Path:
    """The folder of Pulumi.yaml, from the working directory upward. Raises UsageError where there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise UsageError(f"strata: no Pulumi.yaml in {here} or above; run it inside the project")


def graph_of(stack: str, label: str = "", deployed: Any = None, *, promoted: bool | None = None) -> Any:
    """What a stack registers; with ``deployed``, as an update of that; a recovery stack ``promoted`` or standing by.

    Raises UsageError for what cannot be built.
    """
    from analyser.faces.terminal.progress import progress

    root = project_root()
    with progress(label or stack) as report_count:
        from analyser.run.program import ProgramError, run_stack
        from settings import SettingsError

        try:
            return run_stack(root, stack, progress=report_count, deployed=deployed, promoted=promoted)
        except (SettingsError, ProgramError) as error:
            raise UsageError(str(error)) from error


def report_of(stack: str, label: str = "", judging: Judging = PLAINLY) -> Any:
    """The report of one stack. Raises UsageError for what cannot be built, or a broken pack."""
    report = judging.report(graph_of(stack, label))
    from settings import SettingsError

    try:
        report.recovery  # noqa: B018 - it may be of stores that are not there
    except SettingsError as error:
        raise UsageError(str(error)) from error
    return report


OWN = "own"
"""The budget that a stack makes for itself."""


def budget_in(said: str) -> float | str:
    """A budget in USD a month, OWN, or nothing. Raises UsageError for what is neither."""
    if said in ("", OWN):
        return said
    try:
        budget = float(said)
    except ValueError:
        budget = nan
    if not (isfinite(budget) and budget >= 0):
        raise UsageError(f"strata: --budget {said} is no number of USD; say one, such as 8000, or {OWN}")
    return budget


def verdict_of(reports: Sequence[Any], budget: float | str = "") -> int:
    """The exit code for these reports; says on stderr which cost more than ``budget``, and which objectives of recovery
    that stand in a stack's file cannot be met.
    """
    from analyser.faces.commands.cost import over_budget
    from analyser.faces.recovery_text import complaints

    wrong = [] if budget == "" else over_budget(reports, budget)
    wrong += [line for report in reports if report.states_recovery for line in complaints(report.recovery)]
    for line in wrong:
        typer.echo(line, err=True)
    return VIOLATED if wrong or any(report.blocking for report in reports) else 0


def complain(problems: str) -> int:
    """Tells of problems on stderr; the exit code for them."""
    typer.echo(problems, err=True)
    return BAD_INPUT
