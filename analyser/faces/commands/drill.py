"""What the command prints of drills."""

import json
from dataclasses import asdict

import typer

from analyser.analyses.drill import Kind, drill
from analyser.faces.commands.stack import graph_of, is_file, own_project, project
from analyser.faces.commands.usage_error import UsageError, near
from analyser.graph import Graph
from settings import SettingsError, stackfile
from settings.recovery import recovery_of


def show_drill(stack: str, asked: str, *, as_json: bool) -> None:
    """Prints the steps of one kind. Raises UsageError for a kind that is not known."""
    if asked not in list(Kind):
        raise UsageError(f"strata: drill {asked} is not known; {', '.join(Kind)}{near(asked, Kind)}")
    kind = Kind(asked)
    own_project("drill")
    if kind is Kind.REGION:
        home, standby = _pair(stack)
    else:
        other = standby_of(stack) if kind is Kind.RESTORE else ""
        # Brought back is what a promoted stack has; all else is done to what stands there now.
        home, standby = whole(stack) if kind is Kind.RESTORE else graph_of(stack), graph_of(other) if other else None
    found = drill(home, kind, standby)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
        return
    from analyser.faces.terminal.drill import lines
    from analyser.faces.terminal.lines import print_lines

    print_lines(lines(found))


def whole(stack: str) -> Graph:
    """A stack with all that it can have: a recovery stack promoted."""
    return graph_of(stack, promoted=True if home_of(stack) else None)


def home_of(stack: str) -> str:
    """The stack for which this one stands by; empty for any other, as all of other projects are. Raises UsageError."""
    if is_file(stack) or not (found := project()).own:
        return ""
    try:
        said = recovery_of(stackfile.read(found.root, stack).config)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    return said.home if said else ""


def _pair(stack: str) -> tuple[Graph, Graph | None]:
    """A stack's home and what stands by for it, from the name of either."""
    if home := home_of(stack):
        return graph_of(home), graph_of(stack, promoted=True)
    standby = standby_of(stack)
    return graph_of(stack), graph_of(standby, promoted=True) if standby else None


def standby_of(stack: str) -> str:
    """The recovery stack that names this one as its home; empty where there is none."""
    if is_file(stack) or not (found := project()).own:
        return ""
    return next((other for other in stackfile.stack_names(found.root) if home_of(other) == stack), "")
