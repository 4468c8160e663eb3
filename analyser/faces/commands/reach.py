"""What the command answers about connections."""

import json
from dataclasses import dataclass

import typer

from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.reach.answer import VERSION, ask, document, survey, survey_document
from analyser.analyses.reach.model import UnknownPlaceError, reach_of
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.terminal.reach import show_answers, show_matrix
from analyser.graph import Graph
from settings.recovery import recovery_of


@dataclass(frozen=True)
class Question:
    """What is asked, and the answer (yes or no) that every pair it is about should get; empty for any."""

    source: str
    target: str
    port: int | None
    expect: str = ""


def show_matrix_of(graph: Graph, *, as_json: bool) -> None:
    """Prints who can open a connection to what."""
    found = survey(reach_of(graph))
    if as_json:
        _print({"version": VERSION, "stack": graph.stack, **survey_document(found), **gaps_document(graph)})
    else:
        show_matrix(found)


def show_reach(graph: Graph, question: Question, *, as_json: bool) -> int:
    """Prints whether one can open a connection to the other: 0, or 1 where an answer is not the expected one.

    Raises UsageError for a name that is none.
    """
    try:
        answers = ask(reach_of(graph), question.source, question.target, question.port)
    except UnknownPlaceError as error:
        raise UsageError(str(error)) from error
    if not answers:
        raise UsageError(f"{graph.stack}: {question.source!r} and {question.target!r} are one place")
    recovery = recovery_of(graph.config)
    waits = recovery is not None and not recovery.promoted
    if as_json:
        told = [document(answer) for answer in answers]
        said = {"version": VERSION, "stack": graph.stack, "standsBy": waits, "answers": told}
        _print(said | gaps_document(graph))
    else:
        show_answers(answers)
        if waits and not all(answer.yes for answer in answers):
            typer.echo(
                f"{graph.stack} stands by: what only its promotion starts is not there, and reached by nobody yet"
            )
    return int(bool(question.expect) and any(answer.verdict != question.expect for answer in answers))


def _print(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
