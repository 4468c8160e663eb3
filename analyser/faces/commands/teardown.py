"""What the command prints of taking a stack away."""

import json
from dataclasses import asdict

import typer

from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.teardown import take_away
from analyser.faces.commands.drill import standby_of
from analyser.faces.commands.stack import VIOLATED, graph_of, tell_gaps


def show_teardown(stack: str, *, as_json: bool) -> int:
    """Prints the steps; the exit code says whether anything is in the way that no step takes out of it."""
    graph = graph_of(stack)
    found = take_away(graph, standby_of(stack))
    if as_json:
        typer.echo(json.dumps({**asdict(found), **gaps_document(graph)}, indent=2))
    else:
        from analyser.faces.terminal.lines import print_lines
        from analyser.faces.terminal.teardown import lines

        print_lines(lines(found))
    tell_gaps(graph, "recovery", as_json=as_json)
    return VIOLATED if found.blocks else 0
