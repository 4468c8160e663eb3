from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import security_groups
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

GROUP = resource(exposure.SECURITY_GROUP, "nodes", description="Nodes of the cluster")
CLIENT = resource(exposure.SECURITY_GROUP, "client", description="Clients")


def ingress(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {"cidrIpv4": "10.1.0.0/16", "fromPort": 5432, "toPort": 5432, "ipProtocol": "tcp"}
    return resource(
        exposure.INGRESS_RULE,
        "rule",
        refers={"securityGroupId": GROUP},
        securityGroupId=UNKNOWN,
        **inputs | changes,
    )


def between(source: Resource, **changes: Any) -> Resource:
    inputs: dict[str, Any] = {"fromPort": 0, "toPort": 65535, "ipProtocol": "tcp"} | changes
    refers = {"securityGroupId": GROUP, "referencedSecurityGroupId": source}
    return resource(
        exposure.INGRESS_RULE,
        "between",
        refers=refers,
        securityGroupId=UNKNOWN,
        referencedSecurityGroupId=UNKNOWN,
        **inputs,
    )


INLINE = resource(
    exposure.SECURITY_GROUP,
    "inline",
    description="Old style",
    ingress=[{"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrBlocks": ["10.1.2.0/24"]}],
    egress=[{"fromPort": 443, "toPort": 443, "protocol": "tcp", "cidrBlocks": ["0.0.0.0/0"]}],
)
OLD = resource(
    exposure.SECURITY_GROUP_RULE,
    "old",
    type="ingress",
    fromPort=6379,
    toPort=6379,
    protocol="tcp",
    cidrBlocks=["10.1.0.0/20"],
    securityGroupId="sg-1",
)
EGRESS = resource(security_groups.EGRESS_RULE, "out", cidrIpv4="0.0.0.0/0", fromPort=443, toPort=443, ipProtocol="tcp")
ALL_OUT = resource(
    exposure.SECURITY_GROUP_RULE, "all", type="egress", fromPort=0, toPort=0, protocol="tcp", cidrBlocks=["0.0.0.0/0"]
)
NATIVE = resource(
    exposure.NATIVE_SECURITY_GROUP,
    "native",
    securityGroupIngress=[{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "10.1.2.0/24"}],
)
NATIVE_RULE = resource(
    exposure.NATIVE_INGRESS_RULE,
    "native-rule",
    groupId="sg-1",
    sourceSecurityGroupId="sg-2",
    ipProtocol="tcp",
    fromPort=443,
    toPort=443,
)
CASES = [
    Case("vpc-ingress-private-range", [ingress()], [Set("cidrIpv4", "10.0.0.0/8"), Set("cidrIpv4", "172.16.0.0/12")]),
    Case("vpc-ingress-private-range", [INLINE], [Set("ingress[0].cidrBlocks", ["10.1.2.0/24", "10.0.0.0/12"])]),
    Case("vpc-ingress-private-range", [OLD], [Set("cidrBlocks", ["10.0.0.0/8"])]),
    Case("vpc-ingress-private-range", [ingress(ipProtocol="TCP")], [Set("cidrIpv4", "10.0.0.0/8")]),
    Case("vpc-ingress-private-range", [NATIVE], [Set("securityGroupIngress[0].cidrIp", "10.0.0.0/8")]),
    Case("vpc-ingress-every-port", [NATIVE], [Set("securityGroupIngress[0].ipProtocol", "-1")]),
    Case("vpc-ingress-every-port", [NATIVE_RULE], [Set("ipProtocol", "-1")]),
    Case("vpc-ingress-every-port", [ingress()], [Set("ipProtocol", "-1")]),
    Case("vpc-ingress-every-port", [OLD], [Set("protocol", "-1")]),
    Case("vpc-ingress-every-port", [INLINE], [Set("ingress[0].protocol", "-1")]),
    Case("vpc-egress-open", [EGRESS], [Set("ipProtocol", "-1")]),
    Case("vpc-egress-open", [INLINE], [Set("egress[0].protocol", "-1")]),
    Case("vpc-egress-open", [ALL_OUT], [Set("protocol", "-1"), Set("toPort", 65535)]),
    Case("vpc-security-group-described", [GROUP], [Set("description"), Set("description", "Managed by Pulumi")]),
]


@pytest.mark.parametrize(
    ("rule", "silent"),
    [
        (between(GROUP), True),  # members of one group
        (between(CLIENT), False),
        (between(CLIENT, toPort=8080), True),
        (between(CLIENT, ipProtocol="-1", fromPort=None, toPort=None), False),
    ],
)
def test_every_port_is_for_members_of_the_same_group(rule: Resource, silent: bool) -> None:
    assert bool(check("vpc-ingress-every-port", rule, GROUP, CLIENT)) is not silent


def test_every_port_between_groups_that_are_known_by_id_only() -> None:
    inputs: dict[str, Any] = {"ipProtocol": "-1", "securityGroupId": "sg-1"}
    same = resource(exposure.INGRESS_RULE, "same", **inputs, referencedSecurityGroupId="sg-1")
    other = resource(exposure.INGRESS_RULE, "other", **inputs, referencedSecurityGroupId="sg-2")
    assert check("vpc-ingress-every-port", same, other) == ["other: opens every port (fromPort)"]


@pytest.mark.parametrize(
    "changes",
    [
        {"fromPort": 8080, "toPort": 8080, "cidrIpv4": "10.0.0.0/8"},  # no admin or database port
        {"cidrIpv4": "0.0.0.0/0"},  # vpc-ingress-open says that
        {"cidrIpv4": "20.0.0.0/12"},  # public, not private
        {"ipProtocol": "udp", "cidrIpv4": "10.0.0.0/8"},
        {"cidrIpv4": None, "prefixListId": "pl-1"},
    ],
)
def test_what_is_no_private_range_for_such_a_port(changes: dict[str, Any]) -> None:
    assert check("vpc-ingress-private-range", ingress(**changes)) == []


def test_how_wide_is_configurable() -> None:
    found = check("vpc-ingress-private-range", ingress(), shortest_prefix=20)
    assert found == ["rule: opens an admin or database port to 10.1.0.0/16 (fromPort)"]
