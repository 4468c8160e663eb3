"""The ways between a subnet and the internet: internet gateways, NAT gateways, instances that forward."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from analyser.analyses.reach.acl_passages import Gate, Gates, Range
from analyser.analyses.reach.addresses import NOWHERE, Addresses, Bounds, exactly, six, union
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.place import Check, Interface
from analyser.analyses.reach.public_access import PublicAccess
from analyser.analyses.reach.routes import DEFAULT_VPC, INTERNET_GATEWAY, VPC, Hop, Route, Way
from policy.model import Resource

NAT = "aws:ec2/natGateway:NatGateway"
EGRESS_ONLY = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
_ATTACHMENT = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"


@dataclass(frozen=True)
class Exit:
    """What of the internet a subnet's packets come to by one kind of way, and the ACLs that they pass beyond it."""

    bounds: Bounds
    route: Route | None = None
    gates: tuple[Gate, ...] = ()
    block: Check | None = None
    """What shuts it in spite of its routes."""
    via: tuple[str, Interface, Subnet] | None = None
    """The machine that forwards, where one does: its security groups are asked too."""


class Gateways:
    """Judges the ways in and out of a stack's subnets."""

    def __init__(self, view: View, network: Network, forwarders: Callable[[Resource], tuple[Interface, ...]]) -> None:
        self._view = view
        self._network = network
        self._gates = Gates(network.acls)
        self._forwarders = forwarders
        self._access = PublicAccess(view)

    def inward(self, subnet: Subnet, clients: Addresses) -> Exit:
        """The clients that a subnet's answers come back to, through the gateway by which their requests came."""
        return replace(self._out(subnet, clients, (Way.INTERNET_GATEWAY,)), block=self._access.inward(subnet))

    def outward(self, subnet: Subnet, near: Interface, wanted: Addresses, port: int) -> list[Exit]:
        """The ways out, one for each kind of gateway that some route leads to; one that leads nowhere for none."""
        is_six = six(wanted)
        own = near.ipv6 if is_six else near.public
        found = []
        if own is not False:
            direct = self._out(subnet, wanted, (Way.INTERNET_GATEWAY,))
            sure = direct if own else replace(direct, bounds=_unsure(direct.bounds, "whether it has a public address"))
            found.append(replace(sure, block=self._access.outward(subnet, one_way=False)))
        if is_six:
            only = self._out(subnet, wanted, (Way.EGRESS_ONLY,) if near.ipv6 is not False else ())
            found.append(replace(only, block=self._access.outward(subnet, one_way=True)))
        found += [self.by_nat(subnet, hop, port) for hop in self._to(subnet, wanted, Way.NAT_GATEWAY)]
        found += [self._by_instance(subnet, hop, port) for hop in self._to(subnet, wanted, Way.INTERFACE)]
        return found or [self._out(subnet, wanted, ())]

    def blocked(self, subnet: Subnet) -> Check | None:
        """What keeps out whoever comes in by a way of AWS's own; None for nothing."""
        return self._access.inward(subnet)

    def _out(self, subnet: Subnet, wanted: Addresses, through: tuple[Way, ...]) -> Exit:
        hops = self._network.hops(subnet, wanted)
        fitting = [hop for hop in hops if hop.route and hop.route.way in through and self._attached(hop.route, subnet)]
        certain = union(hop.addresses for hop in fitting)
        # What the stack's own VPCs hold of version 6 is public by its number, and not of the internet.
        unsure = [
            hop
            for hop in hops
            if hop.route and hop.route.way in (Way.OTHER, Way.TRANSIT) and hop.addresses - self._network.addresses
        ]
        why = [f"what lies behind route {hop.route.name} is not modelled" for hop in unsure if hop.route]
        if any(hop.route and hop.route.through in self._network.tables.at_gateways for hop in fitting):
            why.append("its internet gateway has a route table of its own, which is not modelled")
            unsure, certain = [*unsure, *fitting], NOWHERE
        possible = certain | union(hop.addresses for hop in unsure)
        if reason := self._network.not_known(subnet):
            why, possible, certain = [*why, reason], wanted, NOWHERE
        bounds = Bounds(certain, possible, tuple(why))
        return Exit(bounds, next((hop.route for hop in fitting), None))

    def _to(self, subnet: Subnet, wanted: Addresses, way: Way) -> list[Hop]:
        return [hop for hop in self._network.hops(subnet, wanted) if hop.route and hop.route.way is way]

    def _attached(self, route: Route, subnet: Subnet) -> bool:
        """A gateway serves the VPC that it is attached to; one that the stack does not make is where its route is."""
        gateway = route.to
        if gateway is None or gateway.type not in (INTERNET_GATEWAY, EGRESS_ONLY):
            return True
        vpcs = self._view.refers(gateway, "vpcId", VPC, DEFAULT_VPC)
        for found in self._view.resources.companions(gateway, _ATTACHMENT, by="internetGatewayId"):
            vpcs += self._view.refers(found, "vpcId", VPC, DEFAULT_VPC)
        named = text(gateway.get("vpcId"))
        return subnet.vpc in {*map(self._view.id_of, vpcs), named}

    def by_nat(self, subnet: Subnet, hop: Hop, port: int) -> Exit:
        """It must itself stand where an internet gateway is, and takes part in its subnet's ACL.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
        """
        route = hop.route
        gateway = route.to if route else None
        if gateway is None or gateway.type != NAT or gateway.has("availabilityMode", "regional"):
            return Exit(exactly(hop.addresses), route)
        home = self._network.subnets.get(text(gateway.get("subnetId")))
        if home is None:
            return Exit(Bounds(NOWHERE, hop.addresses, (f"the subnet of {gateway.name} is not in the stack",)), route)
        if gateway.has("connectivityType", "private") or home.vpc != subnet.vpc:
            return Exit(exactly(NOWHERE))
        beyond = self._beyond(subnet, home, hop, port)
        return replace(beyond, block=self._access.outward(home, one_way=True))

    def _by_instance(self, subnet: Subnet, hop: Hop, port: int) -> Exit:
        """One that forwards what is not its own, with a public address, where an internet gateway is."""
        machine = hop.route.to if hop.route else None
        interfaces = self._forwarders(machine) if machine else ()
        if machine is None or not interfaces:
            why = "what the route leads to is not in the stack"
            return Exit(Bounds(NOWHERE, hop.addresses, (why,)), hop.route)
        for one in interfaces:
            homes = [self._network.subnets[each] for each in one.subnets if each in self._network.subnets]
            if one.forwards and one.public is not False and homes:
                found = replace(
                    self._beyond(subnet, homes[0], hop, port),
                    block=self._access.outward(homes[0], one_way=False),
                    via=(machine.name, one, homes[0]),
                )
                whether = f"whether {machine.name} has a public address"
                return found if one.public else replace(found, bounds=_unsure(found.bounds, whether))
        return Exit(exactly(NOWHERE))

    def _beyond(self, subnet: Subnet, home: Subnet, hop: Hop, port: int) -> Exit:
        out = self._out(home, hop.addresses, (Way.INTERNET_GATEWAY,))
        gates: list[Gate] = []
        if home.id != subnet.id:
            gates = self._passages(subnet, home, (port, port))
        return Exit(out.bounds, hop.route if out.bounds.possible else None, tuple(gates))

    def _passages(self, subnet: Subnet, home: Subnet, ports: Range) -> list[Gate]:
        inside = self._gates.at(home, serves=True, peer=subnet.addresses, ports=ports)
        outside = self._gates.at(home, serves=False, peer=None, ports=ports)
        # What comes back to it comes to a port that it has chosen itself.
        return inside + [
            Gate(g.acl, g.inward, g.answer, g.peer, g.ports, of_client=False) if g.answer else g for g in outside
        ]


def _unsure(bounds: Bounds, whether: str) -> Bounds:
    return Bounds(NOWHERE, bounds.possible, (*bounds.why, f"{whether} is not known"))
