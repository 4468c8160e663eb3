"""Route tables: what each hands packets to, by the longest prefix over all of its routes.

https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from analyser.analyses.reach.addresses import ALL4, Addresses, of
from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text
from policy.model import Block, Resource, known

_TABLE = "aws:ec2/routeTable:RouteTable"
_DEFAULT_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
_ROUTE = "aws:ec2/route:Route"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_MAIN_ASSOCIATION = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
_PROPAGATION = "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation"
_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
_LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
VPC = "aws:ec2/vpc:Vpc"
DEFAULT_VPC = "aws:ec2/defaultVpc:DefaultVpc"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"


class Way(StrEnum):
    """The kinds of target that a route may have."""

    LOCAL = "the VPC itself"
    INTERNET_GATEWAY = "internet gateway"
    EGRESS_ONLY = "egress-only internet gateway"
    NAT_GATEWAY = "NAT gateway"
    PEERING = "peering connection"
    TRANSIT = "transit gateway"
    INTERFACE = "network interface"
    OTHER = "something that is not modelled"


@dataclass(frozen=True)
class Route:
    """One route of a table."""

    name: str
    destination: Addresses
    length: int
    way: Way
    through: str
    """The id of what takes the packets."""
    to: Resource | None
    """The resource that takes them, where the stack makes it."""
    urn: str
    """The route, or the table that it is written in."""


@dataclass(frozen=True)
class Hop:
    """Destination addresses and the route that they match; ``route`` is None where the table has none for them."""

    addresses: Addresses
    route: Route | None


_KEYS = {
    "natGatewayId": Way.NAT_GATEWAY,
    "vpcPeeringConnectionId": Way.PEERING,
    "transitGatewayId": Way.TRANSIT,
    "egressOnlyGatewayId": Way.EGRESS_ONLY,
    "networkInterfaceId": Way.INTERFACE,
    "instanceId": Way.INTERFACE,
    "gatewayId": Way.INTERNET_GATEWAY,
    "vpcEndpointId": Way.OTHER,
    "carrierGatewayId": Way.OTHER,
    "localGatewayId": Way.OTHER,
    "coreNetworkArn": Way.OTHER,
    "odbNetworkArn": Way.OTHER,
}
_DESTINATIONS = ("cidrBlock", "ipv6CidrBlock", "destinationCidrBlock", "destinationIpv6CidrBlock")
_LISTS = ("destinationPrefixListId",)


class RouteTables:
    """The tables of a stack, and which subnet has which."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._tables = {view.id_of(table): table for table in view.of(_TABLE, _DEFAULT_TABLE)}
        self._main: dict[str, str] = {}
        self._not_known: dict[str, str] = {}
        self._associated: dict[str, str] = {}
        self.at_gateways: set[str] = set()
        """The ids of gateways with a table of their own, which sends what comes in to an appliance."""
        self._associations()
        self._main_tables()
        self._routes: dict[str, list[Route]] = {}
        self._default_vpcs()
        for identifier, table in self._tables.items():
            self._inline(identifier, table)
        for found in view.of(_ROUTE):
            self._apart(found)
        for found in view.of(_PROPAGATION):
            for table in names(found, "routeTableId"):
                self._not_known[self._one(table)] = f"what {found.name} propagates is not known"

    def table_of(self, subnet: str, vpc: str) -> str:
        """The id of a subnet's table; empty for the VPC's main one that the stack does not fill."""
        return self._associated.get(subnet) or self._main.get(vpc, "")

    def not_known(self, table: str) -> str:
        """Why not all routes of the table are known; empty where they are."""
        return self._not_known.get(table) or self._not_known.get(UNKNOWN_NAME, "")

    def routes(self, table: str) -> list[Route]:
        """The routes of a table but for the local ones."""
        return self._routes.get(table, [])

    def _one(self, table: str) -> str:
        """A VPC's main table under one id, by whichever of its outputs it is named."""
        vpcs = [vpc for vpc in self._view.of(VPC, DEFAULT_VPC) if table and table in _main_names(vpc)]
        return next((self._main.get(self._view.id_of(vpc), table) for vpc in vpcs), table)

    def _associations(self) -> None:
        for found in self._view.of(_ASSOCIATION):
            (table,) = names(found, "routeTableId") or ("",)
            for subnet in names(found, "subnetId"):
                self._associated[subnet] = table
            self.at_gateways |= set(names(found, "gatewayId"))
        if UNKNOWN_NAME in self._associated or UNKNOWN_NAME in self._associated.values():
            self._not_known[UNKNOWN_NAME] = "which subnet has which route table is not known yet"

    def _main_tables(self) -> None:
        for vpc in self._view.of(VPC, DEFAULT_VPC):
            identifier = next(iter(_main_names(vpc)), f"main table of {vpc.name}")
            self._main[self._view.id_of(vpc)] = identifier
        for table in self._view.of(_DEFAULT_TABLE):
            named = text(table.get("defaultRouteTableId"))
            by_value = [vpc for vpc in self._view.of(VPC, DEFAULT_VPC) if named and named in _main_names(vpc)]
            for vpc in by_value or self._view.refers(table, "defaultRouteTableId", VPC, DEFAULT_VPC):
                self._main[self._view.id_of(vpc)] = self._view.id_of(table)
        for found in self._view.of(_MAIN_ASSOCIATION):
            self._main[text(found.get("vpcId"))] = text(found.get("routeTableId"))

    def _default_vpcs(self) -> None:
        """AWS's own main table of a default VPC leads to its internet gateway.

        https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
        """
        for vpc in self._view.of(DEFAULT_VPC):
            table = self._main[self._view.id_of(vpc)]
            if table not in self._tables:
                to_internet = Route("of AWS", ALL4, 0, Way.INTERNET_GATEWAY, "igw-of-default-vpc", None, vpc.urn)
                self._routes[table] = [to_internet]

    def _inline(self, identifier: str, table: Resource) -> None:
        if table.unknown("routes"):
            self._not_known[identifier] = f"the routes of {table.name} are not known yet"
        if table.given("propagatingVgws"):
            self._not_known[identifier] = f"what a VPN gateway propagates to {table.name} is not known"
        for block in table.blocks("routes"):
            self._add(identifier, table, block)

    def _apart(self, found: Resource) -> None:
        (table,) = names(found, "routeTableId") or (UNKNOWN_NAME,)
        if table == UNKNOWN_NAME:
            named = self._view.refers(found, "routeTableId", _TABLE, _DEFAULT_TABLE)
            table = next((self._view.id_of(one) for one in named), UNKNOWN_NAME)
        if table == UNKNOWN_NAME:
            self._not_known[UNKNOWN_NAME] = f"which table route {found.name} is of is not known yet"
            return
        self._add(self._one(table), found, found)

    def _add(self, table: str, written_in: Resource, found: Resource | Block) -> None:
        way, through, to = self._target(written_in, found)
        for cidr in self._destinations(found):
            addresses = of(cidr) if cidr else None
            if addresses is None:
                self._not_known[table] = f"a destination of {written_in.name} is not known"
                continue
            length = int(cidr.partition("/")[2] or 32)
            route = Route(written_in.name, addresses, length, way, through, to, written_in.urn)
            self._routes.setdefault(table, []).append(route)

    def _destinations(self, found: Resource | Block) -> Iterator[str]:
        """The ranges of a route, the empty text for one that is not known."""
        for key in _DESTINATIONS:
            yield from ("" if cidr == UNKNOWN_NAME else cidr for cidr in names(found, key))
        for key in _LISTS:
            for identifier in names(found, key):
                yield from self._entries(identifier)

    def _entries(self, identifier: str) -> Iterator[str]:
        made = self._view.by_id(identifier)
        if made is None or made.type != _LIST:
            yield ""
            return
        apart = self._view.resources.companions(made, _LIST_ENTRY, by="prefixListId")
        cidrs = [entry.get("cidr") for entry in (*made.blocks("entries"), *apart)]
        yield from (text(cidr) for cidr in cidrs)
        if made.unknown("entries"):
            yield ""

    def _target(self, written_in: Resource, found: Resource | Block) -> tuple[Way, str, Resource | None]:
        for key, way in _KEYS.items():
            value = found.get(key)
            if value is None or (known(value) and not text(value)):
                continue
            through = text(value)
            to = self._view.by_id(through) if through else None
            if to is None and isinstance(found, Resource):
                to = next(iter(self._view.refers(written_in, key)), None)
            return (self._gateway(through, to) if key == "gatewayId" else way), through, to
        return Way.OTHER, "", None

    def _gateway(self, through: str, to: Resource | None) -> Way:
        if through == "local":
            return Way.LOCAL
        internet = to.type == INTERNET_GATEWAY if to else through.startswith("igw-")
        return Way.INTERNET_GATEWAY if internet else Way.OTHER


def longest(routes: list[Route], wanted: Addresses) -> list[Hop]:
    """Longest-prefix match for all wanted addresses; of routes with equal prefixes the earlier one wins."""
    hops, left = [], wanted
    for route in sorted(routes, key=lambda route: -route.length):
        here = left & route.destination
        if here:
            hops.append(Hop(here, route))
            left -= here
    return [*hops, Hop(left, None)] if left else hops


def _main_names(vpc: Resource) -> list[str]:
    found = (text(vpc.outputs.get(key)) for key in ("mainRouteTableId", "defaultRouteTableId"))
    return [name for name in dict.fromkeys(found) if name]
