"""awsx:ec2:Vpc: a network with its subnets, route tables, gateways and endpoints.

``awsx/ec2/vpc.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from dataclasses import dataclass, field
from typing import Any

from analyser.graph import Node
from analyser.run.awsx.subnets import Subnet, subnets
from analyser.run.mock_cloud import look_up
from analyser.run.remote_components import Expansion, RemoteError, id_of, output_of, reference_to

_VPC = (
    "assignGeneratedIpv6CidrBlock", "enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics",
    "instanceTenancy",
)  # fmt: skip
_INPUTS = (
    *_VPC, "availabilityZoneNames", "cidrBlock", "natGateways", "numberOfAvailabilityZones", "region", "subnetSpecs",
    "subnetStrategy", "tags", "vpcEndpointSpecs",
)  # fmt: skip
_ENDPOINT = (
    "autoAccept", "dnsOptions", "ipAddressType", "policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds",
    "serviceName", "serviceRegion", "subnetConfigurations", "subnetIds", "vpcEndpointType",
)  # fmt: skip
_ZONES = 3
_ORDER = ("Public", "Private", "Isolated")


@dataclass
class _Made:
    """What comes to be beside the VPC, by what the component hands back."""

    subnets: dict[str, list[Node]] = field(default_factory=lambda: {kind: [] for kind in _ORDER})
    tables: list[Node] = field(default_factory=list)
    associations: list[Node] = field(default_factory=list)
    routes: list[Node] = field(default_factory=list)
    gateways: list[Node] = field(default_factory=list)
    addresses: list[Node] = field(default_factory=list)
    endpoints: list[Node] = field(default_factory=list)


def expand_vpc(expansion: Expansion) -> None:
    """All of a VPC with subnets by the strategy Legacy and without IPv6."""
    expansion.only(_INPUTS)
    if expansion.plain("assignGeneratedIpv6CidrBlock"):
        raise RemoteError(f"{expansion.name}: the preview does not know awsx's subnets with IPv6")
    specs = expansion.plain("subnetSpecs")
    if expansion.plain("subnetStrategy", "Legacy") != "Legacy" or any("cidrBlocks" in each for each in specs or ()):
        raise RemoteError(f"{expansion.name}: the preview knows awsx's subnets by the strategy Legacy only")
    zones, block = _zones(expansion), expansion.plain("cidrBlock", "10.0.0.0/16")
    tags = {"Name": expansion.name, **expansion.plain("tags", {})}
    vpc = expansion.resource(
        "aws:ec2/vpc:Vpc",
        expansion.name,
        {
            **{key: expansion.given(key) for key in _VPC},
            "enableDnsHostnames": expansion.plain("enableDnsHostnames", True),
            "enableDnsSupport": expansion.plain("enableDnsSupport", True),
            "cidrBlock": block,
            "region": expansion.given("region"),
            "tags": tags,
        },
    )
    gateway = _below(expansion, vpc, "aws:ec2/internetGateway:InternetGateway", expansion.name,
                     {"vpcId": id_of(vpc), "tags": tags})  # fmt: skip
    made = _Made()
    found = subnets(expansion.name, block, zones, specs)
    for number, zone in enumerate(zones):
        of_zone = sorted((each for each in found if each.zone == zone), key=lambda each: _ORDER.index(each.kind))
        for each in of_zone:
            _subnet(expansion, vpc, gateway, each, number, made)
    _endpoints(expansion, vpc, tags, made)
    _hand_back(expansion, vpc, gateway, made)


def _zones(expansion: Expansion) -> list[str]:
    named = expansion.plain("availabilityZoneNames")
    if named:
        return list(named)
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"  # noqa: S105 - a function's name
    found = look_up(token, {}, expansion.plain("region") or expansion.region).values["names"]
    wanted = expansion.plain("numberOfAvailabilityZones", _ZONES)
    if wanted > len(found):
        raise RemoteError(f"{expansion.name}: the preview knows {len(found)} zones of a region")
    return list(found[:wanted])


def _below(expansion: Expansion, parent: Node, token: str, name: str, inputs: dict[str, Any]) -> Node:
    given = {"region": expansion.given("region"), **inputs}
    return expansion.resource(token, name, given, parent=parent, after=[parent])


def _subnet(expansion: Expansion, vpc: Node, gateway: Node, said: Subnet, zone: int, made: _Made) -> None:
    tags = {"Name": said.name, **expansion.plain("tags", {}), **said.tags}
    tags |= {"Name": said.name, "SubnetType": said.kind}
    subnet = _below(
        expansion,
        vpc,
        "aws:ec2/subnet:Subnet",
        said.name,
        {
            "vpcId": id_of(vpc),
            "availabilityZone": said.zone,
            "mapPublicIpOnLaunch": said.kind == "Public",
            "cidrBlock": said.block,
            "assignIpv6AddressOnCreation": False,
            "tags": tags,
        },
    )
    made.subnets[said.kind].append(subnet)
    told = {key: value for key, value in tags.items() if key not in said.tags}
    table = _below(expansion, subnet, "aws:ec2/routeTable:RouteTable", said.name, {"vpcId": id_of(vpc), "tags": told})
    made.tables.append(table)
    joined = {"routeTableId": id_of(table), "subnetId": id_of(subnet)}
    made.associations.append(
        _below(expansion, table, "aws:ec2/routeTableAssociation:RouteTableAssociation", said.name, joined)
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
        address = _below(expansion, subnet, "aws:ec2/eip:Eip", name, {"tags": tags})
        made.addresses.append(address)
        allocation = output_of(address, "allocationId")
    placed = {"subnetId": id_of(subnet), "allocationId": allocation, "tags": tags}
    made.gateways.append(_below(expansion, subnet, "aws:ec2/natGateway:NatGateway", name, placed))


def _route(expansion: Expansion, table: Node, gateway: Node, said: Subnet, zone: int, made: _Made) -> None:
    """To the internet: directly, by the NAT gateway of the zone, or not at all."""
    if said.kind == "Isolated" or (said.kind == "Private" and not made.gateways):
        return
    out: dict[str, Any] = {"gatewayId": id_of(gateway)}
    if said.kind == "Private":
        out = {"natGatewayId": id_of(made.gateways[0 if _strategy(expansion) == "single" else zone])}
    inputs = {"routeTableId": id_of(table), "destinationCidrBlock": "0.0.0.0/0", **out}
    made.routes.append(_below(expansion, table, "aws:ec2/route:Route", said.name, inputs))


def _endpoints(expansion: Expansion, vpc: Node, tags: dict[str, str], made: _Made) -> None:
    for spec in expansion.plain("vpcEndpointSpecs") or ():
        given = {key: spec.get(key) for key in _ENDPOINT}
        inputs = {**given, "tags": {**tags, **(spec.get("tags") or {})}, "vpcId": id_of(vpc)}
        made.endpoints.append(_below(expansion, vpc, "aws:ec2/vpcEndpoint:VpcEndpoint", spec["serviceName"], inputs))


def _hand_back(expansion: Expansion, vpc: Node, gateway: Node, made: _Made) -> None:
    every = [subnet for kind in _ORDER for subnet in made.subnets[kind]]
    lists = {
        "subnets": every,
        "routeTables": made.tables,
        "routeTableAssociations": made.associations,
        "routes": made.routes,
        "natGateways": made.gateways,
        "eips": made.addresses,
        "vpcEndpoints": made.endpoints,
        **{f"{kind.lower()}Subnets": made.subnets[kind] for kind in _ORDER},
    }
    for key, nodes in lists.items():
        expansion.output(key, [reference_to(node) for node in nodes])
    for kind in _ORDER:
        expansion.output(f"{kind.lower()}SubnetIds", [id_of(node) for node in made.subnets[kind]])
    expansion.output("vpc", reference_to(vpc))
    expansion.output("vpcId", id_of(vpc))
    expansion.output("internetGateway", reference_to(gateway))
