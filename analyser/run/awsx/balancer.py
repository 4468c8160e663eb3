"""awsx:lb: load balancers with a security group, a target group and listeners.

``awsx/lb/applicationLoadBalancer.ts`` and ``networkLoadBalancer.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from collections.abc import Mapping
from typing import Any

from analyser.graph import Node
from analyser.run.awsx.defaults import default_network, open_group
from analyser.run.remote_components import Expansion, RefusedError, Traced, id_of, output_of, reference_to
from policy.unknown import UNKNOWN

_AS_GIVEN = (
    "accessLogs", "clientKeepAlive", "connectionLogs", "customerOwnedIpv4Pool", "desyncMitigationMode",
    "dnsRecordClientRoutingPolicy", "dropInvalidHeaderFields", "enableCrossZoneLoadBalancing",
    "enableDeletionProtection", "enableHttp2", "enableTlsVersionAndCipherSuiteHeaders", "enableWafFailOpen",
    "enableXffClientPort", "enableZonalShift", "idleTimeout", "internal", "ipAddressType", "name", "namePrefix",
    "preserveHostHeader", "region", "securityGroups", "subnetMappings", "tags", "xffHeaderProcessingMode",
)  # fmt: skip
_INPUTS = (
    *_AS_GIVEN, "defaultSecurityGroup", "defaultTargetGroup", "defaultTargetGroupPort", "listener", "listeners",
    "subnetIds", "subnets",
)  # fmt: skip
_HTTP, _HTTPS = (80, "HTTP"), (443, "HTTPS")


def expand_application(expansion: Expansion) -> None:
    """An application load balancer, whose default security group lets everybody in."""
    expansion.only(_INPUTS)
    vpc, subnets = _network(expansion)
    group = _group(expansion, vpc)
    groups = expansion.given("securityGroups")
    if groups.value is None and group is not None:
        groups = Traced([group.value], group.urns)
    balancer = _balancer(expansion, subnets, {"loadBalancerType": "application", "securityGroups": groups})
    target = _target(expansion, vpc, {"targetType": "ip", **_default_protocol(expansion)})
    listeners = expansion.plain("listeners")
    said = listeners if listeners is not None else [expansion.plain("listener") or {}]
    first = {} if listeners is not None else _default_protocol(expansion)
    told = [({**(_protocol(each) if listeners is not None else first), **each}) for each in said]
    _finish(expansion, balancer, target, vpc, told)


def expand_network(expansion: Expansion) -> None:
    """A network load balancer, which has no security group of its own accord."""
    expansion.only(_INPUTS)
    vpc, subnets = _network(expansion)
    balancer = _balancer(
        expansion,
        subnets,
        {
            "loadBalancerType": "network",
            "enableHttp2": False,
            "idleTimeout": 0,
            "securityGroups": expansion.given("securityGroups"),
        },
    )
    port = expansion.plain("defaultTargetGroupPort", 80)
    target = _target(expansion, vpc, {"protocol": "TCP", "port": port})
    listeners = expansion.plain("listeners")
    said = listeners if listeners is not None else [expansion.plain("listener") or {}]
    _finish(expansion, balancer, target, vpc, [{"protocol": "TCP", "port": 80, **each} for each in said])


def _network(expansion: Expansion) -> tuple[Traced, Traced | None]:
    """The VPC and the subnets: of what is given, else the account's default ones."""
    given = expansion.given("subnetIds")
    if given.value is None:
        given = expansion.given("subnets")  # which arrive by their ids
    nodes = [expansion.registered(urn) for urn in sorted(given.urns)]
    vpcs = [output_of(node, "vpcId") for node in nodes if node and node.type == "aws:ec2/subnet:Subnet"]
    if given.value is not None:
        return (vpcs[0] if vpcs else _vpc_of_subnet(expansion)), given
    if "subnetMappings" in expansion.component.inputs:
        return _vpc_of_subnet(expansion), None
    network = default_network(expansion)
    return network.vpc, network.public


def _vpc_of_subnet(expansion: Expansion) -> Traced:
    return Traced(expansion.look_up("aws:ec2/getSubnet:getSubnet", {}).get("vpcId", UNKNOWN))


def _group(expansion: Expansion, vpc: Traced) -> Traced | None:
    said = expansion.plain("defaultSecurityGroup") or {}
    if "securityGroups" in expansion.component.inputs or said.get("skip"):
        return None
    if said.get("securityGroupId"):
        urns = frozenset(expansion.component.property_dependencies.get("defaultSecurityGroup", ()))
        return Traced(said["securityGroupId"], urns)
    own = said.get("args")
    made = (
        expansion.resource("aws:ec2/securityGroup:SecurityGroup", expansion.name, own)
        if own
        else open_group(expansion, expansion.name, vpc)
    )
    expansion.output("defaultSecurityGroup", reference_to(made))
    return id_of(made)


def _balancer(expansion: Expansion, subnets: Traced | None, inputs: dict[str, Any]) -> Node:
    given = {key: expansion.given(key) for key in _AS_GIVEN}
    return expansion.resource(
        "aws:lb/loadBalancer:LoadBalancer", expansion.name, {**given, "subnets": subnets, **inputs}
    )


def _target(expansion: Expansion, vpc: Traced, inputs: dict[str, Any]) -> Node:
    own = expansion.plain("defaultTargetGroup") or {}
    if own and "defaultTargetGroupPort" in expansion.component.inputs:
        raise RefusedError(f"{expansion.name}: defaultTargetGroup and defaultTargetGroupPort exclude each other")
    return expansion.resource("aws:lb/targetGroup:TargetGroup", expansion.name, {"vpcId": vpc, **inputs, **own})


def _finish(expansion: Expansion, balancer: Node, target: Node, vpc: Traced, listeners: list[dict[str, Any]]) -> None:
    action = {"type": "forward", "targetGroupArn": output_of(target, "arn")}
    made = [
        expansion.resource(
            "aws:lb/listener:Listener",
            f"{expansion.name}-{number}",
            {"defaultActions": [action], **each, "loadBalancerArn": output_of(balancer, "arn")},
        )
        for number, each in enumerate(listeners)
    ]
    expansion.output("loadBalancer", reference_to(balancer))
    expansion.output("defaultTargetGroup", reference_to(target))
    expansion.output("listeners", [reference_to(node) for node in made])
    expansion.output("vpcId", vpc)


def _default_protocol(expansion: Expansion) -> dict[str, Any]:
    """Port and protocol of the target group and of an only listener; of several listeners, those of the first."""
    listener, listeners = expansion.plain("listener"), expansion.plain("listeners")
    if listeners:
        if len(listeners) == 1:
            return {}
        listener = listeners[0]
    return _protocol(listener, expansion.plain("defaultTargetGroupPort"))


def _protocol(listener: Mapping[str, Any] | None, port: int | None = None) -> dict[str, Any]:
    said = listener or {}
    if said.get("port"):
        return {"port": said["port"], "protocol": said.get("protocol") or _told(said["port"] == _HTTPS[0])[1]}
    if said.get("protocol"):
        return {"port": _told(said["protocol"] == _HTTPS[1])[0], "protocol": said["protocol"]}
    return {"port": port or _HTTP[0], "protocol": _HTTP[1]}


def _told(secure: bool) -> tuple[int, str]:
    return _HTTPS if secure else _HTTP
