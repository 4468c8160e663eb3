"""What two previews differ by: resources and cost. Works on the JSON form, so that one of them may be a saved file."""

from collections import Counter
from dataclasses import dataclass
from typing import Any


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
    """From one preview to another."""

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

    @property
    def counts(self) -> list[tuple[str, int, int]]:
        """How many resources of each type only the one and only the other has."""
        before, after = (Counter(kind for kind, _ in found) for found in (self.only_before, self.only_after))
        return sorted((kind, before[kind], after[kind]) for kind in before | after)


def compare(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    """The difference between two documents of ``analyser.analyses.report.document``."""
    ours, theirs = _resources(before), _resources(after)
    return Difference(
        before["stack"],
        after["stack"],
        Changed("total", before["cost"]["total"]["usd"], after["cost"]["total"]["usd"]),
        _changed({c["name"]: c["usd"] for c in before["cost"]["components"]},
                 {c["name"]: c["usd"] for c in after["cost"]["components"]}),
        _changed(_costs(before), _costs(after)),
        tuple(ours[key] for key in ours if key not in theirs),
        tuple(theirs[key] for key in theirs if key not in ours),
        len(ours.keys() & theirs.keys()),
    )  # fmt: skip


def difference_document(found: Difference) -> dict[str, Any]:
    """The difference as JSON data."""
    return {
        "before": found.before,
        "after": found.after,
        "total": _change(found.total),
        "components": [_change(change) for change in found.components],
        "resources": {
            "same": found.same,
            "onlyBefore": [{"type": kind, "name": name} for kind, name in found.only_before],
            "onlyAfter": [{"type": kind, "name": name} for kind, name in found.only_after],
            "cost": [_change(change) for change in found.resources],
        },
    }


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


def _resources(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What is a resource and no component or provider, by its URN without the stack's name."""
    return {
        resource["urn"].split("::", 1)[1]: (resource["type"], resource["name"])
        for resource in document["resources"]
        if not resource["component"] and not resource["type"].startswith("pulumi:")
    }
