"""Small graphs with addresses of version 6: inside a VPC, between VPCs, and out of functions."""

from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict
from analyser.analyses.reach.model import Reach
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public
from tests.analyser.analyses.reach.test_kinds import NO, UNSURE, YES, crossed, two, verdict

SIX = "2600:1f18:1:100::/64"


def opened(made: Made, vpc: str, name: str, cidr: str) -> str:
    rule = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "ipv6CidrBlocks": [cidr]}
    out = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"]}
    return made.add("SecurityGroup", name, vpcId=vpc, ingress=[rule], egress=[out])


@pytest.mark.parametrize(
    ("subnet", "cidr", "expected"),
    [
        ({"ipv6CidrBlock": SIX, "assignIpv6AddressOnCreation": True}, "2600:1f18:1:100::/56", YES),
        ({"ipv6CidrBlock": SIX, "assignIpv6AddressOnCreation": True}, "2600:1f18:2::/48", NO),
        ({"ipv6CidrBlock": SIX}, "2600:1f18:1:100::/56", NO),
        ({"ipv6CidrBlock": SIX, "assignIpv6AddressOnCreation": UNKNOWN}, "2600:1f18:1:100::/56", UNSURE),
        ({"ipv6CidrBlock": UNKNOWN, "assignIpv6AddressOnCreation": True}, "2600:1f18:1:100::/56", UNSURE),
        ({"ipv6CidrBlock": UNKNOWN, "assignIpv6AddressOnCreation": True}, "::/0", YES),
        ({"ipv6CidrBlock": SIX, "assignIpv6AddressOnCreation": True, "cidrBlock": None}, SIX, YES),
    ],
)
def test_a_rule_of_version_6_within_a_vpc(subnet: dict[str, Any], cidr: str, expected: Verdict) -> None:
    made, vpc, _ = public()
    inner = made.add("Subnet", "inner", vpcId=vpc, **{"cidrBlock": "10.0.2.0/24", **subnet})
    made.add("Instance", "vm", subnetId=inner, vpcSecurityGroupIds=[opened(made, vpc, "guard", cidr)])
    made.add("Instance", "client", subnetId=inner, vpcSecurityGroupIds=[opened(made, vpc, "own", "::1/128")])
    assert verdict(made, "client") is expected


@pytest.mark.parametrize(("support", "expected"), [("enable", YES), ("disable", NO), (None, NO)])
def test_a_transit_gateway_takes_version_6_where_it_is_told_to(support: str | None, expected: Verdict) -> None:
    made = two()
    hub = made.add("TransitGateway", "hub", module="ec2transitgateway")
    crossed(made, transitGatewayId=hub)
    ranges = {"near": "2600:1f18:1::/64", "far": "2600:1f18:2::/64"}
    made.nodes = [node for node in made.nodes if not node.name.endswith(("-subnet", "-group")) and node.name != "vm"]
    made.nodes = [node for node in made.nodes if node.name != "client"]
    for name, cidr in ranges.items():
        made.add(
            "Subnet", f"{name}-subnet", vpcId=f"vpc-{name}", ipv6CidrBlock=cidr, assignIpv6AddressOnCreation=True,
            cidrBlock=f"10.{int(name == 'far')}.1.0/24",
        )  # fmt: skip
        group = opened(made, f"vpc-{name}", f"{name}-group", "2600:1f18::/32")
        machine = "vm" if name == "far" else "client"
        made.add("Instance", machine, subnetId=f"subnet-{name}-subnet", vpcSecurityGroupIds=[group])
        inputs = {"transitGatewayId": hub, "vpcId": f"vpc-{name}", "subnetIds": [f"subnet-{name}-subnet"]}
        made.add("VpcAttachment", name, module="ec2transitgateway", ipv6Support=support, **inputs)
        other = ranges["far" if name == "near" else "near"]
        made.route(f"subnet-{name}-subnet", other, transitGatewayId=hub)
    assert verdict(made, "client") is expected


def test_who_has_one_version_alone_comes_by_no_other() -> None:
    made, vpc, subnet = public(ipv6CidrBlock=SIX, assignIpv6AddressOnCreation=True)
    made.route(subnet, "::/0", gatewayId="igw-gateway")
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[opened(made, vpc, "guard", "::/0")])
    reach = Reach(made.graph())
    (machine,) = reach.find("vm")
    asked = [all(check.ok for check in reach.connections.inward(machine, 22, both=both)) for both in (True, False)]
    assert asked == [True, False]


@pytest.mark.parametrize(("dual", "expected"), [(True, YES), (False, NO), (UNKNOWN, UNSURE)])
def test_a_function_of_two_versions(dual: object, expected: Verdict) -> None:
    made, vpc, subnet = public(ipv6CidrBlock=SIX)
    made.route(subnet, "::/0", gatewayId="igw-gateway")
    group = opened(made, vpc, "own", "::1/128")
    config = {"subnetIds": [subnet], "securityGroupIds": [group], "ipv6AllowedForDualStack": dual}
    made.add("Function", "worker", module="lambda", vpcConfig=config)
    assert verdict(made, "worker", "internet", 443) is expected


@pytest.mark.parametrize(("subnet", "expected"), [({"ipv6CidrBlock": SIX}, UNSURE), ({}, NO)])
def test_tasks_and_stores_where_addresses_of_version_6_may_be(subnet: dict[str, Any], expected: Verdict) -> None:
    made, vpc, inner = public(**subnet)
    group = opened(made, vpc, "own", "2600:1f18::/32")
    network = {"subnets": [inner], "securityGroups": [group]}
    made.add("Service", "shop", module="ecs", networkConfiguration=network)
    made.any("aws:rds/subnetGroup:SubnetGroup", "subnets", subnetIds=[inner])
    kind: dict[str, Any] = {"networkType": "DUAL"} if subnet else {}
    made.any(
        "aws:rds/instance:Instance", "db", port=22, dbSubnetGroupName="id-subnets", vpcSecurityGroupIds=[group], **kind
    )
    made.add("Instance", "vm", subnetId=inner, ipv6AddressCount=1, vpcSecurityGroupIds=[group])
    assert verdict(made, "vm", "shop") is expected
    assert verdict(made, "vm", "db") is expected
