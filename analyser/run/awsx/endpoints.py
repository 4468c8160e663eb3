"""The endpoints of a VPC of awsx: as they are described, or with what the strategy Auto adds of the VPC.

``awsx/ec2/vpc.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analyser.graph import Node
from analyser.run.remote_components import Expansion, RefusedError, id_of, output_of

_AS_GIVEN = (
    "autoAccept", "dnsOptions", "ipAddressType", "policy", "privateDnsEnabled", "resourceConfigurationArn",
    "routeTableIds", "securityGroupIds", "serviceName", "serviceNetworkArn", "serviceRegion", "subnetConfigurations",
    "subnetIds", "vpcEndpointType",
)  # fmt: skip
_DNS = ("enableDnsHostnames", "enableDnsSupport")
_BEST = ("Private", "Isolated", "Public")
"""In which subnet of a zone an endpoint stands that is given none."""
_IPV6 = ("ipv6", "dualstack")


def below(expansion: Expansion, parent: Node, token: str, name: str, inputs: Mapping[str, Any]) -> Node:
    """A resource below another that it waits for, in the component's region."""
    given = {"region": expansion.given("region"), **inputs}
    return expansion.resource(token, name, given, parent=parent, after=[parent])


def dns_settings(expansion: Expansion) -> dict[str, Any]:
    """What the VPC says of DNS: what it is given, and what private names of endpoints need."""
    given = {key: expansion.given(key) for key in _DNS}
    interfaces = [spec for spec in _specs(expansion) if _kind(spec) == "interface"]
    if not (_auto(expansion) and any(spec.get("privateDnsEnabled", True) for spec in interfaces)):
        return given
    if refused := next((key for key in _DNS if expansion.plain(key) is False), None):
        raise RefusedError(f"{expansion.component.type} {expansion.name}: private names of endpoints need {refused}")
    return {key: expansion.plain(key, True) for key in _DNS}


def make_endpoints(
    expansion: Expansion,
    vpc: Node,
    tags: Mapping[str, str],
    subnets: Sequence[tuple[str, str, Node]],
    tables: Sequence[Node],
) -> list[Node]:
    """An endpoint for each that is described, in a VPC with these subnets (zone, kind, subnet) and route tables."""
    made = []
    for spec in _specs(expansion):
        own = {**tags, **(spec.get("tags") or {})}
        inputs: dict[str, Any] = {key: spec.get(key) for key in _AS_GIVEN}
        if spec.get("region") is not None:
            inputs["region"] = spec["region"]
        if _auto(expansion):
            inputs |= _added(expansion, vpc, spec, own, subnets, tables)
        inputs |= {"tags": own, "vpcId": id_of(vpc)}
        made.append(below(expansion, vpc, "aws:ec2/vpcEndpoint:VpcEndpoint", spec["serviceName"], inputs))
    return made


def _added(
    expansion: Expansion,
    vpc: Node,
    spec: Mapping[str, Any],
    tags: Mapping[str, str],
    subnets: Sequence[tuple[str, str, Node]],
    tables: Sequence[Node],
) -> dict[str, Any]:
    kind = _kind(spec)
    if kind == "gateway":
        own = spec.get("routeTableIds")
        return {"routeTableIds": [id_of(table) for table in tables] if own is None else own}
    if kind != "interface":
        return {}
    found: dict[str, Any] = {"privateDnsEnabled": spec.get("privateDnsEnabled", True)}
    if spec.get("subnetIds") is None and spec.get("subnetConfigurations") is None:
        found["subnetIds"] = [id_of(subnet) for subnet in _one_a_zone(subnets)]
    if spec.get("securityGroupIds") is None:
        found["securityGroupIds"] = [id_of(_group(expansion, vpc, spec, tags))]
    return found


def _one_a_zone(subnets: Sequence[tuple[str, str, Node]]) -> list[Node]:
    zones = dict.fromkeys(zone for zone, _, _ in subnets)
    found = [
        next((node for kind in _BEST for place, own, node in subnets if (place, own) == (zone, kind)), None)
        for zone in zones
    ]
    return [node for node in found if node is not None]


def _group(expansion: Expansion, vpc: Node, spec: Mapping[str, Any], tags: Mapping[str, str]) -> Node:
    """A group that lets the whole VPC in on 443."""
    service = spec["serviceName"]
    group = below(expansion, vpc, "aws:ec2/securityGroup:SecurityGroup", f"{service}-sg",
                  {"vpcId": id_of(vpc), "tags": dict(tags)})  # fmt: skip
    ports: dict[str, Any] = {"type": "ingress", "protocol": "tcp", "fromPort": 443, "toPort": 443}
    ranges = {"cidrBlocks": [output_of(vpc, "cidrBlock")]}
    if str(spec.get("ipAddressType")).lower() in _IPV6:
        ranges["ipv6CidrBlocks"] = [output_of(vpc, "ipv6CidrBlock")]
    expansion.resource(
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        f"{service}-ingress",
        {"region": expansion.given("region"), **ports, **ranges, "securityGroupId": id_of(group)},
        parent=vpc,
        after=[group],
    )
    return group


def _specs(expansion: Expansion) -> list[Mapping[str, Any]]:
    return list(expansion.plain("vpcEndpointSpecs") or ())


def _auto(expansion: Expansion) -> bool:
    return bool(expansion.plain("vpcEndpointStrategy", "Legacy") == "Auto")


def _kind(spec: Mapping[str, Any]) -> str:
    return str(spec.get("vpcEndpointType") or "gateway").lower()
