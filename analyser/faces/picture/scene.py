"""What the picture of a stack shows, before anybody says where on the paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyser.analyses.reach.answer import Answer, matrix
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.place import Kind, Link, Place
from analyser.analyses.reach.view import View, text
from policy.model import Resource

_SUBNET = "aws:ec2/subnet:Subnet"
_GLOBAL = frozenset({Kind.CLOUDFRONT, Kind.SITE})
_EVERYWHERE = frozenset({Kind.SERVICE})
"""AWS's own services, which whoever has a way out reaches; what may be done there is for rights to say."""
_STANDS_IN = {Kind.NODES: Kind.PODS}
"""Nodes reach what their pods reach; the pods tell more."""


@dataclass(frozen=True)
class Box:
    """A thing or a part of the network; ``title`` and ``note`` are its two lines of text."""

    key: str
    title: str
    note: str = ""
    kind: str = "place"
    """What it is, which decides how it looks: a Kind of place, or region, vpc, tier, services, edge."""
    inside: tuple["Box", ...] = ()

    def leaves(self) -> Iterator["Box"]:
        """The things in it, in order; itself when it is one."""
        if not self.inside:
            yield self
        for box in self.inside:
            yield from box.leaves()


@dataclass(frozen=True)
class Flow:
    """Connections that the network lets through, from one thing to another; no port where any will do."""

    source: str
    target: str
    port: int | None


@dataclass(frozen=True)
class Scene:
    """The boxes of a stack from the outside in, and the flows between the innermost of them."""

    stack: str
    boxes: tuple[Box, ...]
    flows: tuple[Flow, ...]

    def leaves(self) -> Iterator[Box]:
        """Every thing that is shown."""
        for box in self.boxes:
            yield from box.leaves()


def scene(reach: Reach, view: View) -> Scene:
    """The picture of a known run: everything that opens or answers connections, and what can flow."""
    flows = tuple(_flows(matrix(reach)))
    named = {name for flow in flows for name in (flow.source, flow.target)}
    places = [place for place in reach.places if place.kind not in _EVERYWHERE or place.name in named]
    return Scene(reach.stack, tuple(_boxes(view, places)), flows)


def _boxes(view: View, places: list[Place]) -> Iterator[Box]:
    outside = [place for place in places if place.kind is Kind.INTERNET]
    yield from map(_leaf, outside)
    edge = [place for place in places if place.kind in _GLOBAL]
    if edge:
        yield Box("edge", "Edge", "all regions", "edge", tuple(map(_leaf, edge)))
    home = [place for place in places if place not in outside and place not in edge]
    regions = dict.fromkeys([view.graph.region, *(_region(view, place) for place in home)])
    for region in regions:
        here = [place for place in home if _region(view, place) == region]
        if here:
            yield Box(f"region-{region}", region, "region", "region", tuple(_region_boxes(view, region, here)))


def _region_boxes(view: View, region: str, places: list[Place]) -> Iterator[Box]:
    placed = {place: _subnets(view, place) for place in places}
    networks = dict.fromkeys(view.owner(subnet).rpartition("-")[0] for found in placed.values() for subnet in found)
    for network in networks:
        inside = {place: found[0] for place, found in placed.items() if found and _network(view, found[0]) == network}
        tiers = dict.fromkeys(view.owner(subnet) for subnet in _in_order(view, inside.values()))
        yield Box(
            f"vpc-{region}-{network}",
            network,
            "VPC",
            "vpc",
            tuple(_tier_box(view, tier, [p for p, s in inside.items() if view.owner(s) == tier]) for tier in tiers),
        )
    outside = tuple(_leaf(place) for place, found in placed.items() if not found)
    if outside:
        yield Box(f"services-{region}", "outside of VPCs", "AWS runs it", "services", outside)


def _tier_box(view: View, tier: str, places: list[Place]) -> Box:
    subnets = sorted(
        (found for found in view.of(_SUBNET) if view.owner(found) == tier),
        key=lambda found: text(found.get("availabilityZone")),
    )
    ranges = [f"{text(found.get('availabilityZone'))[-1:]} {text(found.get('cidrBlock'))}" for found in subnets]
    return Box(f"tier-{tier}", tier, " · ".join(ranges), "tier", tuple(map(_leaf, places)))


def _leaf(place: Place) -> Box:
    return Box(place.name, place.name, str(place.kind), str(place.kind))


def _region(view: View, place: Place) -> str:
    return place.region or view.graph.region


def _network(view: View, subnet: Resource) -> str:
    return view.owner(subnet).rpartition("-")[0]


def _subnets(view: View, place: Place) -> list[Resource]:
    found = (view.by_id(subnet) for interface in place.interfaces for subnet in interface.subnets)
    return [subnet for subnet in found if subnet is not None]


def _in_order(view: View, subnets: Iterable[Resource]) -> list[Resource]:
    """As the stack makes its tiers: public, private, data."""
    made = {subnet.urn: number for number, subnet in enumerate(view.of(_SUBNET))}
    return sorted(subnets, key=lambda subnet: made[subnet.urn])


def _flows(answers: list[Answer]) -> Iterator[Flow]:
    hops = dict.fromkeys(link for answer in answers for link in answer.path if link.open)
    public = {link.target for link in hops if link.source.kind is Kind.INTERNET}
    told = {(link.source.kind, link.target, link.port) for link in hops}
    seen = set()
    for link in hops:
        instead = _STANDS_IN.get(link.source.kind)
        if not _shown(link, public) or (instead and (instead, link.target, link.port) in told):
            continue
        flow = Flow(link.source.name, link.target.name, link.port)
        if flow not in seen:
            seen.add(flow)
            yield flow


def _shown(link: Link, public: set[Place]) -> bool:
    """Not what leads out of the stack, not public addresses, which everything with a way out reaches, and not those
    who answer on no port that somebody named."""
    if link.target.kind is Kind.INTERNET or link.source.kind in _EVERYWHERE:
        return False
    if link.source.kind in {Kind.CLOUDFRONT, Kind.API, Kind.BALANCER}:
        return True
    if link.source.kind is Kind.INTERNET:
        return link.target.kind not in _EVERYWHERE
    beside = {*_EVERYWHERE, *_GLOBAL, Kind.API}
    return bool(link.target.ports) and link.target not in public and link.target.kind not in beside
