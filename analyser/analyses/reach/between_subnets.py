"""Routes between subnets: within a VPC, by peering, over a transit gateway."""

from dataclasses import dataclass

from analyser.analyses.reach.acl_passages import Gate, Gates, Range
from analyser.analyses.reach.addresses import Addresses
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.place import Check, not_known
from analyser.analyses.reach.routes import VPC, Hop, Route, Way
from analyser.analyses.reach.transit import TransitGateways
from policy.model import Resource

PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
ACCEPTER = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"


@dataclass(frozen=True)
class Crossing:
    """The way there and back, and what it does to what rules can name."""

    check: Check
    gates: tuple[Gate, ...] = ()
    unreferred: str = ""
    """Why rules on one side cannot name groups of the other."""


class Crossings:
    """Evaluates the routes between subnets."""

    def __init__(self, view: View, network: Network) -> None:
        self._view = view
        self._network = network
        self._transit = TransitGateways(view, network)
        self._gates = Gates(network.acls)
        self._found: dict[tuple[Subnet, Subnet, tuple[Addresses, Addresses], Range], Crossing] = {}

    def between(self, near: Subnet, far: Subnet, ends: tuple[Addresses, Addresses], ports: Range) -> Crossing:
        """From addresses of one subnet to those of another, and back."""
        asked = (near, far, ends, ports)
        if asked not in self._found:
            self._found[asked] = self._between(near, far, ends, ports)
        return self._found[asked]

    def _between(self, near: Subnet, far: Subnet, ends: tuple[Addresses, Addresses], ports: Range) -> Crossing:
        if near.id == far.id:
            return Crossing(Check(ok=True, says=self._within(near, far)))
        source, target = ends
        there = self._leg(near, far, target)
        back = self._leg(far, near, source)
        gates = [
            *self._gates.at(near, serves=False, peer=target, ports=ports),
            *self._gates.at(far, serves=True, peer=source, ports=ports),
        ]
        if not there.check.ok or not back.check.ok:
            return Crossing(self._apart(near, far, there.check, back.check), tuple(gates))
        if near.vpc == far.vpc:
            return Crossing(Check(ok=True, says=self._within(near, far)), tuple(gates))
        gates += self._on_the_way(there, near, far, ends, ports)
        return Crossing(self._joined(there, back), tuple(gates), self._unreferred(there, near, far))

    def _apart(self, near: Subnet, far: Subnet, *legs: Check) -> Check:
        why = next((leg for leg in legs if leg.missing), None) or next(leg for leg in legs if not leg.ok)
        if near.vpc == far.vpc or not why.missing:
            return why
        names = [self._network.vpc_name(side.vpc) or "outside of the stack" for side in (near, far)]
        says = f"no route from {near.name} to {far.name}: {names[0]} and {names[1]} are networks apart"
        return Check(ok=False, says=f"{says} ({why.says})")

    def _within(self, near: Subnet, far: Subnet) -> str:
        return f"one VPC ({self._network.vpc_name(near.vpc)}), {near.name} to {far.name}"

    def _joined(self, there: "_Leg", back: "_Leg") -> Check:
        routes = [leg.route for leg in (there, back) if leg.route]
        by = "peering" if routes[0].way is Way.PEERING else there.check.says
        return Check(ok=True, says=f"{by} by {' and '.join(route.name for route in routes)}", urns=there.check.urns)

    def _leg(self, source: Subnet, target: Subnet, wanted: Addresses) -> "_Leg":
        if reason := self._network.not_known(source):
            return _Leg(not_known(reason))
        legs = [self._hop(hop, source, target, wanted) for hop in self._network.hops(source, wanted)]
        shut = [leg for leg in legs if not leg.check.ok]
        if not legs:
            return _Leg(not_known(f"the addresses of {target.name} are not known"))
        if not shut or len(shut) == len(legs):
            return legs[0]
        return _Leg(not_known(f"for some addresses of {target.name} {shut[0].check.says}"))

    def _hop(self, hop: Hop, source: Subnet, target: Subnet, wanted: Addresses) -> "_Leg":
        route = hop.route
        if route is None:
            return _Leg(Check(ok=False, says=f"{source.name} has no route there"))
        if route.way is Way.LOCAL:
            same = source.vpc == target.vpc
            return _Leg(Check(ok=same, says="" if same else f"{source.name} has these addresses in its own VPC"), route)
        if route.way is Way.PEERING:
            return _Leg(self._peered(route, source, target), route)
        if route.way is Way.TRANSIT:
            return _Leg(self._transit.leg(route.to, source, target, hop.addresses & wanted), route)
        if route.way in (Way.INTERFACE, Way.OTHER):
            via = route.through or "a target that is not known yet"
            return _Leg(
                not_known(f"route {route.name} sends it to {via}: what that does with it is not modelled"), route
            )
        return _Leg(Check(ok=False, says=f"route {route.name} of {source.name} sends it to the {route.way}"), route)

    def _peered(self, route: Route, source: Subnet, target: Subnet) -> Check:
        connection = self._connection(route.to)
        if connection is None:
            return Check(ok=True, says="peering")  # AWS takes no route over a connection that has no end there
        ends = [self._end(connection, key) for key in ("vpcId", "peerVpcId")]
        if {source.vpc, target.vpc} != set(ends):
            if "" in ends:
                return not_known(f"what {connection.name} connects is not known")
            return Check(ok=False, says=f"{connection.name} connects other VPCs")
        accepted = connection.has("autoAccept", True) or any(
            one.has("autoAccept", True)
            for one in self._view.resources.companions(connection, ACCEPTER, by="vpcPeeringConnectionId")
        )
        if connection.unknown("autoAccept"):
            return not_known(f"whether {connection.name} is accepted is not known yet")
        says = "peering" if accepted else f"nobody accepts {connection.name}"
        return Check(ok=accepted, says=says, urns=(connection.urn,))

    def _connection(self, found: Resource | None) -> Resource | None:
        if found is not None and found.type == ACCEPTER:
            return next(iter(self._view.refers(found, "vpcPeeringConnectionId", PEERING)), None)
        return found if found is not None and found.type == PEERING else None

    def _end(self, connection: Resource, key: str) -> str:
        return text(connection.get(key)) or next(
            (self._view.id_of(vpc) for vpc in self._view.refers(connection, key, VPC)), ""
        )

    def _on_the_way(
        self, leg: "_Leg", near: Subnet, far: Subnet, ends: tuple[Addresses, Addresses], ports: Range
    ) -> list[Gate]:
        """The ACLs of the subnets in which a transit gateway stands, where these are not the places' own.

        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html: of what comes from the gateway only the way on
        into the VPC is judged, of what goes to it only the way in.
        """
        if not leg.route or leg.route.way is not Way.TRANSIT:
            return []
        source, target = ends
        gates: list[Gate] = []
        for side, serves, peer in ((near, True, source), (far, False, target)):
            others = self._transit.entrance(leg.route.to, side)
            if side.id not in {one.id for one in others}:
                for one in others[:1]:
                    gates += self._gates.at(one, serves=serves, peer=peer, ports=ports)
        return gates

    def _unreferred(self, leg: "_Leg", near: Subnet, far: Subnet) -> str:
        """https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html"""
        if leg.route and leg.route.way is Way.TRANSIT:
            return "" if self._transit.refers(leg.route.to, near, far) else "no rule names groups over this gateway"
        vpcs = [self._view.by_id(side.vpc) for side in (near, far)]
        regions = {self._view.region_of(vpc) for vpc in vpcs if vpc}
        return "no rule names groups of another region" if len(regions) > 1 else ""


@dataclass(frozen=True)
class _Leg:
    check: Check
    route: Route | None = None
