"""What the command answers about rights."""

import json
from pathlib import Path

import typer

from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.rights.outside_policies import NOTHING, OutsidePolicies, OutsidePoliciesError, outside_policies
from analyser.analyses.rights.question import VERSION, ask, document
from analyser.analyses.rights.unknown_name import UnknownNameError
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.terminal.rights import show
from analyser.graph import Graph


def read_around(file: Path | None) -> OutsidePolicies:
    """The policies from outside the stack that a file says. Raises UsageError for one that says none."""
    try:
        return outside_policies(file) if file else NOTHING
    except OutsidePoliciesError as error:
        raise UsageError(str(error)) from error


def show_can(graph: Graph, role: str, action: str, resource: str, bounds: OutsidePolicies, *, as_json: bool) -> str:
    """Prints whether a role may do something, and returns the answer. Raises UsageError for a name that is none."""
    try:
        found = ask(graph, role, action, resource, bounds)
    except UnknownNameError as error:
        raise UsageError(str(error)) from error
    if as_json:
        told = {"version": VERSION, "stack": graph.stack, **document(found), **gaps_document(graph)}
        typer.echo(json.dumps(told, indent=2))
    else:
        show(found)
    return str(found.answer)
