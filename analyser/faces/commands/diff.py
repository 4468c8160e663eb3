"""What the command does with two previews: what changes from one to the other, in a form of one's choice."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from analyser.analyses.changes.difference import Difference, compare, difference_document
from analyser.analyses.changes.replaced import replaced, replaced_document
from analyser.analyses.changes.state import beside, invented
from analyser.analyses.changes.widening import widening_document
from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.report import VERSION, compared
from analyser.analyses.update_time import UpdateTime, update_document, update_time
from analyser.faces.commands.files import graph_in, read_json
from analyser.faces.commands.revision import preview_at, uncommitted
from analyser.faces.commands.saved_preview import malformed
from analyser.faces.commands.stack import VIOLATED, graph_of, project_root
from analyser.faces.commands.usage_error import UsageError
from analyser.graph import Gap, Graph, sorted_gaps
from analyser.run.deployed import deployed
from analyser.run.mock_cloud import ACCOUNT_ID
from analyser.run.previewed import FORMATS, is_written_by_pulumi


class Form(StrEnum):
    """What a difference can be written as."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class Side:
    """One of the two previews that are compared."""

    name: str
    """A stack or a file."""
    revision: str = ""

    @property
    def label(self) -> str:
        """What it is called in what is printed."""
        return f"{Path(self.name).name} at {self.revision}" if self.revision else Path(self.name).name

    @property
    def is_file(self) -> bool:
        """Whether this is a file rather than a stack."""
        return self.name.endswith(".json")


class Failing(StrEnum):
    """What a pipeline may want to stop for."""

    REPLACE = "replace"
    """Something is or may be replaced, or is removed with data or identity."""
    WIDEN = "widen"
    """Something opens or loosens, or may."""
    ANY = "any"
    """Anything changes."""


def show_diff(
    before: str, after: str, rev: str, form: Form, *, security_only: bool = False, fail_on: Sequence[Failing] = ()
) -> int:
    """Prints what changes from one to the other; 1 for what ``fail_on`` names.

    Raises UsageError for what cannot be compared.
    """
    first, second = _sides(before, after, rev)
    ours, theirs = _documents(first, second)
    found = replace(compare(ours, theirs), before=first.label, after=second.label)
    time = update_time(ours, theirs, found)
    gaps = _gaps(ours, theirs)
    if form is Form.JSON:
        said = _as_json(found, ours, theirs, time, security_only) | gaps_document(gaps)
        typer.echo(json.dumps({"version": VERSION, **said}, indent=2))
    elif form is Form.MARKDOWN:
        from analyser.faces.formats.changes_markdown import changes_markdown, security_markdown

        typer.echo(security_markdown(found) if security_only else changes_markdown(found, time), nl=False)
    else:
        _print(found, time, security_only=security_only)
    from analyser.analyses.gaps import gap_lines
    from analyser.faces.terminal.gaps import show_lacking

    show_lacking(list(gap_lines(gaps, "is not compared")), beside_json=form is not Form.TEXT)
    return VIOLATED if any(_fails(found, reason) for reason in fail_on) else 0


def _gaps(*previews: Mapping[str, Any]) -> tuple[Gap, ...]:
    """What either could not see, so that there may be more to change, or less."""
    every = (gap for preview in previews for gap in preview.get("gaps", ()))
    return sorted_gaps(Gap(gap["kind"], gap["type"], gap["name"]) for gap in every if gap["kind"] in Gap.KINDS)


def _fails(found: Difference, reason: Failing) -> bool:
    if reason is Failing.WIDEN:
        return bool(found.widened)
    if reason is Failing.REPLACE:
        return found.one_stack and any(change.kind == "replaced" or change.loses for change in found.changes)
    return bool(found.tags) or any(change.tells for change in found.changes)


def _as_json(
    found: Difference, ours: dict[str, Any], theirs: dict[str, Any], time: UpdateTime | None, security_only: bool
) -> dict[str, Any]:
    if security_only:
        return {"before": found.before, "after": found.after, "widened": widening_document(found.widened)}
    again = {"replaced": replaced_document(replaced(ours, theirs))} if found.one_stack else {}
    return {**difference_document(found), **again, **({"time": update_document(time)} if time else {})}


