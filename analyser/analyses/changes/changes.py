"""What an update would do to each resource of a stack, or what two stacks differ by; works on their JSON form."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal

from analyser.analyses.changes.edits import Edit, edits
from analyser.analyses.changes.pairing import Pairs, Resource
from analyser.analyses.changes.refused import refused
from analyser.analyses.changes.replaced import Replaced, borne, ignored, leaving, replaced_of
from resource_types.bearing import Bearing, bearing

Kind = Literal["removed", "replaced", "updated", "added"]
_ORDER: tuple[Kind, ...] = ("replaced", "removed", "updated", "added")
_OPTIONS = ("protect", "retainOnDelete")
"""Options that Pulumi keeps beside the inputs and that decide what a later update may do."""


@dataclass(frozen=True)
class Change:
    """A resource that an update creates, deletes, replaces or changes."""

    kind: Kind
    urn: str
    type: str
    name: str
    edits: tuple[Edit, ...] = ()
    """What differs, beside what is not known on one side; nothing for what comes or goes whole."""
    not_known: tuple[Edit, ...] = ()
    """Values that are known only after ``up``, or that are secret: no difference is claimed."""
    replaced: Replaced | None = None
    former: str = ""
    """The URN that it had, where an alias says that it is the same."""
    protected: bool = False
    """Whether Pulumi refuses to delete it."""
    retained: bool = False
    """Whether it stays in the cloud when Pulumi deletes it (``retainOnDelete``)."""
    deleted_first: bool = False
    """Whether, being replaced, the old one goes before the new one is made."""
    bearing: Bearing | None = None
    """What is lost with it; None for what is as it was once it is made again."""
    copied: str = ""
    """Who has what it holds as well, in words; empty where nobody has."""

    refused: tuple[str, ...] = ()
    """Why the service refuses what is asked of it, in words; nothing where it takes it."""

    @property
    def loses(self) -> bool:
        """Whether data or an identity is lost by it, or may be: something that bears one goes and is not retained."""
        return self.kind in ("removed", "replaced") and self.bearing is not None and not self.retained

    @property
    def tells(self) -> bool:
        """Whether something is known to change; False for an update of which only unknown values differ."""
        return self.kind != "updated" or bool(self.edits or self.former)


def changes(found: Pairs, *, one_stack: bool) -> tuple[Change, ...]:
    """All that changes: what loses data or identity first, then by kind, type and name.

    ``one_stack`` says that both are previews of one stack, so that going from one to the other may replace.
    """
    again = {one.urn: one for one in replaced_of(found)} if one_stack else {}
    gone = leaving(found, again.values())
    every = (
        *(_gone(resource, gone) for resource in found.only_before),
        *(Change("added", r["urn"], r["type"], r["name"], bearing=bearing(r["type"])) for r in found.only_after),
        *(_between(old, new, again.get(new["urn"]), gone, one_stack=one_stack) for old, new in found.both),
    )
    kept = [change for change in every if change.kind != "updated" or change.edits or change.former or change.not_known]
    return tuple(sorted(kept, key=_rank))


def _rank(change: Change) -> tuple[Any, ...]:
    sure = change.replaced is None or change.replaced.certain
    bears = bool(change.bearing or change.copied)
    return (not change.loses, _ORDER.index(change.kind), not sure, not bears, change.type, change.name)


def _gone(old: Resource, gone: Set[str]) -> Change:
    bears, has = borne(old, gone)
    retained = bool(old["options"].get("retainOnDelete"))
    return Change(
        "removed",
        old["urn"],
        old["type"],
        old["name"],
        protected=old["protect"],
        retained=retained,
        bearing=bears,
        copied=has,
    )


def _between(old: Resource, new: Resource, again: Replaced | None, gone: Set[str], *, one_stack: bool) -> Change:
    found = [edit for edit in _edits(old, new) if not ignored(edit.plain_path, new) and not ignored(edit.path, new)]
    moved = one_stack and old["urn"] != new["urn"]
    return Change(
        "replaced" if again else "updated",
        new["urn"],
        new["type"],
        new["name"],
        tuple(edit for edit in found if edit.kind != "unknown"),
        tuple(edit for edit in found if edit.kind == "unknown"),
        again,
        old["urn"] if moved else "",
        bool(again and again.protected),
        bool(again and old["options"].get("retainOnDelete")),
        bool(again and _goes_first(old, new)),
        *borne(old, gone),
        () if (again and again.certain) or not one_stack else refused(old, new),
    )


def _edits(old: Resource, new: Resource) -> Iterator[Edit]:
    yield from edits(old["inputs"], new["inputs"])
    for option, before, after in zip(_OPTIONS, _options(old), _options(new), strict=True):
        if before != after:
            yield Edit(f"options.{option}", "changed", before, after)


def _options(resource: Resource) -> tuple[bool, ...]:
    return bool(resource["protect"]), bool(resource["options"].get("retainOnDelete"))


def _goes_first(old: Resource, new: Resource) -> bool:
    """By option; and a Kubernetes object whose name the program gives, since two cannot share it (``Diff`` of
    https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go).
    """
    if new["options"].get("deleteBeforeReplace"):
        return True
    names = [_place(resource) for resource in (old, new)]
    return new["type"].startswith("kubernetes:") and names[0] == names[1] and bool(names[0][0])


def _place(resource: Resource) -> tuple[str, str]:
    metadata: Mapping[str, Any] = resource["inputs"].get("metadata") or {}
    return str(metadata.get("name") or ""), str(metadata.get("namespace") or "")


def changes_document(found: tuple[Change, ...]) -> list[dict[str, Any]]:
    """All that changes as JSON data."""
    return [_document(change) for change in found]


def _document(change: Change) -> dict[str, Any]:
    again = change.replaced
    return {
        "kind": change.kind,
        "urn": change.urn,
        "type": change.type,
        "name": change.name,
        "bears": change.bearing.kind if change.bearing else None,
        "loses": change.loses,
        "protected": change.protected,
        "retained": change.retained,
        "deletedFirst": change.deleted_first,
        **({"refused": list(change.refused)} if change.refused else {}),
        **({"former": change.former} if change.former else {}),
        **({"certain": again.certain, "forcedBy": list(again.properties), "since": list(again.since)} if again else {}),
        "edits": [edit_document(edit) for edit in change.edits],
        "notKnown": [edit.path for edit in change.not_known],
    }


def edit_document(edit: Edit) -> dict[str, Any]:
    """One difference as JSON data."""
    sides = {"before": edit.before, "after": edit.after}
    left_out = {"added": "before", "removed": "after"}.get(edit.kind)
    return {"path": edit.path, "kind": edit.kind, **{side: sides[side] for side in sides if side != left_out}}
