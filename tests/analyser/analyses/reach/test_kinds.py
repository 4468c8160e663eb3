"""Small graphs of which everybody knows who reaches whom, one for each kind of way."""

from typing import Any

import pytest

from analyser.analyses.reach.answer import Answer, Verdict, ask
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.security_groups import Peer, SecurityGroups
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public

YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


def asked(made: Made, source: str = "internet", target: str = "vm", port: int | None = 22) -> Answer:
    return ask(Reach(made.graph()), source, target, port)[0]


def verdict(made: Made, source: str = "internet", target: str = "vm", port: int | None = 22) -> Verdict:
    answer = asked(made, source, target, port)
    assert answer.verdict is not NO or answer.missing
    assert answer.verdict is not UNSURE or answer.not_known
    return answer.verdict


def test_an_elastic_ip_of_an_instance() -> None:
    made, vpc, subnet = public()
    vm = made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    assert verdict(made) is NO
    made.add("Eip", "address", instance=vm)
    assert verdict(made) is YES


@pytest.mark.parametrize("by", ["instanceId", "networkInterfaceId"])
def test_an_association_of_an_address(by: str) -> None:
    made, vpc, subnet = public()
    group = made.group(vpc)
    if by == "instanceId":
        owner = made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    else:
        owner = made.add("NetworkInterface", "card", subnetId=subnet, securityGroups=[group])
        made.add("Instance", "vm", networkInterfaces=[{"deviceIndex": 0, "networkInterfaceId": owner}])
    assert verdict(made) is NO
    made.add("EipAssociation", "gives", allocationId=made.add("Eip", "address"), **{by: owner})
    assert verdict(made) is YES


def test_a_second_interface_with_an_address() -> None:
    made, vpc, subnet = public()
    vm = made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc, "shut", port=None)])
    card = made.add("NetworkInterface", "card", subnetId=subnet, securityGroups=[made.group(vpc)])
    made.add("NetworkInterfaceAttachment", "second", instanceId=vm, networkInterfaceId=card, deviceIndex=1)
    made.add("Eip", "address", networkInterface=card)
    assert verdict(made) is YES


def six(made: Made, vpc: str, cidr: str = "::/0", **vm: Any) -> None:
    made.route("subnet-public", "::/0", gatewayId="igw-gateway")
    rule = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "ipv6CidrBlocks": [cidr]}
    group = made.add("SecurityGroup", "six", vpcId=vpc, ingress=[rule], egress=[])
    made.add("Instance", "vm", subnetId="subnet-public", vpcSecurityGroupIds=[group], **vm)


def test_ipv6() -> None:
    made, vpc, _ = public()
    six(made, vpc)
    assert verdict(made) is NO
    made, vpc, _ = public()
    six(made, vpc, ipv6AddressCount=1)
    assert verdict(made) is YES
    made, vpc, _ = public(assignIpv6AddressOnCreation=True)
    six(made, vpc)
    assert verdict(made) is YES
    made, vpc, _ = public(assignIpv6AddressOnCreation=True)
    six(made, vpc, cidr="fd00::/8")
    assert verdict(made) is NO


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("TCP", YES),
        ("tcp", YES),
        ("6", YES),
        (6, YES),
        ("-1", YES),
        ("all", YES),
        ("udp", NO),
        ("17", NO),
        ("icmp", NO),
    ],
)
def test_a_protocol_in_any_spelling(protocol: object, expected: Verdict) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc, protocol=protocol)])
    assert verdict(made) is expected
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    group = made.group(vpc, port=None)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    rule: dict[str, Any] = {"ipProtocol": protocol, "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}
    made.add("SecurityGroupIngressRule", "rule", module="vpc", securityGroupId=group, **rule)
    assert verdict(made) is expected


def test_the_default_group() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet)
    made.add("Instance", "other", subnetId=subnet)
    assert verdict(made) is NO
    assert verdict(made, "other") is YES
    rule = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    made.add("DefaultSecurityGroup", "default", vpcId=vpc, ingress=[rule])
    assert verdict(made) is YES
    assert verdict(made, "other") is NO  # taken over, it has no rules but those written


