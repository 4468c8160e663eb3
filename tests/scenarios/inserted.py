"""A stack before and after entries were put into its maps and lists."""

import runpy
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analyser.analyses.changes.changes import Change
from analyser.analyses.changes.difference import Difference, compare
from analyser.analyses.report import compared
from analyser.run.program import run_program
from analyser.run.references import references
from components.network.network import NetworkSettings
from settings.recovery import recovery_of
from tests.scenarios.fields import Field, fields
from tests.scenarios.insertable import ROWS
from tests.scenarios.opened import CONFIG, OF_THE_HOME, OPENED, ORDERED, TOGETHER
from tests.scenarios.row import REWRITTEN
from tests.scenarios.sized import REPLACED
from tests.settings.legal import Change as Setting
from tests.settings.legal import Path, candidates
from tests.stacks import ROOT, stack_graph

Unit = str
"""A field, or fields whose entries belong together."""


def opened(stack: str) -> dict[Path, Any]:
    """What is said beside a stack's file, so that every field is there."""
    found = {**OPENED.get(_system(stack), {}), **OPENED.get(stack, {})}
    return {path: said for path, said in found.items() if path not in OF_THE_HOME or not _stands_by(stack)}


def units(stack: str) -> dict[Unit, list[Field]]:
    """The places of a stack that something is inserted into, by field."""
    found: dict[Unit, list[Field]] = {}
    for one in fields(stack, opened(stack)):
        if one.name not in ORDERED:
            found.setdefault(TOGETHER.get(one.name, one.name), []).append(one)
    return found


def differences(
    stack: str, found: Mapping[Unit, Sequence[Field]], together: Sequence[Sequence[Unit]]
) -> Iterator[Difference]:
    """From entries before to entries after, for some units at once; what is before is the same for all."""
    every = [one for places in found.values() for one in places]
    before = [_before(one) for one in every]
    base = _document(stack, before)
    for some in together:
        after = [change for unit in some for one in found[unit] for change in _after(one)]
        yield compare(base, _document(stack, list({**dict(before), **dict(after)}.items())))


def surprises(found: Difference, names: Iterable[str]) -> list[str]:
    """What entries in fields of these names may not do, a line each."""
    rows = [ROWS[name] for name in names]
    adds = {type_ for row in rows for type_ in row.adds}
    places = tuple(place for row in rows for place in row.changes)
    return [line for change in found.changes for line in _strange(change, adds, places)]


def _strange(change: Change, adds: Container[str], places: tuple[str, ...]) -> Iterator[str]:
    kept = change.kind == "updated" or (change.kind == "replaced" and change.type in REPLACED and not change.loses)
    if not (change.type in adds if change.kind == "added" else kept):
        yield f"{change.name} ({change.type}) is {change.kind}"
    for edit in change.edits:
        if not f"{change.type} {edit.path}".startswith(places):
            yield f"{change.name} ({change.type}) {edit.path} is {edit.kind}"
        elif edit.kind != "added" and not f"{change.type} {edit.plain_path}".startswith(tuple(REWRITTEN)):
            yield f"{change.name} ({change.type}) {edit.path} is {edit.kind}: what was there before is not as it was"


def _document(stack: str, changes: Sequence[Setting]) -> dict[str, Any]:
    file, found = candidates(stack).file, candidates(stack)
    config = {**found.config([*opened(stack).items(), *changes]), **CONFIG.get(_system(stack), {})}
    answers = references(ROOT, replace(file, config=config), stack_graph, known=True)
    graph = run_program(_program, stack=stack, config=config, secret_keys=file.secret_keys, answers=answers)
    return compared(graph)


def _program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def _stands_by(stack: str) -> bool:
    return recovery_of(candidates(stack).file.config) is not None


def _system(stack: str) -> str:
    return candidates(stack).file.config["strata:system"]


def _before(one: Field) -> Setting:
    return one.path, _as_said(one, _entries(one))


def _after(one: Field) -> Iterator[Setting]:
    row, before = ROWS[one.name], _entries(one)
    front = [] if row.front is None else [row.front]
    yield one.path, _as_said(one, [*front, *before[:1], row.middle, *before[1:]])
    yield from (((*one.path[:-1], name), value) for name, value in row.beside.items())


def _entries(one: Field) -> list[Any]:
    """What stands there first."""
    row = ROWS[one.name]
    own = list(one.value.items() if isinstance(one.value, Mapping) else one.value or ())
    if row.whole:
        return list(row.before)
    return own if len(own) > 1 else [*own, *(entry for entry in row.before if entry not in own)]


def _as_said(one: Field, entries: Sequence[Any]) -> Any:
    if not isinstance(one.value, Mapping):
        return list(entries)
    if not isinstance(one.beside, NetworkSettings):
        return dict(entries)
    start = ".".join(one.beside.cidr.split(".")[:2])
    return {zone: part.format(start) for zone, part in entries}
