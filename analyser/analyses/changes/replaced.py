"""What an update would replace, from two previews of one stack; works on their JSON form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyser.analyses.changes.forcing import Forcing, forcing
from analyser.analyses.changes.values import at, directions
from resource_types.bearing import Bearing, bearing

Resource = Mapping[str, Any]
"""An entry of ``resources`` in the JSON form."""


@dataclass(frozen=True)
class Replaced:
    """A resource that an update would make anew."""

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

    @property
    def bearing(self) -> Bearing | None:
        """What would be lost with it; None for what is as it was once it is made again."""
        return bearing(self.type)


def replaced(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Replaced, ...]:
    """What goes and comes back: first what bears data or identity, then by type and name.

    ``before`` and ``after`` are documents of ``analyser.analyses.report.document``, of the same stack. A resource whose
    input comes from one that is replaced counts as changed in it, as for Pulumi, to whom the new value is unknown.
    """
    old, new = _by_urn(before), _by_urn(after)
    found: list[Replaced] = []
    carrying: dict[str, str] | None = None
    # What is replaced for certain carries others with it, and these still others.
    while carrying != (certain := {one.urn: one.name for one in found if one.certain}):
        carrying = certain
        judged = (_judged(old[urn], new[urn], carrying) for urn in sorted(old.keys() & new.keys()))
        found = [one for one in judged if one]
    return tuple(sorted(found, key=lambda one: (one.bearing is None, not one.certain, one.type, one.name)))


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


def _by_urn(document: Mapping[str, Any]) -> dict[str, Resource]:
    """What a provider makes; components and providers replace nothing."""
    kept = (r for r in document["resources"] if not r["component"] and not r["type"].startswith("pulumi:"))
    return {resource["urn"]: resource for resource in kept}


def _judged(old: Resource, new: Resource, carrying: Mapping[str, str]) -> Replaced | None:
    known = forcing(new["type"]) or Forcing((), {}, tuple(new["inputs"]))
    sure = [path for path in (*known.always, *new["options"].get("replaceOnChanges", ())) if _changes(path, old, new)]
    sure += [path for path, when in known.when.items() if _changes(path, old, new, when)]
    given = dict(_given(known, new, carrying))
    doubtful = [path for path in known.may if _changes(path, old, new)]
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
        if names and not _ignored(path, new):
            yield path, names


def _changes(path: str, old: Resource, new: Resource, when: Sequence[str] = ()) -> bool:
    """Whether a path says something else; in one of the directions of ``when``, if it is given."""
    if _ignored(path, new):
        return False
    left, right = at(old["inputs"], path), at(new["inputs"], path)
    return left != right and (not when or bool(directions(left, right) & set(when)))


def _ignored(path: str, new: Resource) -> bool:
    return any(path == ignored or path.startswith(f"{ignored}.") for ignored in new["ignoreChanges"])