def test_an_aurora_instance() -> None:
    made, vpc, subnet = public()
    made.any("aws:rds/subnetGroup:SubnetGroup", "subnets", subnetIds=[subnet])
    group = made.group(vpc, port=5432)
    cluster = made.any(
        "aws:rds/cluster:Cluster", "aurora", engine="aurora-postgresql", dbSubnetGroupName="id-subnets",
        vpcSecurityGroupIds=[group], clusterIdentifier="aurora",
    )  # fmt: skip
    made.any("aws:rds/clusterInstance:ClusterInstance", "first", clusterIdentifier=cluster, publiclyAccessible=False)
    assert verdict(made, target="aurora", port=None) is NO
    made.any("aws:rds/clusterInstance:ClusterInstance", "second", clusterIdentifier=cluster, publiclyAccessible=True)
    assert verdict(made, target="aurora", port=None) is YES
    assert verdict(made, target="second", port=None) is YES


def two() -> Made:
    """Two VPCs with a machine each."""
    made = Made()
    for number, name in enumerate(("near", "far")):
        vpc = made.vpc(name, f"10.{number}.0.0/16")
        subnet = made.subnet(vpc, f"{name}-subnet", f"10.{number}.1.0/24")
        group = made.group(vpc, f"{name}-group", cidr="10.0.0.0/8")
        made.add("Instance", "vm" if name == "far" else "client", subnetId=subnet, vpcSecurityGroupIds=[group])
    return made


def crossed(made: Made, **to: str) -> None:
    made.route("subnet-near-subnet", "10.1.0.0/16", **to)
    made.route("subnet-far-subnet", "10.0.0.0/16", **to)


def test_a_transit_gateway() -> None:
    made = two()
    gateway = made.add("TransitGateway", "hub", module="ec2transitgateway")
    crossed(made, transitGatewayId=gateway)
    assert verdict(made, "client") is NO
    for name in ("near", "far"):
        made.add(
            "VpcAttachment", name, module="ec2transitgateway", transitGatewayId=gateway, vpcId=f"vpc-{name}",
            subnetIds=[f"subnet-{name}-subnet"],
        )  # fmt: skip
    assert verdict(made, "client") is YES


def test_a_peering_of_these_two_that_somebody_accepts() -> None:
    made = two()
    peering = made.add("VpcPeeringConnection", "joins", vpcId="vpc-near", peerVpcId="vpc-far")
    crossed(made, vpcPeeringConnectionId=peering)
    assert verdict(made, "client") is NO
    made.add("VpcPeeringConnectionAccepter", "yes", vpcPeeringConnectionId=peering, autoAccept=True)
    assert verdict(made, "client") is YES


def test_a_peering_with_a_third() -> None:
    made = two()
    third = made.vpc("third", "10.2.0.0/16")
    peering = made.add("VpcPeeringConnection", "joins", vpcId="vpc-near", peerVpcId=third, autoAccept=True)
    crossed(made, vpcPeeringConnectionId=peering)
    assert verdict(made, "client") is NO


def test_a_longer_prefix_leads_elsewhere() -> None:
    made = two()
    peering = made.add("VpcPeeringConnection", "joins", vpcId="vpc-near", peerVpcId="vpc-far", autoAccept=True)
    crossed(made, vpcPeeringConnectionId=peering)
    made.route(
        "subnet-near-subnet", "10.1.1.0/24", natGatewayId=made.add("NatGateway", "nat", subnetId="subnet-near-subnet")
    )
    assert verdict(made, "client") is NO


@pytest.mark.parametrize("way", ["peering", "hub"])
def test_rules_that_name_a_group_of_the_other_side(way: str) -> None:
    made = two()
    made.nodes = [node for node in made.nodes if node.name != "far-group"]
    made.group("vpc-far", "far-group", cidr="192.168.0.0/16", securityGroups=["sg-near-group"])
    if way == "peering":
        to = made.add("VpcPeeringConnection", "joins", vpcId="vpc-near", peerVpcId="vpc-far", autoAccept=True)
        crossed(made, vpcPeeringConnectionId=to)
        assert verdict(made, "client") is YES
        return
    to = made.add("TransitGateway", "hub", module="ec2transitgateway")
    crossed(made, transitGatewayId=to)
    for name in ("near", "far"):
        made.add("VpcAttachment", name, module="ec2transitgateway", transitGatewayId=to, vpcId=f"vpc-{name}")
    assert verdict(made, "client") is NO


