"""Security groups: rules that are wider than what they serve. What is open to the internet is in vpc.py."""

from collections.abc import Iterator
from ipaddress import ip_network

from pydantic import Field

from policy.exposure import (
    INGRESS,
    INGRESS_RULE,
    NATIVE_INGRESS_RULE,
    NATIVE_SECURITY_GROUP,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    any_protocol,
    cidrs,
    covers,
    groups_of_rule,
    internet,
    open_cidrs,
    open_ranges,
    own_ingress,
    width,
)
from policy.model import Block, Finding, Graph, Level, Resource, RuleConfig, Severity, rule, stack_rule

EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_LINK = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
# Ports of remote administration and of data stores: SSH, Telnet, RDP, WinRM, Docker, VNC; SQL Server, Oracle, NFS,
# MySQL, PostgreSQL, Redshift, Redis, OpenSearch, Kafka, memcached, MongoDB, Neptune.
ADMIN_PORTS = (22, 23, 2375, 2376, 3389, 5900, 5985, 5986)
DATA_PORTS = (1433, 1521, 2049, 3306, 5432, 5439, 6379, 6380, 8182, 9092, 9094, 9096, 9098, 9200, 11211, 27017)


class Widest(RuleConfig):
    """How wide a private range may be."""

    shortest_prefix: int = Field(16, ge=8, le=32, description="Shortest IPv4 prefix that such a port may be opened to")


@rule(
    "vpc-ingress-private-range",
    title="Admin and database ports are not open to whole private networks",
    severity=Severity.MEDIUM,
    types=INGRESS,
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Name the clients' security group or subnets instead of a range wider than a VPC.",
    link=_LINK,
    config=Widest,
)
def ingress_private_range(subject: Resource, config: Widest) -> Iterator[Finding]:
    """10.0.0.0/8 is everybody behind every peering, VPN and transit gateway, present and future."""
    for entry in own_ingress(subject):
        if not covers(entry, *ADMIN_PORTS, *DATA_PORTS):
            continue
        for cidr in cidrs(entry):
            found = width(cidr)
            if found and found[0] == 4 and found[1] < config.shortest_prefix and _private(cidr):
                yield Finding(f"opens an admin or database port to {cidr}", entry.path("fromPort"))


def _private(cidr: str) -> bool:
    return not internet(cidr) and ip_network(cidr, strict=False).is_private


@stack_rule(
    "vpc-ingress-every-port",
    title="Security groups open single ports to each other, not all",
    severity=Severity.MEDIUM,
    types=INGRESS,
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Name the protocol and the port that is served; only members of one group may see each other whole.",
    link=_LINK,
)
def ingress_every_port(subject: Resource, graph: Graph) -> Iterator[Finding]:
    """What listens besides the service (debuggers, metrics, agents) is open too, and nobody meant it to be."""
    for entry in own_ingress(subject):
        if not _every_port(entry) or open_ranges(entry, subject, graph):  # vpc-ingress-open speaks of the internet
            continue
        if subject.type in (SECURITY_GROUP, NATIVE_SECURITY_GROUP):
            foreign = bool(cidrs(entry)) or entry.has("securityGroups") or entry.has("sourceSecurityGroupId")
        else:
            foreign = bool(cidrs(entry)) or _other_group(subject, graph)
        if foreign:
            yield Finding("opens every port", entry.path("fromPort"))


def _every_port(entry: Block | Resource) -> bool:
    whole = entry.has("fromPort", 0) and entry.has("toPort", 65535)
    return whole or any_protocol(entry)


def _other_group(subject: Resource, graph: Graph) -> bool:
    key = "referencedSecurityGroupId" if subject.type == INGRESS_RULE else "sourceSecurityGroupId"
    own, other = groups_of_rule(subject, graph), graph.refers(subject, key)
    if own and other:
        return not any(group in own for group in other)
    mine = "groupId" if subject.type == NATIVE_INGRESS_RULE else "securityGroupId"
    return subject.has(key) and subject.has(mine) and subject.lacks(key, subject.get(mine))


@rule(
    "vpc-egress-open",
    title="Security groups name what their members may reach",
    severity=Severity.LOW,
    types=[EGRESS_RULE, SECURITY_GROUP_RULE, SECURITY_GROUP],
    frameworks={"Checkov": "CKV_AWS_382"},
    remedy="Allow the ports and targets in use, such as 443 through NAT, prefix lists and the groups of data stores.",
    link=_LINK,
    level=Level.ADVISORY,
)
def egress_open(subject: Resource) -> Iterator[Finding]:
    """A way out on every port is how stolen data leaves and how malware is steered."""
    entries: list[Block | Resource] = [subject]
    if subject.type == SECURITY_GROUP:
        entries = list(subject.blocks("egress"))
    elif subject.type == SECURITY_GROUP_RULE and not subject.has("type", "egress"):
        return
    for entry in entries:
        if _every_port(entry) and open_cidrs(entry):
            yield Finding("lets its members reach every port of the internet", entry.path("fromPort"))


@rule(
    "vpc-security-group-described",
    title="Security groups say what they are for",
    severity=Severity.LOW,
    types=[SECURITY_GROUP],
    frameworks={"cdk-nag": "AwsSolutions-EC27", "Checkov": "CKV_AWS_23"},
    remedy="Set description at creation; changing it replaces the group.",
    link=_LINK,
    level=Level.ADVISORY,
)
def described(group: Resource) -> Iterator[Finding]:
    """Rules outlive those who made them; without a purpose nobody dares to remove one."""
    if group.lacks("description") or group.has("description", "Managed by Pulumi", "Managed by Terraform"):
        yield Finding("does not say what it is for", "description")
