"""What the command answers about recovery."""

import json
from typing import Any

import typer

from analyser.faces.commands.stack import VIOLATED
from analyser.faces.commands.usage_error import UsageError
from settings import SettingsError


def recovery_of(graph: Any) -> Any:
    """What a stack can achieve. Raises UsageError for objectives that no store has."""
    from analyser.analyses.recovery import recovery

    try:
        return recovery(graph)
    except SettingsError as error:
        raise UsageError(str(error)) from error


def show_recovery(graph: Any, *, as_json: bool) -> int:
    """Prints what is stated and what can be achieved; the exit code says whether it holds."""
    found = recovery_of(graph)
    if as_json:
        from analyser.analyses.recovery.document import document

        typer.echo(json.dumps(document(found), indent=2))
    else:
        from analyser.faces.terminal.recovery import show

        show(found)
    return VIOLATED if found.failing else 0
