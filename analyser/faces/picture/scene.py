"""What the picture of a stack shows, before anybody says where on the paper."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.place import Kind, Place
from analyser.faces.picture import supporting_services
from analyser.faces.picture.flows import Flow, connections, merged, numbered
from analyser.faces.picture.folds import Fold, folds
from analyser.faces.picture.services import service_of, service_of_type
from policy.model import Resource

_SUBNET = "aws:ec2/subnet:Subnet"
_GLOBAL = frozenset({Kind.CLOUDFRONT, Kind.SITE})


@dataclass(frozen=True)
class Box:
    """A thing or a part of the network; ``title`` and ``note`` are its two lines of text."""

    key: str
    title: str
    note: str = ""
    kind: str = "place"
    """What it is, which decides how it looks: a Kind of place, dns, firewall, region, vpc, tier, services, edge."""
    inside: tuple["Box", ...] = ()
    icon: str = ""
    """Which icon a thing has; empty for none."""

    def leaves(self) -> Iterator["Box"]:
        """The things in it, in order; itself when it is one."""
        if not self.inside:
            yield self
        for box in self.inside:
            yield from box.leaves()


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


@dataclass(frozen=True)
class _Thing:
    """A thing to be drawn and where it belongs: a region, nothing for all of them, and the subnet if it is in one."""

    box: Box
    region: str
    subnet: Resource | None = None


def scene(reach: Reach, view: View, *, unfolded: bool = False) -> Scene:
    """The picture of a known run: what opens or answers connections, what keeps data, and what can flow.

    Controllers, node groups, rotations, builds, and stores that nothing shown uses stand folded, each kind in one box,
    unless they are asked for one by one.
    """
    extras, flows = _flows(reach, view)
    named = {name for flow in flows for name in (flow.source, flow.target)}
    places = [place for place in reach.places if supporting_services.shown(place, named)]
    together = [] if unfolded else folds(view, places, named)
    instead = {place.name: fold.key for fold in together for place in fold.members}
    things = [_thing(view, place) for place in places if place.name not in instead]
    things += [_folded(view, fold) for fold in together]
    things += [_extra(extra) for extra in extras]
    return Scene(reach.stack, tuple(_boxes(view, things)), numbered(merged(flows, instead), reach.places))


def _flows(reach: Reach, view: View) -> tuple[list[supporting_services.Extra], list[Flow]]:
    names, asked = supporting_services.zones(view)
    firewalls, inspected = supporting_services.guards(view, reach.places)
    copies, copied = supporting_services.copies(view, reach.places)
    between = [
        *connections(reach),
        *supporting_services.sign_ins(view, reach.places),
        *supporting_services.uses(view, reach.places),
    ]
    return [*names, *firewalls, *copies], [*asked, *between, *inspected, *copied]


def _thing(view: View, place: Place) -> _Thing:
    service = service_of(place)
    everywhere = place.kind in _GLOBAL or place.kind is Kind.INTERNET
    box = Box(place.name, place.name, service.name, str(place.kind), icon=service.icon)
    return _Thing(box, "" if everywhere else place.region or view.graph.region, _subnet(view, place))


def _folded(view: View, fold: Fold) -> _Thing:
    first = _thing(view, fold.members[0])
    box = Box(fold.key, fold.title, first.box.note, first.box.kind, icon=first.box.icon)
    return _Thing(box, first.region, first.subnet)


def _extra(extra: supporting_services.Extra) -> _Thing:
    service = service_of_type(extra.type)
    name, icon = service or ("", "")
    return _Thing(Box(extra.key, extra.title, name, extra.kind, icon=icon), extra.region)


def _boxes(view: View, things: list[_Thing]) -> Iterator[Box]:
    outside = str(Kind.INTERNET)
    yield from (thing.box for thing in things if thing.box.kind == outside)
    edge = [thing.box for thing in things if not thing.region and thing.box.kind != outside]
    if edge:
        yield Box("edge", "Edge", "all regions", "edge", tuple(sorted(edge, key=lambda box: box.kind != "dns")))
    for region in dict.fromkeys([view.graph.region, *(thing.region for thing in things if thing.region)]):
        here = [thing for thing in things if thing.region == region]
        if here:
            yield Box(f"region-{region}", region, "region", "region", tuple(_region_boxes(view, region, here)))


def _region_boxes(view: View, region: str, things: list[_Thing]) -> Iterator[Box]:
    inside = [(thing.box, thing.subnet) for thing in things if thing.subnet]
    for network in dict.fromkeys(_network(view, subnet) for _, subnet in inside):
        here = [(box, subnet) for box, subnet in inside if _network(view, subnet) == network]
        tiers = dict.fromkeys(view.owner(subnet) for subnet in _in_order(view, (subnet for _, subnet in here)))
        boxes = tuple(
            _tier_box(view, tier, tuple(box for box, subnet in here if view.owner(subnet) == tier)) for tier in tiers
        )
        yield Box(f"vpc-{region}-{network}", network, "VPC", "vpc", boxes)
    outside = tuple(thing.box for thing in things if not thing.subnet)
    if outside:
        yield Box(f"services-{region}", "outside of VPCs", "AWS runs it", "services", outside)


def _tier_box(view: View, tier: str, boxes: tuple[Box, ...]) -> Box:
    subnets = sorted(
        (found for found in view.of(_SUBNET) if view.owner(found) == tier),
        key=lambda found: text(found.get("availabilityZone")),
    )
    ranges = [f"{text(found.get('availabilityZone'))[-1:]} {text(found.get('cidrBlock'))}" for found in subnets]
    return Box(f"tier-{tier}", tier, " · ".join(ranges), "tier", boxes)


def _network(view: View, subnet: Resource) -> str:
    return view.owner(subnet).rpartition("-")[0]


def _subnet(view: View, place: Place) -> Resource | None:
    found = (view.by_id(subnet) for interface in place.interfaces for subnet in interface.subnets)
    return next((subnet for subnet in found if subnet is not None), None)


def _in_order(view: View, subnets: Iterable[Resource]) -> list[Resource]:
    """As the stack makes its tiers: public, private, data."""
    made = {subnet.urn: number for number, subnet in enumerate(view.of(_SUBNET))}
    return sorted(subnets, key=lambda subnet: made[subnet.urn])
