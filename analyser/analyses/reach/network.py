"""Subnets, what their route tables lead to, and the VPC endpoints that stand in for AWS's public addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, ip_network

from analyser.analyses.reach.view import View, text, texts
from policy.exposure import internet
from policy.model import Block, Resource

SUBNET = "aws:ec2/subnet:Subnet"
VPC = "aws:ec2/vpc:Vpc"
_TABLE = "aws:ec2/routeTable:RouteTable"
_DEFAULT_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
_ROUTE = "aws:ec2/route:Route"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_MAIN_ASSOCIATION = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_NAT = "aws:ec2/natGateway:NatGateway"


class Way(StrEnum):
    """What a route hands packets to."""

    INTERNET_GATEWAY = "internet gateway"
    NAT_GATEWAY = "NAT gateway"
    PEERING = "peering connection"
    OTHER = "appliance"


@dataclass(frozen=True)
class Route:
    """One route of a table, other than the one within the VPC that every table has."""

    name: str
    destination: str
    way: Way
    through: str
    """The id of what takes the packets."""
    urn: str
    """The route, or the table that it is written in."""


@dataclass(frozen=True)
class Subnet:
    """One subnet with the routes of its table."""

    id: str
    name: str
    vpc: str
    cidr: str
    routes: tuple[Route, ...]
    table: str
    """The id of its route table; empty when the stack names none."""
    gives_public_addresses: bool


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint for one AWS service."""

    name: str
    urn: str
    service: str
    vpc: str
    gateway: bool
    tables: tuple[str, ...]
    prefix_list: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    answers_public_name: bool
    """Whether the service's usual host name leads to it inside the VPC."""


