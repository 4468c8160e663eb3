from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import vpc
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

VPC = resource(exposure.VPC, "main")
DEFAULT_GROUP = resource(vpc.DEFAULT_SECURITY_GROUP, "default", refers={"vpcId": VPC}, vpcId=UNKNOWN)
FLOW_LOG = resource(vpc.FLOW_LOG, "flow", refers={"vpcId": VPC}, vpcId=UNKNOWN, trafficType="ALL")
GROUP = resource(exposure.SECURITY_GROUP, "edge")
BALANCER = resource(
    vpc.LOAD_BALANCER, "public", refers={"securityGroups": GROUP}, securityGroups=[UNKNOWN], internal=False
)


def ingress(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {"cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443, "ipProtocol": "tcp"} | changes
    return resource(exposure.INGRESS_RULE, "rule", refers={"securityGroupId": GROUP}, securityGroupId=UNKNOWN, **inputs)


INLINE = resource(
    exposure.SECURITY_GROUP,
    "inline",
    ingress=[{"fromPort": 5432, "toPort": 5432, "protocol": "tcp", "cidrBlocks": ["10.0.0.0/16"]}],
)
OLD_RULE = resource(
    exposure.SECURITY_GROUP_RULE,
    "old",
    type="ingress",
    fromPort=22,
    toPort=22,
    protocol="tcp",
    cidrBlocks=["10.0.0.0/16"],
)
LIST = resource(exposure.PREFIX_LIST, "offices", entries=[{"cidr": "198.51.100.0/24"}])
LISTED = resource(
    exposure.INGRESS_RULE,
    "listed",
    refers={"prefixListId": LIST},
    prefixListId=UNKNOWN,
    fromPort=22,
    toPort=22,
    ipProtocol="tcp",
)
LISTED_INLINE = resource(
    exposure.SECURITY_GROUP,
    "listed-inline",
    refers={"ingress": LIST},
    ingress=[{"fromPort": 22, "toPort": 22, "protocol": "tcp", "prefixListIds": [UNKNOWN]}],
)
ENTRY = resource(
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
    "entry",
    refers={"prefixListId": LIST},
    prefixListId=UNKNOWN,
    cidr="192.0.2.0/24",
)
NATIVE = resource(
    exposure.NATIVE_SECURITY_GROUP,
    "native",
    securityGroupIngress=[{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "10.1.0.0/16"}],
)
NATIVE_RULE = resource(
    exposure.NATIVE_INGRESS_RULE, "native-rule", groupId="sg-1", ipProtocol="tcp", fromPort=22, toPort=22
)
EVERYBODY = [{"cidr": "0.0.0.0/0"}]
CASES = [
    Case("vpc-ingress-open", [LISTED, LIST], [Set("entries", EVERYBODY, on="offices")]),
    Case("vpc-ingress-open", [LISTED_INLINE, LIST], [Set("entries", EVERYBODY, on="offices")]),
    Case("vpc-ingress-open", [LISTED, LIST, ENTRY], [Set("cidr", "::/0", on="entry")]),
    Case("vpc-ingress-open", [NATIVE], [Set("securityGroupIngress[0].cidrIp", "0.0.0.0/0")]),
    Case("vpc-ingress-open", [NATIVE_RULE], [Set("cidrIpv6", "::/0"), Set("cidrIp", "0.0.0.0/0")]),
    Case(
        "vpc-ingress-open",
        [ingress(), GROUP, BALANCER],
        [
            Set("internal", True, on="public"),
            Set("ipProtocol", "-1"),
            # Not an open web port whatever the other end of the range turns out to be, once the group is known.
            Without("public", "securityGroups"),
        ],
    ),
    Case(
        "vpc-ingress-open",
        [INLINE],
        [
            Set("ingress[0].cidrBlocks", ["10.0.0.0/8", "0.0.0.0/0"]),
            Set("ingress[0].cidrBlocks", ["3.0.0.0/8"]),
            Set("ingress[0].cidrBlocks", [f"{first}.0.0.0/9" for first in (3, 18, 34, 52)]),
        ],
    ),
    Case("vpc-ingress-open", [OLD_RULE], [Set("cidrBlocks", ["0.0.0.0/0"]), Set("ipv6CidrBlocks", ["::/0"])]),
    Case(
        "vpc-default-security-group-closed", [DEFAULT_GROUP], [Set("ingress", [{"protocol": "-1"}]), Set("egress", [1])]
    ),
    Case("vpc-default-security-group-declared", [VPC, DEFAULT_GROUP], [Without("default", "vpcId")]),
    Case("vpc-flow-log", [VPC, FLOW_LOG], [Without("flow", "vpcId"), Set("trafficType", "ACCEPT", on="flow")]),
]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"toPort": 444}, "rule: lets 0.0.0.0/0 in on ports 443 to 444 (fromPort)"),
        ({"fromPort": 22, "toPort": 22}, "rule: lets 0.0.0.0/0 in on port 22 (fromPort)"),
        ({"fromPort": 8443, "toPort": 8443}, "rule: lets 0.0.0.0/0 in on port 8443 (fromPort)"),
        (
            {"cidrIpv4": None, "cidrIpv6": "::/0", "toPort": 65535},
            "rule: lets ::/0 in on ports 443 to 65535 (fromPort)",
        ),
        ({"cidrIpv4": "0.0.0.0/1", "fromPort": 22, "toPort": 22}, "rule: lets 0.0.0.0/1 in on port 22 (fromPort)"),
        ({"ipProtocol": "-1", "fromPort": None, "toPort": None}, "rule: lets 0.0.0.0/0 in on every port (fromPort)"),
        ({"ipProtocol": "-1", "fromPort": 0, "toPort": 0}, "rule: lets 0.0.0.0/0 in on every port (fromPort)"),
    ],
)
def test_even_a_public_balancer_opens_nothing_but_the_web(changes: dict[str, Any], said: str) -> None:
    assert check("vpc-ingress-open", ingress(**changes), GROUP, BALANCER) == [said]


