"""What the command answers about recovery."""

import json
from typing import Any

import typer

from analyser.faces.commands.drill import standby_of
from analyser.faces.commands.stack import VIOLATED, graph_of, is_file, project, tell_gaps
from analyser.faces.commands.usage_error import UsageError
from settings import SettingsError
from settings.recovery import copying_images


def show_recovery(stack: str, *, simulated: bool, as_json: bool) -> int:
    """Prints what is stated and what can be achieved, or what each loss comes to; the exit code says if it holds."""
    home = _with_images(stack, graph_of(stack))
    pair = _pair(stack, home)
    try:
        status = (_simulated if simulated else _judged)(home, pair, as_json=as_json)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    tell_gaps(home, "recovery", as_json=as_json)
    return status


def _with_images(stack: str, home: Any) -> Any:
    """The stack with the copies of its images that another stack of the account sees to."""
    found = project()
    if is_file(stack) or not found.own or not home.of_type("aws:ecr/repository:Repository"):
        return home
    from analyser.analyses.recovery.stores import with_images

    return with_images(home, (graph_of(other) for other in copying_images(stack, home.config, found.root)))


def _pair(stack: str, home: Any) -> Any:
    """The stack with the one that stands by for it, None where there is none."""
    from analyser.analyses.simulation import Pair

    other = standby_of(stack)
    return Pair(home, graph_of(other, promoted=False), graph_of(other, promoted=True)) if other else None


def _judged(home: Any, pair: Any, *, as_json: bool) -> int:
    from analyser.analyses.simulation.run import standing

    found = standing(home, pair)
    if as_json:
        from analyser.analyses.gaps_document import gaps_document
        from analyser.analyses.recovery.document import document

        typer.echo(json.dumps({**document(found), **gaps_document(home)}, indent=2))
    else:
        from analyser.faces.terminal.recovery import show

        show(found)
    return VIOLATED if found.failing else 0


def _simulated(home: Any, pair: Any, *, as_json: bool) -> int:
    from analyser.analyses.simulation import simulate

    if as_json:
        from analyser.analyses.gaps_document import gaps_document
        from analyser.analyses.simulation.document import document

        outcomes = [*simulate(home, pair)]
        typer.echo(json.dumps({**document(home.stack, outcomes), **gaps_document(home)}, indent=2))
        holds = all(outcome.holds for outcome in outcomes)
    else:
        from analyser.faces.terminal.simulation import show

        holds = show(simulate(home, pair))
    return 0 if holds else VIOLATED
