"""What an update would replace, from two previews of one stack; works on their JSON form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from analyser.analyses.changes.edits import holds_hidden
from analyser.analyses.changes.forcing import Forcing, forcing
from analyser.analyses.changes.pairing import Pairs, Resource, pairs
from analyser.analyses.changes.values import at, directions
from resource_types.bearing import Bearing, bearing, copied, original

_TAINT = "options.taint"
"""What ``pulumi state taint`` sets: the next update replaces the resource, whatever its program says
(``isTainted`` of https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go).
"""


@dataclass(frozen=True)
class Replaced:
    """A resource that an update would recreate."""

    urn: str
    type: str
    name: str
    properties: tuple[str, ...]
    """The inputs that force it."""
    since: tuple[str, ...]
    """Names of the replaced resources that these inputs come from; empty where they were changed themselves."""
    certain: bool
    """Whether the provider always replaces it for that; else it may."""
    protected: bool
    """Whether Pulumi refuses, because the resource is protected before and after."""
    bearing: Bearing | None
    """What would be lost with it; None for what is as it was once it is made again."""
    asked: bool = True
    """Whether the provider was asked about this type at all."""


def replaced(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Replaced, ...]:
    """What goes and comes back: first what bears data or identity, then by type and name.

    ``before`` and ``after`` are documents of ``analyser.analyses.report.document``, of the same stack. A resource whose
    input comes from one that is replaced counts as changed in it, as for Pulumi, to whom the new value is unknown.
    """
    return replaced_of(pairs(before, after))


def replaced_of(found: Pairs) -> tuple[Replaced, ...]:
    """The replacements among resources that are paired already."""
    fresh = {resource["urn"] for resource in found.only_after}
    judged: list[Replaced] = []
    carrying: dict[str, str] | None = None
    # What is replaced for certain carries others with it, and these still others.
    while carrying != (certain := {one.urn: one.name for one in judged if one.certain}):
        carrying = certain
        verdicts = (_judged(old, new, carrying, fresh) for old, new in found.both)
        judged = [one for one in verdicts if one]
    judged = _with_their_sources(found, judged)
    return tuple(sorted(judged, key=lambda one: (one.bearing is None, not one.certain, one.type, one.name)))


def leaving(found: Pairs, replaced: Iterable[Replaced]) -> frozenset[str]:
    """URNs, as before the update, of what AWS no longer has after it: removed or surely replaced, and not retained."""
    again = {one.urn for one in replaced if one.certain}
    gone = [*found.only_before, *(old for old, new in found.both if new["urn"] in again)]
    return frozenset(old["urn"] for old in gone if not old["options"].get("retainOnDelete"))


def borne(old: Resource, gone: Set[str]) -> tuple[Bearing | None, str]:
    """What is lost with a resource, and in words who has a copy; no copy where its source goes as well."""
    source = old["propertyDependencies"].get(original(old["type"], old["inputs"]), ())
    if gone.isdisjoint(source):
        return bearing(old["type"], old["inputs"]), copied(old["type"], old["inputs"])
    return bearing(old["type"]), ""


def _with_their_sources(found: Pairs, judged: list[Replaced]) -> list[Replaced]:
    gone, before = leaving(found, judged), {new["urn"]: old for old, new in found.both}
    return [replace(one, bearing=borne(before[one.urn], gone)[0]) for one in judged]


def replaced_document(found: Sequence[Replaced]) -> list[dict[str, Any]]:
    """What would be replaced, as JSON data."""
    return [
        {
            "urn": one.urn,
            "type": one.type,
            "name": one.name,
            "properties": list(one.properties),
            "since": list(one.since),
            "certain": one.certain,
            "bears": one.bearing.kind if one.bearing else None,
            "protected": one.protected,
        }
        for one in found
    ]


def _judged(old: Resource, new: Resource, carrying: Mapping[str, str], fresh: Set[str]) -> Replaced | None:
    told = forcing(new["type"])
    known = told or Forcing((), {}, tuple({**old["inputs"], **new["inputs"]}))
    sure = [path for path in (*known.always, *new["options"].get("replaceOnChanges", ())) if _changes(path, old, new)]
    moved = {path: when for path, when in known.when.items() if _changes(path, old, new, when)}
    perhaps = [path for path, when in moved.items() if _only_perhaps(path, old, new, when)]
    sure += [path for path in moved if path not in perhaps]
    sure += [_TAINT] if old["options"].get("taint") else []
    given = dict(_given(known, new, carrying))
    doubtful = perhaps + [path for path in known.may if _changes(path, old, new)]
    doubtful += [path for path, when in known.may_when.items() if _changes(path, old, new, when)]
    doubtful += [path for path in known.always if _comes_from(path, old, new, fresh)]
    paths = sure or list(given) or doubtful
    if not paths:
        return None
    return Replaced(
        new["urn"],
        new["type"],
        new["name"],
        tuple(dict.fromkeys(path.removesuffix("[]") for path in paths)),
        () if sure else tuple(sorted({name for path in paths for name in given.get(path, ())})),
        certain=bool(sure or given),
        protected=old["protect"] and new["protect"],
        bearing=None,  # until it is known what else goes
        asked=told is not None,
    )


def _given(known: Forcing, new: Resource, carrying: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Forcing paths whose input comes from what is replaced for certain, with the names of that.

    Where a value comes from is known of whole inputs: of what an input holds, only plain values are taken to come from
    there, as an object's namespace does, and not, say, the selector of a Deployment.
    """
    for path in known.always:
        if "." in path and any(isinstance(value, Mapping) for value in at(new["inputs"], path) or [{}]):
            continue
        urns = new["propertyDependencies"].get(path.split(".")[0], ())
        names = [carrying[urn] for urn in urns if urn in carrying]
        if names and not ignored(path, new):
            yield path, names


def _changes(path: str, old: Resource, new: Resource, when: Sequence[str] = ()) -> bool:
    """Whether a path says something else; in one of the directions of ``when``, if it is given.

    Of values that are not known, or secret, nobody can say so.
    """
    if _same(path, old, new) or ignored(path, new):
        return False
    left, right = at(old["inputs"], path), at(new["inputs"], path)
    if left == right or holds_hidden([left, right]):
        return False
    return not when or bool(directions(left, right) & set(when))


def _only_perhaps(path: str, old: Resource, new: Resource, when: Sequence[str]) -> bool:
    """Whether nobody knows which way a word went, and only one of the two replaces."""
    ways = directions(at(old["inputs"], path), at(new["inputs"], path))
    return ways == {"up", "down"} and not ways <= {*when}


def _comes_from(path: str, old: Resource, new: Resource, fresh: Set[str]) -> bool:
    """Whether a value is known only after ``up`` since it comes from a resource that there was not before."""
    if _same(path, old, new):
        return False
    right = at(new["inputs"], path)
    if ignored(path, new) or not holds_hidden(right) or right == at(old["inputs"], path):
        return False
    return not fresh.isdisjoint(new["propertyDependencies"].get(path.split(".")[0], ()))


def _same(path: str, old: Resource, new: Resource) -> bool:
    """Whether the input in which a path lies is what it was, as nearly all are: then nobody has to walk it."""
    first = path.split(".", 1)[0].removesuffix("[]")
    return old["inputs"].get(first) == new["inputs"].get(first)


def ignored(path: str, new: Resource) -> bool:
    """Whether the program leaves a path to others (``ignoreChanges``)."""
    return any(path == wide or path.startswith((f"{wide}.", f"{wide}[")) for wide in new["ignoreChanges"])
