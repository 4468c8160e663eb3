"""What the command answers about rights."""

import json

import typer

from preview.graph import Graph
from preview.render.rights import show
from preview.rights.ask import VERSION, ask, document
from preview.rights.names import UnknownNameError
from preview.usage import UsageError


def show_can(graph: Graph, role: str, action: str, resource: str, *, as_json: bool) -> None:
    """Prints whether a role may do something. Raises UsageError for a name that is none."""
    try:
        found = ask(graph, role, action, resource)
    except UnknownNameError as error:
        raise UsageError(str(error)) from error
    if as_json:
        typer.echo(json.dumps({"version": VERSION, "stack": graph.stack, **document(found)}, indent=2))
    else:
        show(found)
