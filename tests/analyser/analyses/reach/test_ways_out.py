"""Small graphs of what shuts a way that routes leave open, and of balancers that forward nothing."""

from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public
from tests.analyser.analyses.reach.test_edges import nlb
from tests.analyser.analyses.reach.test_kinds import NO, UNSURE, YES, verdict

BOTH, INGRESS = "block-bidirectional", "block-ingress"


def block(made: Made, mode: object, exclusion: object = None, **at: str) -> Made:
    made.add("VpcBlockPublicAccessOptions", "block", internetGatewayBlockMode=mode)
    if exclusion is not None:
        made.add("VpcBlockPublicAccessExclusion", "but", internetGatewayExclusionMode=exclusion, **at)
    return made


def direct() -> Made:
    """A machine with a public address."""
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    return made


IN_VPC, IN_SUBNET = {"vpcId": "vpc-net"}, {"subnetId": "subnet-public"}


@pytest.mark.parametrize(
    ("mode", "exclusion", "at", "inward", "outward"),
    [
        ("off", None, {}, YES, YES),
        (BOTH, None, {}, NO, NO),
        (INGRESS, None, {}, NO, NO),  # only NAT and egress-only gateways lead out
        (BOTH, "allow-bidirectional", IN_VPC, YES, YES),
        (BOTH, "allow-bidirectional", IN_SUBNET, YES, YES),
        (BOTH, "allow-egress", IN_SUBNET, NO, YES),
        (BOTH, "allow-bidirectional", {"subnetId": "subnet-other"}, NO, NO),
        (UNKNOWN, None, {}, UNSURE, UNSURE),
        (BOTH, UNKNOWN, IN_VPC, UNSURE, UNSURE),
    ],
)
def test_a_block_of_public_access(
    mode: object, exclusion: object, at: dict[str, str], inward: Verdict, outward: Verdict
) -> None:
    made = block(direct(), mode, exclusion, **at)
    assert verdict(made) is inward
    assert verdict(made, "vm", "internet", 443) is outward


def test_a_block_in_another_region() -> None:
    made = direct()
    made.add("VpcBlockPublicAccessOptions", "block", internetGatewayBlockMode=BOTH, region="eu-central-1")
    assert verdict(made) is YES


@pytest.mark.parametrize(("mode", "expected"), [(BOTH, NO), (INGRESS, YES)])
def test_a_block_before_a_nat_gateway(mode: str, expected: Verdict) -> None:
    made, vpc, subnet = public()
    inside = made.subnet(vpc, "inside", "10.0.2.0/24")
    made.route(inside, "0.0.0.0/0", natGatewayId=made.add("NatGateway", "nat", subnetId=subnet))
    made.add("Instance", "vm", subnetId=inside, vpcSecurityGroupIds=[made.group(vpc)])
    assert verdict(block(made, mode), "vm", "internet", 443) is expected


@pytest.mark.parametrize(("mode", "expected"), [(BOTH, NO), (INGRESS, YES)])
def test_a_block_before_an_egress_only_gateway(mode: str, expected: Verdict) -> None:
    made = Made()
    vpc = made.vpc()
    subnet = made.subnet(vpc, ipv6CidrBlock="2600:1f18:1:100::/64", assignIpv6AddressOnCreation=True)
    gateway = made.add("EgressOnlyInternetGateway", "only", vpcId=vpc)
    made.route(subnet, "::/0", egressOnlyGatewayId=gateway)
    everything = {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]}
    group = made.add("SecurityGroup", "own", vpcId=vpc, ingress=[], egress=[everything])
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    assert verdict(block(made, mode), "vm", "internet", 443) is expected