def _print(found: Difference, time: UpdateTime | None, *, security_only: bool) -> None:
    from analyser.faces.terminal.changes import show_changes, show_time, show_widened
    from analyser.faces.terminal.cost import show_difference
    from analyser.faces.terminal.lines import print_lines

    if security_only:
        print_lines([f"{found.before} to {found.after}{'' if found.widened else ': nothing widens'}"])
        show_widened(found)
        return
    show_difference(found)
    show_time(time)
    show_changes(found)


def _sides(before: str, after: str, rev: str) -> tuple[Side, Side]:
    if not after and not rev:
        raise UsageError("strata: diff takes two to compare, such as strata diff dev prod, or one stack and --rev")
    first, _, second = rev.partition("..")
    sides = Side(before, first), Side(after or before, second)
    for side in sides:
        if side.is_file and side.revision:
            raise UsageError(f"strata: --rev {rev}: {side.name} is a file, which is of no revision")
    if rev and not second and uncommitted(project_root()):
        typer.echo(f"strata: {sides[1].label} is compared with its changes that are not committed", err=True)
    return sides


def _documents(first: Side, second: Side) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both as previews. A stack beside its own export is previewed as an update of that."""
    files = [_read(side.name) if side.is_file else None for side in (first, second)]
    exports = [_export(side, data) for side, data in zip((first, second), files, strict=True)]
    found = [
        _document(side, data, export, other)
        for side, data, export, other in zip((first, second), files, exports, reversed(exports), strict=True)
    ]
    ours, theirs = found
    if exports[0] or exports[1]:
        ours, theirs = (
            beside(ours, theirs) if exports[0] else ours,
            beside(theirs, ours) if exports[1] else theirs,
        )
    return (ours if ours["stack"] == theirs["stack"] else _as_if(ours, theirs["stack"])), theirs


def _document(side: Side, data: Any, export: Graph | None, other: Graph | None) -> dict[str, Any]:
    if export:
        return compared(export)
    if data is None and not side.revision:
        there = deployed(other) if other and other.stack == side.name else None
        found = compared(graph_of(side.name, deployed=there))
        return found if there or not other else invented(found, ACCOUNT_ID)
    found = data if data is not None else preview_at(project_root(), side.name, side.revision)
    return invented(found, ACCOUNT_ID) if other else found


def _export(side: Side, data: Any) -> Graph | None:
    return None if data is None else graph_in(side.name, data)


def _read(name: str) -> Any:
    found = read_json(name)
    if _is_preview(found):
        if wrong := next(malformed(found), ""):
            raise UsageError(f"{name}: is no whole preview: {wrong}")
    elif not is_written_by_pulumi(found):
        raise UsageError(
            f"{name}: is no preview of one stack, which strata preview STACK --json writes, nor of one what {FORMATS} "
            "write"
        )
    return found


def _is_preview(found: Any) -> bool:
    known = isinstance(found, dict) and found.get("version") == VERSION
    return known and {"stack", "cost", "resources"} <= set(found)


def _as_if(preview: dict[str, Any], stack: str) -> dict[str, Any]:
    """A preview as if its stack had another name, so that names made from it are no difference."""
    name = re.compile(rf"(?<![A-Za-z0-9]){re.escape(preview['stack'])}(?![A-Za-z0-9])")
    found = [{**one, "inputs": _renamed(one["inputs"], name, stack)} for one in preview["resources"]]
    tags = preview.get("defaultTags")
    return {**preview, "resources": found, "defaultTags": _renamed(tags, name, stack)}


def _renamed(value: Any, name: re.Pattern[str], stack: str) -> Any:
    if isinstance(value, str):
        return name.sub(stack, value)
    if isinstance(value, Mapping):
        return {key: _renamed(member, name, stack) for key, member in value.items()}
    return [_renamed(item, name, stack) for item in value] if isinstance(value, list) else value
