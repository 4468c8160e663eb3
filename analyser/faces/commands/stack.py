"""What commands have in common: the project, a stack's graph and report, and the verdict on them."""

import os
from collections.abc import Sequence
from math import isfinite, nan
from pathlib import Path
from typing import Annotated, Any

import typer

from analyser.faces.commands.policy_options import PLAINLY, Judging
from analyser.faces.commands.usage_error import UsageError

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

VIOLATED, BAD_INPUT = 1, 2


def named_so(context: typer.Context, incomplete: str) -> list[str]:
    """The stacks that begin so, for a shell that completes; none outside a project."""
    try:
        os.chdir(context.find_root().params.get("directory") or ".")
    except OSError:
        return []
    return [name for name in stacks_here() if name.startswith(incomplete)]


def stacks_here() -> list[str]:
    """The stacks of the project around the working directory; none where there is none."""
    try:
        return stack_names()
    except UsageError:
        return []


StackName = Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.", autocompletion=named_so)]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def project_root() -> Path:
    """The folder of the project around the working directory. Raises UsageError where there is none."""
    from settings.stackfile import project_file

    here = Path.cwd()
    found = next(filter(project_file, (here, *here.parents)), None)
    if found is None:
        raise UsageError(f"strata: no Pulumi.yaml in {here} or above; run it inside the project")
    return found


def project() -> Any:
    """The project around the working directory. Raises UsageError where there is none, or no description of one."""
    from analyser.run.foreign.project import read_project
    from settings import SettingsError

    try:
        return read_project(project_root())
    except SettingsError as error:
        raise UsageError(str(error)) from error


def own_project(asked: str) -> Path:
    """The root of Strata's own project, of which alone this can be asked. Raises UsageError in any other."""
    found = project()
    if not found.own:
        raise UsageError(f"strata: {asked} is of Strata's own project alone, and this is {found.name}")
    root: Path = found.root
    return root


def stack_names() -> list[str]:
    """The stacks of the project. Raises UsageError as ``project`` does."""
    names: list[str] = project().stack_names()
    return names


def graph_of(stack: str, label: str = "", deployed: Any = None, *, promoted: bool | None = None) -> Any:
    """What a stack registers; with ``deployed``, as an update of that; a recovery stack ``promoted`` or standing by.

    Of a file (its name ends in .json), what the CLI wrote there. Raises UsageError for what cannot be built.
    """
    if is_file(stack):
        from analyser.faces.commands.files import graph_of_file

        return graph_of_file(stack)
    from analyser.faces.terminal.progress import progress

    found = project()
    with progress(label or stack) as report_count:
        from analyser.run.foreign.start import run_foreign
        from analyser.run.program import ProgramError, run_stack
        from settings import SettingsError

        try:
            if found.own:
                return run_stack(found.root, stack, progress=report_count, deployed=deployed, promoted=promoted)
            return run_foreign(found, stack, answers=outputs_of, progress=report_count, deployed=deployed)
        except (SettingsError, ProgramError) as error:
            raise UsageError(str(error)) from error


def tell_gaps(graph: Any, answer: str, *, as_json: bool) -> None:
    """Prints what an answer about a graph lacks: after it, or beside what is no text on stderr."""
    from analyser.analyses.gaps import Answer
    from analyser.faces.terminal.gaps import show_gaps

    show_gaps(graph, Answer(answer), beside_json=as_json)


def is_file(name: str) -> bool:
    """Whether this names a file rather than a stack."""
    return name.endswith(".json")


outputs_of: dict[str, Path] = {}
"""Files with outputs of stacks that a program reads, by the names of those, as the command line gives them."""


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
