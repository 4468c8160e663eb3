"""VPCs, subnets and security groups."""

from collections.abc import Iterator

from policy.exposure import (
    INGRESS,
    NATIVE_SECURITY_GROUP,
    SECURITY_GROUP,
    VPC,
    any_protocol,
    groups_of_rule,
    open_ranges,
    own_ingress,
)
from policy.model import Block, Finding, Graph, Resource, Severity, known, rule, stack_rule

DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
NATIVE_LOAD_BALANCER = "aws-native:elasticloadbalancingv2:LoadBalancer"
_LINK = "https://docs.aws.amazon.com/vpc/latest/userguide/"
_WEB_PORTS = (80, 443)


def _is_web(entry: Block | Resource) -> bool:
    """One of the web ports and no other; unknown ports count as such, the verdict is for what is known."""
    start, end = entry.get("fromPort"), entry.get("toPort")
    if not known(start) or not known(end):
        return True
    return start == end and start in _WEB_PORTS and not any_protocol(entry)


def _serves_internet(group: Resource, graph: Graph) -> bool:
    """Whether it is a group of an internet-facing load balancer, or may be as far as is known."""
    for token in (LOAD_BALANCER, NATIVE_LOAD_BALANCER):
        balancers = graph.companions(group, token, by="securityGroups")
        if not balancers and graph.unresolved(token, "securityGroups"):
            return True
        if any(not balancer.has("internal", True) and not balancer.has("scheme", "internal") for balancer in balancers):
            return True
    return False


@stack_rule(
    "vpc-ingress-open",
    title="Only public load balancers are open to the internet, on ports 80 and 443",
    severity=Severity.CRITICAL,
    types=INGRESS,
    frameworks={
        "FSBP": ("EC2.18", "EC2.19"),
        "CIS": ("6.1.2", "6.3", "6.4"),
        "cdk-nag": "AwsSolutions-EC23",
        "Checkov": ("CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_277"),
    },
    remedy="Name a security group, a prefix list or the clients' own range instead of the internet.",
    link=_LINK + "security-group-rules.html",
)
def ingress_open(subject: Resource, graph: Graph) -> Iterator[Finding]:
    """Whatever listens behind an open port is found within minutes. A web port is fine on a public load balancer."""
    inline = subject.type in (SECURITY_GROUP, NATIVE_SECURITY_GROUP)
    groups = [subject] if inline else groups_of_rule(subject, graph)
    for entry in own_ingress(subject):
        found = open_ranges(entry, subject, graph)
        if not found or (_is_web(entry) and (not groups or any(_serves_internet(group, graph) for group in groups))):
            continue
        yield Finding(f"lets {_some(found)} in {_ports(entry)}", entry.path("fromPort"))


def _some(ranges: list[str]) -> str:
    return ", ".join(ranges[:3]) + (f" and {len(ranges) - 3} more ranges" if ranges[3:] else "")


def _ports(entry: Block | Resource) -> str:
    start, end = entry.get("fromPort"), entry.get("toPort")
    if any_protocol(entry) or start is None:
        return "on every port"
    return f"on port {start}" if known(start) and known(end) and start == end else f"on ports {start} to {end}"


@rule(
    "vpc-default-security-group-closed",
    title="Default security groups have no rules",
    severity=Severity.HIGH,
    types=[DEFAULT_SECURITY_GROUP],
    frameworks={"FSBP": "EC2.2", "CIS": "6.5", "Checkov": "CKV2_AWS_12"},
    remedy="Declare DefaultSecurityGroup with neither ingress nor egress.",
    link=_LINK + "default-security-group.html",
)
def default_group_closed(group: Resource) -> Iterator[Finding]:
    """What is started without naming a group lands in this one, next to everything else that was."""
    for side in ("ingress", "egress"):
        if group.has(side):
            yield Finding("has rules", side)


@stack_rule(
    "vpc-default-security-group-declared",
    title="Every VPC has its default security group closed",
    severity=Severity.HIGH,
    types=[VPC],
    frameworks={"FSBP": "EC2.2", "CIS": "6.5", "Checkov": "CKV2_AWS_12"},
    remedy="Declare DefaultSecurityGroup for the VPC with neither ingress nor egress.",
    link=_LINK + "default-security-group.html",
)
def default_group_declared(vpc: Resource, graph: Graph) -> Iterator[Finding]:
    """AWS makes the group open to itself and outwards; only a declaration closes it."""
    groups = graph.companions(vpc, DEFAULT_SECURITY_GROUP, by="vpcId")
    if not groups and not graph.unresolved(DEFAULT_SECURITY_GROUP, "vpcId"):
        yield Finding("leaves its default security group open")


@stack_rule(
    "vpc-flow-log",
    title="Every VPC has a flow log of all traffic",
    severity=Severity.MEDIUM,
    types=[VPC],
    frameworks={
        "FSBP": "EC2.6",
        "CIS": "4.7",
        "cdk-nag": "AwsSolutions-VPC7",
        "Checkov": "CKV2_AWS_11",
    },
    remedy="Add a FlowLog for the VPC with trafficType ALL (REJECT at the least).",
    link=_LINK + "flow-logs.html",
)
def flow_log(vpc: Resource, graph: Graph) -> Iterator[Finding]:
    """After an incident nothing else says who talked to whom."""
    logs = graph.companions(vpc, FLOW_LOG, by="vpcId")
    if not logs and not graph.unresolved(FLOW_LOG, "vpcId"):
        yield Finding("has no flow log")
    elif logs and all(log.has("trafficType", "ACCEPT") for log in logs):
        yield Finding("logs no rejected traffic", "trafficType")