class Network:
    """The networks of a stack, in whatever regions they are."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._tables = {view.id_of(table): table for table in view.of(_TABLE)}
        self._associated = {
            text(found.get("subnetId")): text(found.get("routeTableId")) for found in view.of(_ASSOCIATION)
        }
        self._main = self._main_tables()
        self._routes = self._routes_by_table()
        self.subnets = {subnet.id: subnet for subnet in map(self._subnet, view.of(SUBNET))}
        self.endpoints = [self._endpoint(found) for found in view.of(_ENDPOINT)]

    def to_internet(self, subnet: str, *, through: tuple[Way, ...]) -> Route | None:
        """The route from a subnet to the internet by one of these ways that works."""
        routes = self.subnets[subnet].routes if subnet in self.subnets else ()
        wide = (route for route in routes if internet(route.destination) and route.way in through)
        return next((route for route in wide if self._leads_out(route)), None)

    def between(self, source: str, target: str) -> str | None:
        """How a packet gets from one subnet to another, in words; None where no route leads there."""
        near, far = self.subnets.get(source), self.subnets.get(target)
        if near is None or far is None:
            return None
        if near.vpc == far.vpc:
            return f"one VPC ({self.vpc_name(near.vpc)}), {near.name} to {far.name}"
        there, back = _peering(near, far), _peering(far, near)
        return f"peering by {there.name} and {back.name}" if there and back else None

    def endpoint(self, vpc: str, service: str, tables: set[str]) -> Endpoint | None:
        """The endpoint that the service's usual name or addresses lead to from within a VPC; None for no such one.

        A private name wins: it decides which address a client even asks for.
        """
        mine = [found for found in self.endpoints if found.vpc == vpc and found.service == service]
        by_name = (found for found in mine if not found.gateway and found.answers_public_name)
        by_route = (found for found in mine if found.gateway and tables & set(found.tables))
        return next(by_name, None) or next(by_route, None)

    def vpc_name(self, vpc: str) -> str:
        """What users call a VPC."""
        return self._view.named(vpc)

    def cidrs(self, subnets: tuple[str, ...]) -> tuple[str, ...]:
        """The addresses of subnets."""
        return tuple(self.subnets[subnet].cidr for subnet in subnets if subnet in self.subnets)

    def _leads_out(self, route: Route) -> bool:
        """A NAT gateway must itself stand where an internet gateway is."""
        if route.way is not Way.NAT_GATEWAY:
            return True
        gateway = self._view.by_id(route.through)
        if gateway is None or gateway.type != _NAT:
            return True
        subnet = text(gateway.get("subnetId"))
        beyond = self.to_internet(subnet, through=(Way.INTERNET_GATEWAY,))
        return beyond is not None and not gateway.has("connectivityType", "private")

    def _subnet(self, found: Resource) -> Subnet:
        identifier, vpc = self._view.id_of(found), text(found.get("vpcId"))
        table = self._associated.get(identifier) or self._main.get(vpc, "")
        return Subnet(
            id=identifier,
            name=found.name,
            vpc=vpc,
            cidr=text(found.get("cidrBlock")),
            routes=tuple(self._routes.get(table, ())),
            table=table,
            gives_public_addresses=found.has("mapPublicIpOnLaunch", True),
        )

    def _main_tables(self) -> dict[str, str]:
        main = {}
        for table in self._view.of(_DEFAULT_TABLE):
            for vpc in self._view.refers(table, "defaultRouteTableId", VPC):
                identifier = self._view.id_of(table)
                main[self._view.id_of(vpc)] = identifier
                self._tables[identifier] = table
        for found in self._view.of(_MAIN_ASSOCIATION):
            main[text(found.get("vpcId"))] = text(found.get("routeTableId"))
        return main

    def _routes_by_table(self) -> dict[str, list[Route]]:
        routes: dict[str, list[Route]] = {}
        for identifier, table in self._tables.items():
            inline = (_route(table, block, block.get("cidrBlock")) for block in table.blocks("routes"))
            routes[identifier] = [route for route in inline if route]
        for found in self._view.of(_ROUTE):
            route = _route(found, found, found.get("destinationCidrBlock"))
            if route:
                routes.setdefault(text(found.get("routeTableId")), []).append(route)
        return routes

    def _endpoint(self, found: Resource) -> Endpoint:
        # Services are named com.amazonaws.<region>.<service>; the service may hold a dot, as ecr.api does.
        service = text(found.get("serviceName")).split(".", 3)[-1]
        gateway = not found.has("vpcEndpointType", "Interface")
        return Endpoint(
            name=found.name,
            urn=found.urn,
            service=service,
            vpc=text(found.get("vpcId")),
            gateway=gateway,
            tables=texts(found.list("routeTableIds")),
            prefix_list=text(found.outputs.get("prefixListId")),
            subnets=texts(found.list("subnetIds")),
            groups=texts(found.list("securityGroupIds")),
            answers_public_name=found.has("privateDnsEnabled", True),
        )


def _route(written_in: Resource, found: Resource | Block, destination: object) -> Route | None:
    ways = {
        "natGatewayId": Way.NAT_GATEWAY,
        "vpcPeeringConnectionId": Way.PEERING,
        "gatewayId": Way.INTERNET_GATEWAY,
        "networkInterfaceId": Way.OTHER,
        "transitGatewayId": Way.OTHER,
        "vpcEndpointId": Way.OTHER,
    }
    for key, way in ways.items():
        through = text(found.get(key))
        if through and (way is not Way.INTERNET_GATEWAY or through.startswith("igw-")):
            return Route(written_in.name, text(destination), way, through, written_in.urn)
    return None


def _peering(near: Subnet, far: Subnet) -> Route | None:
    fitting = (route for route in near.routes if route.way is Way.PEERING and _within(far.cidr, route.destination))
    return next(fitting, None)


def networks(cidrs: tuple[str, ...]) -> Iterator[IPv4Network]:
    """The IPv4 ranges among texts; anything else is left out."""
    for cidr in cidrs:
        try:
            found = ip_network(cidr, strict=False)
        except ValueError:
            continue
        if isinstance(found, IPv4Network):
            yield found


def overlap(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether any range of one side shares addresses with one of the other."""
    return any(one.overlaps(other) for one in networks(some) for other in networks(others))


def _within(inner: str, outer: str) -> bool:
    return any(small.subnet_of(large) for small in networks((inner,)) for large in networks((outer,)))