def test_web_ports_are_open_on_public_balancers_only() -> None:
    assert check("vpc-ingress-open", ingress(fromPort=80, toPort=80), GROUP, BALANCER) == []
    assert check("vpc-ingress-open", ingress(), GROUP) == ["rule: lets 0.0.0.0/0 in on port 443 (fromPort)"]


@pytest.mark.parametrize(
    "changes", [{"fromPort": UNKNOWN}, {"toPort": UNKNOWN}, {"fromPort": UNKNOWN, "toPort": UNKNOWN}]
)
def test_ports_that_are_not_known_may_be_the_web(changes: dict[str, Any]) -> None:
    assert check("vpc-ingress-open", ingress(**changes), GROUP, BALANCER) == []
    assert len(check("vpc-ingress-open", ingress(**changes), GROUP)) == 1


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "192.0.2.1/32", "fd00::/16", "nonsense"])
def test_ranges_that_are_not_the_internet(cidr: str) -> None:
    assert check("vpc-ingress-open", ingress(cidrIpv4=cidr, fromPort=22, toPort=22), GROUP) == []


def test_egress_is_no_ingress() -> None:
    rule = resource(
        exposure.SECURITY_GROUP_RULE, type="egress", fromPort=0, toPort=0, protocol="-1", cidrBlocks=["0.0.0.0/0"]
    )
    assert check("vpc-ingress-open", rule) == []


def test_a_list_of_ranges_is_one_finding() -> None:
    ranges = [f"{first}.0.0.0/8" for first in (1, 3, 18, 34, 52)]
    rule = resource(
        exposure.SECURITY_GROUP_RULE, type="ingress", fromPort=22, toPort=22, protocol="TCP", cidrBlocks=ranges
    )
    assert check("vpc-ingress-open", rule) == [
        "it: lets 1.0.0.0/8, 3.0.0.0/8, 18.0.0.0/8 and 2 more ranges in on port 22 (fromPort)"
    ]


@pytest.mark.parametrize(("scheme", "found"), [("internet-facing", False), ("internal", True), (None, False)])
def test_balancers_of_the_other_provider_serve_the_internet_too(scheme: str | None, found: bool) -> None:
    web = [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIp": "0.0.0.0/0"}]
    group = resource(exposure.NATIVE_SECURITY_GROUP, "web", securityGroupIngress=web)
    balancer = resource(
        vpc.NATIVE_LOAD_BALANCER, "b", refers={"securityGroups": group}, securityGroups=[UNKNOWN], scheme=scheme
    )
    assert bool(check("vpc-ingress-open", group, balancer)) is found
    assert check("vpc-ingress-open", group)
