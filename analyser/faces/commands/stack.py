"""What commands have in common: the project, a stack's graph and report, and the verdict on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from analyser.faces.commands.usage_error import UsageError

# What takes long to import (the SDK, rich, the pack) is imported where it is used.

VIOLATED, BAD_INPUT = 1, 2
StackName = Annotated[str, typer.Argument(help="The stack: NAME of a file Pulumi.NAME.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def project_root() -> Path:
    """The folder of Pulumi.yaml, from the working directory upward. Raises UsageError where there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise UsageError(f"strata: no Pulumi.yaml in {here} or above; run it inside the project")


def graph_of(stack: str, label: str = "", deployed: Any = None) -> Any:
    """What a stack registers; with ``deployed``, as an update of that. Raises UsageError for what cannot be built."""
    from analyser.faces.terminal.progress import progress

    root = project_root()
    with progress(label or stack) as report_count:
        from analyser.run.program import ProgramError, run_stack
        from settings import SettingsError

        try:
            return run_stack(root, stack, progress=report_count, deployed=deployed)
        except (SettingsError, ProgramError) as error:
            raise UsageError(str(error)) from error


@dataclass(frozen=True)
class Judged:
    """By which day the pack judges, today if none, and whether ends that are near stop a deployment."""

    day: date | None = None
    strict: bool = False


def report_of(stack: str, label: str = "", judged: Judged = Judged()) -> Any:
    """The report of one stack, as on a day. Raises UsageError for what cannot be built, or a broken pack."""
    graph = graph_of(stack, label)
    from analyser.analyses.policies.verdict import strict, verdict
    from analyser.analyses.report import Report

    try:
        violations, rules = verdict(graph, config=strict() if judged.strict else None, today=judged.day)
    except ValueError as error:
        raise UsageError(f"policy: {error}") from error
    return Report(graph, tuple(violations), rules)


def verdict_of(reports: Sequence[Any], budget: float | None) -> int:
    """The exit code for these reports; says on stderr which cost more than ``budget`` USD a month."""
    from analyser.faces.commands.cost import over_budget

    too_dear = [] if budget is None else over_budget(reports, budget)
    for line in too_dear:
        typer.echo(line, err=True)
    return VIOLATED if too_dear or any(report.blocking for report in reports) else 0


def complain(problems: str) -> int:
    """Tells of problems on stderr; the exit code for them."""
    typer.echo(problems, err=True)
    return BAD_INPUT
