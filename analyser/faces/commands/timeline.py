"""What the command answers about time."""

import json

import typer

from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.timeline import teardown, timeline
from analyser.analyses.timeline.document import document, teardown_document
from analyser.faces.terminal.timeline import show, show_gone
from analyser.graph import Graph


def show_timeline(graph: Graph, *, as_json: bool) -> None:
    """Prints how long a deployment to an empty account takes."""
    found = timeline(graph)
    if as_json:
        typer.echo(json.dumps(document(found) | gaps_document(graph), indent=2))
    else:
        show(found, graph.stack)


def show_teardown(graph: Graph, *, as_json: bool) -> None:
    """Prints how long it takes to take the stack away."""
    found = teardown(graph)
    if as_json:
        typer.echo(json.dumps(teardown_document(found) | gaps_document(graph), indent=2))
    else:
        show_gone(found, graph.stack)
