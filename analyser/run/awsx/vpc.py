"""awsx:ec2:Vpc: a network with its subnets, route tables, gateways and endpoints.

``awsx/ec2/vpc.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from dataclasses import dataclass, field
from ipaddress import IPv6Network
from typing import Any

from analyser.graph import Node
from analyser.run.awsx.endpoints import below, dns_settings, make_endpoints
from analyser.run.awsx.subnets import Layout, LayoutError, Subnet, subnets
from analyser.run.remote_components import (
    Expansion,
    RefusedError,
    RemoteError,
    Traced,
    applied,
    id_of,
    output_of,
    reference_to,
)

_VPC = (
    "assignGeneratedIpv6CidrBlock", "enableNetworkAddressUsageMetrics", "instanceTenancy", "ipv4IpamPoolId",
    "ipv4NetmaskLength", "ipv6CidrBlock", "ipv6CidrBlockNetworkBorderGroup", "ipv6IpamPoolId", "ipv6NetmaskLength",
)  # fmt: skip
_INPUTS = (
    *_VPC, "availabilityZoneCidrMask", "availabilityZoneNames", "cidrBlock", "enableDnsHostnames", "enableDnsSupport",
    "natGateways", "numberOfAvailabilityZones", "region", "subnetNameTagStrategy", "subnetSpecs", "subnetStrategy",
    "tags", "vpcEndpointSpecs", "vpcEndpointStrategy",
)  # fmt: skip
_ZONES = 3
_ORDER = ("Public", "Private", "Isolated")


@dataclass
class _Made:
    """What comes to be beside the VPC, by what the component hands back."""

    subnets: dict[str, list[Node]] = field(default_factory=lambda: {kind: [] for kind in _ORDER})
    zones: list[tuple[str, str, Node]] = field(default_factory=list)
    """Zone, kind and subnet, in order."""
    tables: list[Node] = field(default_factory=list)
    associations: list[Node] = field(default_factory=list)
    routes: list[Node] = field(default_factory=list)
    gateways: list[Node] = field(default_factory=list)
    addresses: list[Node] = field(default_factory=list)


def expand_vpc(expansion: Expansion) -> None:
    """All of a VPC, with an internet gateway whether or not anything leads to it."""
    expansion.only(_INPUTS)
    zones = _zones(expansion)
    found = _layout(expansion, zones)
    tags = {"Name": expansion.name, **expansion.plain("tags", {})}
    vpc = expansion.resource(
        "aws:ec2/vpc:Vpc",
        expansion.name,
        {
            **{key: expansion.given(key) for key in _VPC},
            **dns_settings(expansion),
            "cidrBlock": _block(expansion),
            "region": expansion.given("region"),
            "tags": tags,
        },
    )
    gateway = below(expansion, vpc, "aws:ec2/internetGateway:InternetGateway", expansion.name,
                    {"vpcId": id_of(vpc), "tags": tags})  # fmt: skip
    made = _Made()
    for number, zone in enumerate(zones):
        of_zone = sorted((each for each in found if each.zone == zone), key=lambda each: _ORDER.index(each.kind))
        for place, each in enumerate(of_zone):
            block = _ipv6(expansion, vpc, each, number + place * len(zones))
            _subnet(expansion, vpc, gateway, each, number, made, block)
    endpoints = make_endpoints(expansion, vpc, tags, made.zones, made.tables)
    _hand_back(expansion, vpc, gateway, made, endpoints)


def _block(expansion: Expansion) -> str | None:
    """The range that the VPC is asked for: awsx's own unless a pool hands one out."""
    pool = "ipv4IpamPoolId" in expansion.component.inputs
    said: str | None = expansion.plain("cidrBlock", None if pool else "10.0.0.0/16")
    return said


def _layout(expansion: Expansion, zones: list[str]) -> list[Subnet]:
    block = _block(expansion)
    if block is None:
        raise RemoteError(f"{expansion.name}: an address pool decides the range of its subnets")
    layout = Layout(
        expansion.name,
        block,
        zones,
        expansion.plain("subnetSpecs"),
        expansion.plain("subnetStrategy", "Legacy"),
        expansion.plain("availabilityZoneCidrMask"),
        named_by_zone=expansion.plain("subnetNameTagStrategy") == "AvailabilityZone",
    )
    try:
        found = subnets(layout)
    except (LayoutError, ValueError) as error:
        raise RefusedError(f"{expansion.component.type} {expansion.name}: {error}") from error
    kinds = {each.kind for each in found}
    if _strategy(expansion) != "none" and ("Public" not in kinds or len(kinds) == 1):
        raise RefusedError(
            f"{expansion.component.type} {expansion.name}: NAT gateways need public subnets and others that lead to "
            "them; set natGateways.strategy to None for a network without"
        )
    return found


def _ipv6(expansion: Expansion, vpc: Node, said: Subnet, index: int) -> tuple[bool, Traced | None]:
    """Whether interfaces in a subnet get IPv6 addresses, and the subnet's own part of the VPC's range."""
    own = said.spec.get("assignIpv6AddressOnCreation")
    wanted = bool(expansion.plain("assignGeneratedIpv6CidrBlock", False) if own is None else own)
    if not wanted:
        return False, None
    return True, applied(lambda block: str(part_of(block, index)), output_of(vpc, "ipv6CidrBlock"))


