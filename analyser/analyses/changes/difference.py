"""What two previews differ by: resources and cost. Works on the JSON form, so that one of them may be a saved file."""

from dataclasses import dataclass
from typing import Any

from analyser.analyses.changes.changes import Change, Kind, changes, changes_document, edit_document
from analyser.analyses.changes.edits import Edit, edits
from analyser.analyses.changes.pairing import pairs
from analyser.analyses.changes.widening import Widening, widened, widening_document


@dataclass(frozen=True)
class Changed:
    """A cost in both previews, in USD a month."""

    name: str
    before: float
    after: float

    @property
    def usd(self) -> float:
        """By how much it grew."""
        return self.after - self.before


@dataclass(frozen=True)
class Difference:
    """What differs between two previews: resources, cost and what is loosened."""

    before: str
    """What the first preview is called: its stack, or the file that it was saved in."""
    after: str
    total: Changed
    components: tuple[Changed, ...]
    """Those whose cost differs by a cent or more, the largest difference first."""
    resources: tuple[Changed, ...]
    only_before: tuple[tuple[str, str], ...]
    """Type and name of what only the first has."""
    only_after: tuple[tuple[str, str], ...]
    same: int
    changes: tuple[Change, ...]
    """What is not as it was, resource by resource."""
    widened: tuple[Widening, ...]
    """What more may be done with, or less is kept of."""
    tags: tuple[Edit, ...]
    """Default tags that differ, which the provider puts on all that takes tags, in place; no input shows them."""
    one_stack: bool
    """Whether both are previews of one stack."""
    unpriced_before: tuple[str, ...] = ()
    """What the first has and its total leaves out, since nobody has said what it costs."""
    unpriced_after: tuple[str, ...] = ()

    @property
    def before_is_known(self) -> bool:
        """Whether the total of the first says anything: it is no zero that only leaves out what has no price."""
        return bool(self.total.before) or not self.unpriced_before

    @property
    def after_is_known(self) -> bool:
        """The same of the second."""
        return bool(self.total.after) or not self.unpriced_after

    @property
    def total_is_known(self) -> bool:
        """Whether both totals say anything, so that one may be taken from the other."""
        return self.before_is_known and self.after_is_known

    def of(self, *kinds: Kind) -> list[Change]:
        """The changes of these kinds, in order."""
        return [change for change in self.changes if change.kind in kinds]


def compare(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    """The difference between two of what ``analyser.analyses.report`` makes: whole documents, or ``compared``."""
    found = pairs(before, after)
    one_stack = before["stack"] == after["stack"]
    changed = changes(found, one_stack=one_stack)
    return Difference(
        before["stack"],
        after["stack"],
        Changed("total", before["cost"]["total"]["usd"], after["cost"]["total"]["usd"]),
        _changed({c["name"]: c["usd"] for c in before["cost"]["components"]},
                 {c["name"]: c["usd"] for c in after["cost"]["components"]}),
        _changed(_costs(before), _costs(after)),
        tuple((one["type"], one["name"]) for one in found.only_before),
        tuple((one["type"], one["name"]) for one in found.only_after),
        len(found.both),
        changed,
        widened(found, changed),
        _tags(before, after),
        one_stack,
        *(tuple(side["cost"].get("unpriced", ())) for side in (before, after)),
    )  # fmt: skip


def difference_document(found: Difference) -> dict[str, Any]:
    """The difference as JSON data."""
    return {
        "before": found.before,
        "after": found.after,
        "total": _change(found.total),
        "unpriced": {"before": list(found.unpriced_before), "after": list(found.unpriced_after)},
        "components": [_change(change) for change in found.components],
        "resources": {
            "same": found.same,
            "onlyBefore": [{"type": kind, "name": name} for kind, name in found.only_before],
            "onlyAfter": [{"type": kind, "name": name} for kind, name in found.only_after],
            "cost": [_change(change) for change in found.resources],
        },
        "defaultTags": [edit_document(edit) for edit in found.tags],
        "changes": changes_document(found.changes),
        "widened": widening_document(found.widened),
    }


def _tags(before: dict[str, Any], after: dict[str, Any]) -> tuple[Edit, ...]:
    """Nothing where one side does not say its default tags, as previews of earlier releases."""
    ours, theirs = (side.get("defaultTags") for side in (before, after))
    return () if ours is None or theirs is None else tuple(edits(ours, theirs))


def _change(change: Changed) -> dict[str, Any]:
    return {
        "name": change.name,
        "before": round(change.before, 4),
        "after": round(change.after, 4),
        "usd": round(change.usd, 4),
    }


def _changed(before: dict[str, float], after: dict[str, float]) -> tuple[Changed, ...]:
    names = dict.fromkeys([*before, *after])
    changes = [Changed(name, before.get(name, 0.0), after.get(name, 0.0)) for name in names]
    return tuple(sorted((c for c in changes if abs(c.usd) >= 0.005), key=lambda c: (-abs(c.usd), c.name)))


def _costs(document: dict[str, Any]) -> dict[str, float]:
    return {f"{r['type'].rsplit(':', 1)[-1]} {r['name']}": r["usd"] for r in document["cost"]["resources"]}
