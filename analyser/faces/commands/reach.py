"""What the command answers about connections."""

import json

import typer

from analyser.analyses.reach.answer import VERSION, ask, document, matrix, matrix_document
from analyser.analyses.reach.model import Reach, UnknownPlaceError
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.terminal.reach import show_answers, show_matrix
from analyser.graph import Graph


def show_matrix_of(graph: Graph, *, as_json: bool) -> None:
    """Prints who can open a connection to what."""
    found = matrix(Reach(graph))
    if as_json:
        _print({"version": VERSION, "stack": graph.stack, "reach": matrix_document(found)})
    else:
        show_matrix(found)


def show_reach(graph: Graph, source: str, target: str, port: int | None, *, as_json: bool) -> None:
    """Prints whether one can open a connection to the other. Raises UsageError for a name that is none."""
    try:
        answers = ask(Reach(graph), source, target, port)
    except UnknownPlaceError as error:
        raise UsageError(str(error)) from error
    if as_json:
        _print({"version": VERSION, "stack": graph.stack, "answers": [document(answer) for answer in answers]})
    else:
        show_answers(answers)


def _print(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