@pytest.mark.parametrize(
    ("ingress", "egress", "expected"),
    [
        ({"protocol": "-1"}, {"protocol": "-1"}, YES),
        ({"protocol": "tcp", "fromPort": 22, "toPort": 22}, {"protocol": "-1"}, NO),
        ({"protocol": "tcp", "fromPort": 443, "toPort": 443}, {"protocol": "-1"}, YES),
        ({"protocol": "-1", "cidrBlocks": ["10.0.9.0/24"]}, {"protocol": "-1"}, NO),
        ({"protocol": "-1", "cidrBlocks": [], "securityGroups": ["sg-own"]}, {"protocol": "-1"}, YES),
        ({"protocol": "-1"}, {"protocol": "tcp", "fromPort": 22, "toPort": 22}, NO),
    ],
)
def test_the_groups_of_a_nat_instance(ingress: dict[str, Any], egress: dict[str, Any], expected: Verdict) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    inside = made.subnet(vpc, "inside", "10.0.2.0/24")
    made.add("Instance", "vm", subnetId=inside, vpcSecurityGroupIds=[made.group(vpc, "own")])
    rules = [{"fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"], **one} for one in (ingress, egress)]
    group = made.add("SecurityGroup", "nat-group", vpcId=vpc, ingress=rules[:1], egress=rules[1:])
    nat = made.add("Instance", "nat", subnetId=subnet, vpcSecurityGroupIds=[group], sourceDestCheck=False)
    made.route(inside, "0.0.0.0/0", networkInterfaceId=nat)
    assert verdict(made, "vm", "internet", 443) is expected


def forwarding(*groups: dict[str, Any]) -> Made:
    """A balancer whose listener divides its requests among groups; the machine is in one of them."""
    made = nlb("ip", "10.0.0.0/16")
    listener = next(node for node in made.nodes if node.name == "https")
    listener.inputs["defaultActions"] = [{"type": "forward", "forward": {"targetGroups": list(groups)}}]
    made.add("TargetGroup", "empty", module="lb", port=443, protocol="TCP", targetType="ip")
    return made


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (1, "id-empty", YES),
        (0, "id-empty", NO),
        (0, "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/other/1", UNSURE),
    ],
)
def test_a_group_of_no_weight_gets_no_requests(mine: int, other: str, expected: Verdict) -> None:
    made = forwarding({"arn": "id-targets", "weight": mine}, {"arn": other, "weight": 1})
    assert verdict(made, target="vm", port=443) is expected


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ({"principal": "elasticloadbalancing.amazonaws.com"}, YES),
        ({"principal": "elasticloadbalancing.amazonaws.com", "sourceArn": Made().arn("targets")}, YES),
        ({"principal": "elasticloadbalancing.amazonaws.com", "sourceArn": Made().arn("others")}, NO),
        ({"principal": "apigateway.amazonaws.com"}, NO),
        ({"principal": UNKNOWN}, UNSURE),
        (None, NO),
    ],
)
def test_a_function_behind_a_balancer(permission: dict[str, Any] | None, expected: Verdict) -> None:
    made, vpc, subnet = public()
    balancer = made.add(
        "LoadBalancer", "front", module="lb", subnets=[subnet], securityGroups=[made.group(vpc, port=443)]
    )
    targets = made.add("TargetGroup", "targets", module="lb", targetType="lambda")
    action = [{"type": "forward", "targetGroupArn": targets}]
    made.add("Listener", "https", module="lb", loadBalancerArn=balancer, port=443, defaultActions=action)
    function = made.add("Function", "worker", module="lambda")
    made.add("TargetGroupAttachment", "joins", module="lb", targetGroupArn=targets, targetId=function)
    if permission:
        given = {"function": function, "action": "lambda:InvokeFunction", **permission}
        made.add("Permission", "lets", module="lambda", **given)
    assert verdict(made, target="worker", port=None) is expected


def test_a_group_of_another_stack_beside_one_that_is_empty() -> None:
    other = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/other/1"
    made = forwarding({"arn": "id-empty", "weight": 1}, {"arn": other, "weight": 1})
    assert verdict(made, target="vm", port=443) is UNSURE
