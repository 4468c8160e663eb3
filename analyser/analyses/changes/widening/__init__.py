"""What a change loosens: rights, ingress, encryption, retention, deletion protection, logging."""

from collections.abc import Iterator

from analyser.analyses.changes.changes import Change
from analyser.analyses.changes.edits import edits
from analyser.analyses.changes.pairing import Pairs, Resource
from analyser.analyses.changes.widening.firewall import let_through
from analyser.analyses.changes.widening.guards import guard, loosened, opened
from analyser.analyses.changes.widening.ingress import new_doors
from analyser.analyses.changes.widening.model import TITLES, Kind, Widening, widening_document
from analyser.analyses.changes.widening.pod_groups import regrouped
from analyser.analyses.changes.widening.removed_guards import left_alone
from analyser.analyses.changes.widening.rights import new_rights

__all__ = ["TITLES", "Kind", "Widening", "widened", "widening_document"]


def widened(found: Pairs, changes: tuple[Change, ...]) -> tuple[Widening, ...]:
    """All that widens, by kind, type and name. ``changes`` are those of the same pairs."""
    alone = left_alone(found)
    gone = [old for old in found.only_before if old["urn"] not in alone]
    both = [*found.both, *((old, None) for old in gone), *((None, new) for new in found.only_after)]
    every = [
        *(one for old, new in both for one in _granted(old, new)),
        *(one for new in found.only_after for one in _open(new)),
        *(one for change in changes if change.urn not in alone for one in _loose(change)),
    ]
    order = list(TITLES)
    return tuple(sorted(dict.fromkeys(every), key=lambda one: (order.index(one.kind), one.type, one.name, one.what)))


def _granted(old: Resource | None, new: Resource | None) -> Iterator[Widening]:
    resource = new or old
    if resource is None:
        return
    found: tuple[tuple[Kind, Iterator[tuple[str, bool]]], ...] = (
        ("rights", new_rights(old, new)),
        ("ingress", new_doors(old, new)),
        ("ingress", let_through(old, new)),
        ("ingress", regrouped(old, new)),
    )
    for kind, told in found:
        yield from (
            Widening(kind, resource["urn"], resource["type"], resource["name"], what, certain) for what, certain in told
        )


def _open(new: Resource) -> Iterator[Widening]:
    for edit in edits({}, new["inputs"]):
        for kind in opened(edit):
            what = f"{edit.path}  {_side(edit.after)}"
            yield Widening(kind, new["urn"], new["type"], new["name"], what)


def _loose(change: Change) -> Iterator[Widening]:
    if change.kind == "removed":
        kind = guard(change.type)
        if kind:
            yield Widening(kind, change.urn, change.type, change.name, "is gone")
    for edit in change.edits:
        for kind, certain in loosened(edit, change.type):
            what = f"{edit.path}  {_side(edit.before)} → {_side(edit.after)}"
            yield Widening(kind, change.urn, change.type, change.name, what, certain)


def _side(value: object) -> str:
    """A value in short; what was not given is said so."""
    if value is None:
        return "(not given)"
    return str(value).lower() if isinstance(value, bool) else str(value)[:60]
