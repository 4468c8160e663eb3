"""Which resource of one preview is which of another: by URN without the stack's name, or by an alias.

An alias is a former URN, or the parts of it that have changed; children have their parent's former URNs for theirs, as
in Pulumi's engine (``AliasURN`` and ``inheritedChildAlias`` in
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Resource = Mapping[str, Any]
"""An entry of ``resources`` in the JSON form."""


@dataclass(frozen=True)
class Pairs:
    """Resources of two previews, in the order of their URNs."""

    both: tuple[tuple[Resource, Resource], ...]
    only_before: tuple[Resource, ...]
    only_after: tuple[Resource, ...]


def pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Pairs:
    """What a provider makes, paired; components and providers are no resources. Works on the JSON form."""
    old = {key(r["urn"]): r for r in before["resources"] if _made(r)}
    every = {r["urn"]: r for r in after["resources"]}
    new = {key(urn): r for urn, r in every.items() if _made(r)}
    both, added = [], []
    taken: set[str] = set()
    for name, resource in new.items():
        found = name if name in old else next((n for n in _former(resource, every) if n in old and n not in new), None)
        if found is None or found in taken:
            added.append(resource)
            continue
        taken.add(found)
        both.append((old[found], resource))
    return Pairs(tuple(both), tuple(old[name] for name in old if name not in taken), tuple(added))


def key(urn: str) -> str:
    """A URN without the name of its stack."""
    return urn.split("::", 1)[1]


def _made(resource: Resource) -> bool:
    return not resource["component"] and not resource["type"].startswith("pulumi:")


def _former(resource: Resource, every: Mapping[str, Resource]) -> Iterator[str]:
    """The keys by which a resource was known, by its own aliases and those of what it is within."""
    parent = every.get(resource["parent"])
    parents = [resource["parent"], *(_urns(parent, every) if parent else ())]
    for alias in resource["options"].get("aliases", ()):
        yield from ([key(alias)] if isinstance(alias, str) else _by_spec(alias, resource, parents))
    for above in parents[1:]:
        name = resource["name"]
        if parent and name.startswith(parent["name"]):
            name = above.rsplit("::", 1)[1] + name.removeprefix(parent["name"])
        yield _made_up(resource, above, resource["type"], name)


def _urns(resource: Resource, every: Mapping[str, Resource]) -> Iterator[str]:
    start = resource["urn"].split("::", 1)[0]
    yield from (f"{start}::{name}" for name in _former(resource, every))


def _by_spec(alias: Mapping[str, Any], resource: Resource, parents: list[str]) -> Iterator[str]:
    kind, name = alias.get("type", resource["type"]), alias.get("name", resource["name"])
    above = [""] if alias.get("noParent") else [alias["parentUrn"]] if alias.get("parentUrn") else parents
    for parent in above:
        yield _made_up(resource, parent, kind, name)


def _made_up(resource: Resource, parent: str, kind: str, name: str) -> str:
    """A key from its parts; the root stack is nobody's parent in a URN."""
    project = resource["urn"].split("::")[1]
    lineage = parent.split("::")[2] if parent else ""
    within = f"{lineage}$" if lineage and lineage != "pulumi:pulumi:Stack" else ""
    return f"{project}::{within}{kind}::{name}"
