"""What the command prints of taking a stack away."""

import json
from dataclasses import asdict

import typer

from analyser.analyses.teardown import take_away
from analyser.faces.commands.drill import standby_of, whole
from analyser.faces.commands.stack import VIOLATED


def show_teardown(stack: str, *, as_json: bool) -> int:
    """Prints the steps; the exit code says whether anything is in the way that no step takes out of it."""
    found = take_away(whole(stack), standby_of(stack))
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
    else:
        from analyser.faces.terminal.teardown import lines

        for line in lines(found):
            typer.echo(line)
    return VIOLATED if found.blocks else 0