def acl(made: Made, subnet: str, ingress: list[dict[str, Any]], egress: list[dict[str, Any]]) -> None:
    every = {"protocol": "-1", "action": "allow", "cidrBlock": "0.0.0.0/0", "fromPort": 0, "toPort": 0}
    made.add(
        "NetworkAcl", "acl", vpcId="vpc-net", subnetIds=[subnet],
        ingress=[{**every, "ruleNo": 100 + number, **one} for number, one in enumerate(ingress)],
        egress=[{**every, "ruleNo": 100 + number, **one} for number, one in enumerate(egress)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ingress", "egress", "expected"),
    [
        ([{}], [{}], YES),
        ([], [], NO),
        ([{}], [], NO),
        ([{"action": "deny"}, {}], [{}], NO),
        ([{}], [{"protocol": "tcp", "fromPort": 22, "toPort": 22}], NO),
        (
            [{"protocol": "6", "fromPort": 22, "toPort": 22}],
            [{"protocol": "tcp", "fromPort": 1024, "toPort": 65535}],
            YES,
        ),
        (
            [{"protocol": "6", "fromPort": 22, "toPort": 22}],
            [{"protocol": "tcp", "fromPort": 32768, "toPort": 60999}],
            YES,
        ),
        ([{"cidrBlock": "10.0.0.0/8"}], [{}], NO),
        ([{"action": "deny", "cidrBlock": "8.8.8.0/24"}, {}], [{}], YES),
        ([{"cidrBlock": "8.8.8.0/24"}], [{"cidrBlock": "9.9.9.0/24"}], NO),
        ([{"action": UNKNOWN}, {}], [{}], UNSURE),
        ([{}, {"ruleNo": 200, "action": "deny"}], [{}], YES),
    ],
)
def test_a_network_acl(ingress: list[dict[str, Any]], egress: list[dict[str, Any]], expected: Verdict) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    acl(made, subnet, ingress, egress)
    assert verdict(made) is expected


def test_an_acl_with_rules_of_their_own_and_one_taken_over() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    default = made.add("DefaultNetworkAcl", "default", defaultNetworkAclId=f"acl-default-{vpc.removeprefix('vpc-')}")
    assert verdict(made) is NO  # taken over, it has no rules but those written
    made.nodes = [node for node in made.nodes if node.id != default]
    made.add("NetworkAcl", "acl", vpcId=vpc)
    made.add("NetworkAclAssociation", "joins", networkAclId="acl-acl", subnetId=subnet)
    assert verdict(made) is NO
    for egress in (False, True):
        made.add(
            "NetworkAclRule", f"rule-{egress}", networkAclId="acl-acl", egress=egress, ruleNumber=1, ruleAction="allow",
            protocol="-1", cidrBlock="0.0.0.0/0",
        )  # fmt: skip
    assert verdict(made) is YES


def test_a_service_with_an_address_on_its_ports() -> None:
    made, vpc, subnet = public()
    containers = '[{"name": "web", "portMappings": [{"containerPort": 8080}]}]'
    task = made.add("TaskDefinition", "web", module="ecs", containerDefinitions=containers)
    network = {"subnets": [subnet], "securityGroups": [made.group(vpc, port=8080)], "assignPublicIp": True}
    made.add("Service", "shop", module="ecs", taskDefinition=task, networkConfiguration=network)
    answer = asked(made, target="shop", port=None)
    assert answer.yes
    assert answer.port == 8080


def test_a_port_that_nobody_named() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc, port=2222)])
    answer = asked(made, port=None)
    assert answer.yes
    assert answer.port == 2222


