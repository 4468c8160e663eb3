"""What the command does with two previews: their difference, and what going from the one to the other replaces."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from analyser.analyses.changes.difference import compare, difference_document
from analyser.analyses.changes.replaced import replaced, replaced_document
from analyser.analyses.report import VERSION, Report, document
from analyser.faces.commands.usage_error import UsageError
from analyser.faces.terminal.changes import show_replaced
from analyser.faces.terminal.cost import show_difference


def show_diff(before: str, after: str, preview: Callable[[str], Report], *, as_json: bool) -> None:
    """Prints what two stacks, or saved previews (files that end in .json), differ by.

    Of one stack at two times also what going from the one to the other replaces.
    """
    ours, theirs = (_document(name, preview) for name in (before, after))
    found = replace(compare(ours, theirs), before=Path(before).name, after=Path(after).name)
    again = replaced(ours, theirs) if ours["stack"] == theirs["stack"] else None
    if as_json:
        extra = {} if again is None else {"replaced": replaced_document(again)}
        typer.echo(json.dumps({"version": VERSION, **difference_document(found), **extra}, indent=2))
        return
    show_difference(found)
    if again is not None:
        show_replaced(again)


def _document(name: str, preview: Callable[[str], Report]) -> dict[str, Any]:
    if not name.endswith(".json"):
        return document(preview(name))
    try:
        found = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{name}: is no JSON: {error}") from error
    if (
        not isinstance(found, dict)
        or found.get("version") != VERSION
        or not {"stack", "cost", "resources"} <= set(found)
    ):
        raise UsageError(f"{name}: is no preview of one stack; strata preview STACK --json writes one")
    return found
