"""Transit gateways: attachments of VPCs, and the tables by which packets go from one to another.

https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
"""

from analyser.analyses.reach.addresses import NOWHERE, Addresses, of, six
from analyser.analyses.reach.graph_view import View, text, texts
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.place import Check, not_known
from policy.model import Resource, known

_ROOM = "aws:ec2transitgateway/"
GATEWAY = f"{_ROOM}transitGateway:TransitGateway"
ATTACHMENT = f"{_ROOM}vpcAttachment:VpcAttachment"
_TABLE = f"{_ROOM}routeTable:RouteTable"
_ROUTE = f"{_ROOM}route:Route"
_ASSOCIATION = f"{_ROOM}routeTableAssociation:RouteTableAssociation"
_PROPAGATION = f"{_ROOM}routeTablePropagation:RouteTablePropagation"
_LIST_REFERENCE = f"{_ROOM}prefixListReference:PrefixListReference"
_DEFAULT = "default table"


class TransitGateways:
    """Judges the ways over the transit gateways of a stack."""

    def __init__(self, view: View, network: Network) -> None:
        self._view = view
        self._network = network
        self._attachments = view.of(ATTACHMENT)

    def leg(self, gateway: Resource | None, near: Subnet, far: Subnet, wanted: Addresses) -> Check:
        """Whether packets that a subnet hands to the gateway come to addresses of another subnet."""
        if gateway is None or gateway.type != GATEWAY:
            return not_known("the transit gateway is not in the stack")
        mine, theirs = self._attached(gateway, near), self._attached(gateway, far)
        for attachment, subnet in ((mine, near), (theirs, far)):
            if attachment is None:
                vpc = self._network.vpc_name(subnet.vpc)
                return Check(ok=False, says=f"transit gateway {gateway.name} has no attachment to {vpc}")
        assert mine is not None and theirs is not None  # noqa: PT018 -- for the type checker, not a test
        for attachment in (mine, theirs):
            if six(wanted) and attachment.lacks("ipv6Support", "enable"):
                return Check(ok=False, says=f"attachment {attachment.name} takes no packets of version 6")
        if not self._in_zone(mine, near):
            return Check(ok=False, says=f"attachment {mine.name} is in no subnet of {near.name}'s zone")
        return self._routed(gateway, mine, theirs, wanted)

    def refers(self, gateway: Resource | None, near: Subnet, far: Subnet) -> bool:
        """Whether rules may name security groups at the other end.

        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
        """
        if gateway is None:
            return False
        both = [self._attached(gateway, side) for side in (near, far)]
        key = "securityGroupReferencingSupport"
        return gateway.has(key, "enable") and all(one is not None and one.lacks(key, "disable") for one in both)

    def entrance(self, gateway: Resource | None, subnet: Subnet) -> list[Subnet]:
        """The subnets in which the gateway has its interfaces in a subnet's VPC."""
        attachment = self._attached(gateway, subnet) if gateway else None
        found = texts(attachment.list("subnetIds")) if attachment else ()
        return [self._network.subnets[one] for one in found if one in self._network.subnets]

    def _attached(self, gateway: Resource, subnet: Subnet) -> Resource | None:
        for found in self._attachments:
            vpc = text(found.get("vpcId"))
            if vpc == subnet.vpc and gateway in self._view.refers(found, "transitGatewayId", GATEWAY):
                return found
        return None

    def _in_zone(self, attachment: Resource, subnet: Subnet) -> bool:
        """Whether it has an interface in the subnet's zone; where zones are not said, AWS spreads them."""
        theirs = [
            self._network.subnets[one] for one in texts(attachment.list("subnetIds")) if one in self._network.subnets
        ]
        if not theirs or subnet.id in {one.id for one in theirs} or not subnet.zone:
            return True
        return any(one.zone in ("", subnet.zone) for one in theirs)

    def _routed(self, gateway: Resource, mine: Resource, theirs: Resource, wanted: Addresses) -> Check:
        table = self._table_of(gateway, mine)
        if not table:
            return Check(ok=False, says=f"attachment {mine.name} is associated with no table of {gateway.name}")
        left, says = wanted, f"transit gateway {gateway.name}"
        for _, destination, to, name in sorted(self._routes(gateway, table), key=lambda found: found[0]):
            if not left & destination:
                continue
            if to is None:
                return not_known(f"where route {name} of {says} leads is not modelled")
            if to is not theirs:
                return Check(ok=False, says=f"{says} sends these packets elsewhere ({name})")
            left -= destination
            if not left:
                return Check(ok=True, says=says, urns=(gateway.urn,))
        return Check(ok=False, says=f"{says} has no route back or forth to {theirs.name}")

    def _table_of(self, gateway: Resource, attachment: Resource) -> str:
        for found in self._view.resources.companions(attachment, _ASSOCIATION, by="transitGatewayAttachmentId"):
            return self._key(gateway, found)
        return _DEFAULT if _by_default(gateway, attachment, "Association") else ""

    def _routes(self, gateway: Resource, table: str) -> list[tuple[tuple[int, int], Addresses, Resource | None, str]]:
        """Routes by their rank: the longest prefix first, then what is written before what is propagated."""
        found = []
        for route in self._view.of(_ROUTE):
            cidr = text(route.get("destinationCidrBlock"))
            if self._key(gateway, route) == table:
                to = self._goes_to(route)
                addresses = of(cidr) or NOWHERE
                found.append(
                    ((-_length(cidr), 0), addresses, route if route.has("blackhole", True) else to, route.name)
                )
        for attachment in self._attachments:
            if self._propagates(gateway, attachment, table):
                for cidr in self._network.addresses_of(text(attachment.get("vpcId"))).cidrs():
                    found.append(((-_length(cidr), 1), of(cidr) or NOWHERE, attachment, attachment.name))
        for reference in self._view.of(_LIST_REFERENCE):
            found.append(((-129, 0), of("0.0.0.0/0") or NOWHERE, None, reference.name))
        return found

    def _propagates(self, gateway: Resource, attachment: Resource, table: str) -> bool:
        if gateway not in self._view.refers(attachment, "transitGatewayId", GATEWAY):
            return False
        apart = self._view.resources.companions(attachment, _PROPAGATION, by="transitGatewayAttachmentId")
        if any(self._key(gateway, found) == table for found in apart):
            return True
        return table == _DEFAULT and _by_default(gateway, attachment, "Propagation")

    def _goes_to(self, route: Resource) -> Resource | None:
        return next(iter(self._view.refers(route, "transitGatewayAttachmentId", ATTACHMENT)), None)

    def _key(self, gateway: Resource, found: Resource) -> str:
        """The table that something is about, by its id."""
        value = found.get("transitGatewayRouteTableId")
        named = text(value) if known(value) else ""
        defaults = {text(gateway.outputs.get(f"{kind}DefaultRouteTableId")) for kind in ("association", "propagation")}
        if named in defaults:
            return _DEFAULT
        tables = self._view.refers(found, "transitGatewayRouteTableId", _TABLE)
        return next((table.urn for table in tables), named)


def _by_default(gateway: Resource, attachment: Resource, kind: str) -> bool:
    on = gateway.lacks(f"defaultRouteTable{kind}", "disable")
    return on and not attachment.has(f"transitGatewayDefaultRouteTable{kind}", False)


def _length(cidr: str) -> int:
    return int(cidr.partition("/")[2] or 32)