def test_a_prefix_list_and_its_entries() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    offices = made.add("ManagedPrefixList", "offices", entries=[])
    rule: dict[str, Any] = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "prefixListIds": [offices]}
    group = made.add("SecurityGroup", "offices-group", vpcId=vpc, ingress=[rule])
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    assert verdict(made) is NO
    made.add("ManagedPrefixListEntry", "one", prefixListId=offices, cidr="203.0.113.0/24")
    assert verdict(made) is YES
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    rule["prefixListIds"] = ["pl-of-somebody"]
    group = made.add("SecurityGroup", "offices-group", vpcId=vpc, ingress=[rule])
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    assert verdict(made) is UNSURE


def test_the_internet_in_two_halves_that_go_elsewhere() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    nat = made.add("NatGateway", "nat", subnetId=subnet)
    made.route(subnet, "0.0.0.0/1", natGatewayId=nat)
    assert verdict(made) is YES
    made.route(subnet, "128.0.0.0/1", natGatewayId=nat)
    assert verdict(made) is NO


def test_a_gateway_that_is_attached_elsewhere() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    made.nodes = [node for node in made.nodes if node.name != "gateway"]
    made.add("InternetGateway", "gateway")
    assert verdict(made) is NO
    made.add("InternetGatewayAttachment", "joins", internetGatewayId="igw-gateway", vpcId=vpc)
    assert verdict(made) is YES


@pytest.mark.parametrize("forwards", [True, False])
def test_a_nat_instance(forwards: bool) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    inside = made.subnet(vpc, "inside", "10.0.2.0/24")
    wide = made.group(vpc, "wide", protocol="-1")
    made.add("Instance", "vm", subnetId=inside, vpcSecurityGroupIds=[wide])
    nat = made.add("Instance", "nat", subnetId=subnet, vpcSecurityGroupIds=[wide], sourceDestCheck=not forwards)
    made.route(inside, "0.0.0.0/0", networkInterfaceId=nat)
    assert verdict(made, "vm", "internet", 443) is (YES if forwards else NO)


@pytest.mark.parametrize(
    ("inputs", "what"),
    [
        ({"associatePublicIpAddress": UNKNOWN}, "public address is not known"),
        ({"vpcSecurityGroupIds": [UNKNOWN]}, "security groups is not known"),
        ({"vpcSecurityGroupIds": ["sg-of-somebody"]}, "sg-of-somebody are not in the stack"),
        ({"subnetId": "subnet-of-somebody"}, "subnet-of-somebody of vm is not in the stack"),
    ],
)
def test_what_is_not_known_is_no_no(inputs: dict[str, Any], what: str) -> None:
    made, vpc, subnet = public()
    given: dict[str, Any] = {
        "subnetId": subnet,
        "vpcSecurityGroupIds": [made.group(vpc)],
        "associatePublicIpAddress": True,
        **inputs,
    }
    made.add("Instance", "vm", **given)
    answer = asked(made)
    assert answer.verdict is UNSURE
    assert any(what in text for text in answer.not_known)


def test_a_group_of_machines_by_its_template() -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    template = made.add("LaunchTemplate", "template", vpcSecurityGroupIds=[made.group(vpc)])
    launch: dict[str, Any] = {"launchTemplate": {"id": template}}
    made.add("Group", "vm", module="autoscaling", vpcZoneIdentifiers=[subnet], **launch)
    assert verdict(made) is YES
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    card = {"associatePublicIpAddress": "false", "securityGroups": [made.group(vpc)]}
    made.add("LaunchTemplate", "template", networkInterfaces=[card])
    made.add("Group", "vm", module="autoscaling", vpcZoneIdentifiers=[subnet], **launch)
    assert verdict(made) is NO


@pytest.mark.parametrize(
    ("cidr", "port", "ok", "missing"),
    [
        ("10.0.0.0/16", 22, False, False),
        ("0.0.0.0/0", 22, True, False),
        ("0.0.0.0/0", 23, False, True),
    ],
)
def test_a_peer_of_which_only_the_group_is_known_may_stand_anywhere(
    cidr: str, port: int, ok: bool, missing: bool
) -> None:
    made, vpc, _ = public()
    guard = made.group(vpc, cidr=cidr)
    found = SecurityGroups(View(made.graph())).into((guard,), Peer("a bastion", groups=("sg-elsewhere",)), port)
    assert (found.ok, found.missing) == (ok, missing)
