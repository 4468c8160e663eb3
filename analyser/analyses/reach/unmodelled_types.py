"""Resource types that may affect connections and that the analysis does not model.

Of what this module names neither as read nor as without a bearing on connections, nothing is said with certainty: an
answer that would be a no becomes "not known" where such a resource names what is asked about.
"""

from collections.abc import Iterator
from typing import Any

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.modelled_types import INERT_SERVICES, READ_TYPES
from analyser.analyses.reach.network import DEFAULT_SUBNET, SUBNET
from analyser.analyses.reach.place import Kind, Link, Place, not_known
from policy.model import Resource, known
from policy.tokens import canonical

_DEEPEST = 6


def bears_on_reach(token: str) -> bool:
    """Whether resources of this AWS type may affect connections although the analysis does not read them."""
    package, _, rest = token.partition(":")
    if package != "aws":
        return False
    return rest.partition("/")[0] not in INERT_SERVICES and canonical(token) not in READ_TYPES


def unmodelled(view: View, places: tuple[Place, ...], internet: Place) -> Iterator[Link]:
    """A link to each place that such a resource names: from the internet, and from whatever the same ones name.

    What they name by a VPC, a subnet or a security group is all that stands in it.
    """
    by_urn = {urn: place for place in places for urn in place.urns}
    for members in _joined(view):
        named = {urn: found for found, urns in members for urn in urns}
        reached = {place: named[urn] for urn in named if (place := by_urn.get(urn)) is not None and place != internet}
        asking = {internet, *reached, *_standing(view, places, named)} if reached else ()
        for place, found in reached.items():
            says = f"{found.type} {found.name} names {place.name}, and what that lets through is not modelled"
            for source in places:
                if source in asking and source is not place and (source is internet or source.opens):
                    yield Link(source, place, None, (not_known(says),))


def _joined(view: View) -> list[list[tuple[Resource, set[str]]]]:
    """Such resources with what they name, those together that name each other or the same one of them."""
    bearing = [(found, _named(view, found)) for found in view.resources if bears_on_reach(found.type)]
    own = {found.urn for found, _ in bearing}
    groups: list[tuple[set[str], list[tuple[Resource, set[str]]]]] = []
    for found, urns in bearing:
        keys, members = {found.urn, *(urns & own)}, [(found, urns)]
        for other in [one for one in groups if one[0] & keys]:
            groups.remove(other)
            keys, members = keys | other[0], other[1] + members
        groups.append((keys, members))
    return [members for _, members in groups]


def _standing(view: View, places: tuple[Place, ...], named: dict[str, Resource]) -> Iterator[Place]:
    """The places with an interface in a VPC or a subnet, or behind a security group, that is among the named."""
    ids = {view.id_of(view.resources.by_urn[urn]) for urn in named} - {""}
    subnets = {view.id_of(one) for one in view.of(SUBNET, DEFAULT_SUBNET) if text(one.get("vpcId")) in ids}
    for place in places:
        if any(
            ids.intersection((*one.subnets, *(one.groups or ()))) or subnets & set(one.subnets)
            for one in place.interfaces
        ):
            yield place


def not_modelled(view: View, places: tuple[Place, ...]) -> Iterator[Place]:
    """A place for each resource of an unmodelled type, so that a question about it is answered with unknown."""
    taken = {urn for place in places for urn in place.urns}
    for found in view.resources:
        if bears_on_reach(found.type) and found.urn not in taken:
            says = f"who reaches {found.type} {found.name} is not modelled"
            yield Place(
                found.name,
                Kind.SITE,
                (found.urn,),
                region=view.region_of(found),
                ports=(443,),
                closed=says,
                unsure=True,
            )


def _named(view: View, found: Resource) -> set[str]:
    """The URNs of what a resource names, by whichever input."""
    urns = {urn for named in found.property_dependencies.values() for urn in named}
    urns |= {one.urn for key in found.inputs for one in view.resources.refers(found, key)}
    return urns | {one.urn for value in found.inputs.values() for one in _by_value(view, value, 0)}


def _by_value(view: View, value: Any, depth: int) -> Iterator[Resource]:
    if not known(value) or depth > _DEEPEST:
        return
    if isinstance(value, str):
        named = view.by_id(value) or view.by_arn(value)
        if named is not None:
            yield named
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _by_value(view, member, depth + 1)