def part_of(block: str, index: int) -> IPv6Network:
    """The /64 of that number of a VPC's /56."""
    whole = IPv6Network(block)
    return IPv6Network((int(whole.network_address) + (index << 64), 64))


def _zones(expansion: Expansion) -> list[str]:
    named = expansion.plain("availabilityZoneNames")
    if named:
        return list(named)
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"  # noqa: S105 - a function's name
    found = expansion.look_up(token, {}, expansion.plain("region") or "")["names"]
    wanted = expansion.plain("numberOfAvailabilityZones", _ZONES)
    if wanted > len(found):
        raise RemoteError(f"{expansion.name}: the preview knows {len(found)} zones of a region")
    return list(found[:wanted])


def _subnet(
    expansion: Expansion,
    vpc: Node,
    gateway: Node,
    said: Subnet,
    zone: int,
    made: _Made,
    ipv6: tuple[bool, Traced | None],
) -> None:
    own = said.spec.get("tags") or {}
    told = {**expansion.plain("tags", {}), "Name": said.tag, "SubnetType": said.kind}
    assigned, block = ipv6
    subnet = below(
        expansion,
        vpc,
        "aws:ec2/subnet:Subnet",
        said.name,
        {
            "vpcId": id_of(vpc),
            "availabilityZone": said.zone,
            "mapPublicIpOnLaunch": said.kind == "Public",
            "cidrBlock": said.block,
            "assignIpv6AddressOnCreation": assigned,
            "ipv6CidrBlock": block,
            "tags": {**told, **{key: value for key, value in own.items() if key not in ("Name", "SubnetType")}},
        },
    )
    made.subnets[said.kind].append(subnet)
    made.zones.append((said.zone, said.kind, subnet))
    table = below(expansion, subnet, "aws:ec2/routeTable:RouteTable", said.name, {"vpcId": id_of(vpc), "tags": told})
    made.tables.append(table)
    joined = {"routeTableId": id_of(table), "subnetId": id_of(subnet)}
    made.associations.append(
        below(expansion, table, "aws:ec2/routeTableAssociation:RouteTableAssociation", said.name, joined)
    )
    if said.kind == "Public":
        _nat_gateway(expansion, subnet, zone, made)
    _route(expansion, table, gateway, said, zone, made)


def _strategy(expansion: Expansion) -> str:
    return str((expansion.plain("natGateways") or {}).get("strategy") or "OnePerAz").lower()


def _nat_gateway(expansion: Expansion, subnet: Node, zone: int, made: _Made) -> None:
    strategy = _strategy(expansion)
    if strategy == "none" or (strategy == "single" and made.gateways) or len(made.gateways) > zone:
        return
    name = f"{expansion.name}-{zone + 1}"
    tags = {**expansion.plain("tags", {}), "Name": name}
    given = (expansion.plain("natGateways") or {}).get("elasticIpAllocationIds") or []
    allocation: Any = given[zone] if zone < len(given) else None
    if allocation is None:
        address = below(expansion, subnet, "aws:ec2/eip:Eip", name, {"tags": tags})
        made.addresses.append(address)
        allocation = output_of(address, "allocationId")
    placed = {"subnetId": id_of(subnet), "allocationId": allocation, "tags": tags}
    made.gateways.append(below(expansion, subnet, "aws:ec2/natGateway:NatGateway", name, placed))


def _route(expansion: Expansion, table: Node, gateway: Node, said: Subnet, zone: int, made: _Made) -> None:
    """To the internet: directly, by the NAT gateway of the zone, or not at all."""
    if said.kind == "Isolated" or (said.kind == "Private" and not made.gateways):
        return
    out: dict[str, Any] = {"gatewayId": id_of(gateway)}
    if said.kind == "Private":
        out = {"natGatewayId": id_of(made.gateways[0 if _strategy(expansion) == "single" else zone])}
    inputs = {"routeTableId": id_of(table), "destinationCidrBlock": "0.0.0.0/0", **out}
    made.routes.append(below(expansion, table, "aws:ec2/route:Route", said.name, inputs))


def _hand_back(expansion: Expansion, vpc: Node, gateway: Node, made: _Made, endpoints: list[Node]) -> None:
    every = [subnet for kind in _ORDER for subnet in made.subnets[kind]]
    lists = {
        "subnets": every,
        "routeTables": made.tables,
        "routeTableAssociations": made.associations,
        "routes": made.routes,
        "natGateways": made.gateways,
        "eips": made.addresses,
        "vpcEndpoints": endpoints,
        **{f"{kind.lower()}Subnets": made.subnets[kind] for kind in _ORDER},
    }
    for key, nodes in lists.items():
        expansion.output(key, [reference_to(node) for node in nodes])
    for kind in _ORDER:
        expansion.output(f"{kind.lower()}SubnetIds", [id_of(node) for node in made.subnets[kind]])
    expansion.output("vpc", reference_to(vpc))
    expansion.output("vpcId", id_of(vpc))
    expansion.output("internetGateway", reference_to(gateway))
