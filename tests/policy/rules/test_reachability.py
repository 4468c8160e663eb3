from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import reachability
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

VPC = resource(exposure.VPC, "main")
GATEWAY = resource(exposure.INTERNET_GATEWAY, "internet")
SUBNET = resource(exposure.SUBNET, "data-a", refers={"vpcId": VPC}, vpcId=UNKNOWN)
TABLE = resource(exposure.ROUTE_TABLE, "data", refers={"vpcId": VPC}, vpcId=UNKNOWN)
ASSOCIATION = resource(
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "data-a",
    refers={"subnetId": SUBNET, "routeTableId": TABLE},
    subnetId=UNKNOWN,
    routeTableId=UNKNOWN,
)
ROUTE = resource(
    exposure.ROUTE,
    "out",
    refers={"routeTableId": TABLE, "gatewayId": GATEWAY},
    routeTableId=UNKNOWN,
    gatewayId=UNKNOWN,
    destinationCidrBlock="10.9.0.0/16",
)
SUBNET_GROUP = resource("aws:rds/subnetGroup:SubnetGroup", "tier", refers={"subnetIds": SUBNET}, subnetIds=[UNKNOWN])
DATA_GROUP = resource(exposure.SECURITY_GROUP, "database")
EDGE_GROUP = resource(exposure.SECURITY_GROUP, "edge")
NODE_GROUP = resource(exposure.SECURITY_GROUP, "nodes")
DATABASE = resource(
    "aws:rds/instance:Instance",
    "db",
    refers={"dbSubnetGroupName": SUBNET_GROUP, "vpcSecurityGroupIds": DATA_GROUP},
    dbSubnetGroupName=UNKNOWN,
    vpcSecurityGroupIds=[UNKNOWN],
)


def admits(name: str, group: Resource, **inputs: Any) -> Resource:
    refers = {"securityGroupId": group}
    if isinstance(source := inputs.pop("source", None), Resource):
        refers["referencedSecurityGroupId"] = source
        inputs["referencedSecurityGroupId"] = UNKNOWN
    return resource(exposure.INGRESS_RULE, name, refers=refers, securityGroupId=UNKNOWN, **inputs)


FROM_NODES = admits("nodes-to-db", DATA_GROUP, source=NODE_GROUP)
FROM_EDGE = admits("edge-to-nodes", NODE_GROUP, source=EDGE_GROUP)
PUBLIC = admits("world-to-edge", EDGE_GROUP, cidrIpv4="0.0.0.0/0")
INTERNAL = admits("corporate-to-nodes", NODE_GROUP, cidrIpv4="10.0.0.0/16")
SUBNETS = [DATABASE, SUBNET_GROUP, SUBNET, TABLE, ASSOCIATION, ROUTE, GATEWAY, VPC]
GROUPS = [DATABASE, DATA_GROUP, NODE_GROUP, EDGE_GROUP, FROM_NODES, FROM_EDGE, PUBLIC, INTERNAL]
CASES = [
    Case("reach-data-subnet", SUBNETS, [Set("destinationCidrBlock", "0.0.0.0/0", on="out")]),
    Case("reach-data-group", GROUPS, [Set("cidrIpv4", "0.0.0.0/0", on="corporate-to-nodes")]),
    Case(
        "reach-data-group",
        [*GROUPS, admits("office", DATA_GROUP, cidrIpv6="fd00::/64")],
        [Set("cidrIpv6", "::/0", on="office")],
    ),
]


def test_says_which_way_leads_in() -> None:
    assert check("reach-data-group", *GROUPS, admits("hole", NODE_GROUP, cidrIpv4="0.0.0.0/0")) == [
        "db: admits nodes, which is open to the internet, through database (vpcSecurityGroupIds)"
    ]
    assert check("reach-data-group", *GROUPS, admits("hole", DATA_GROUP, cidrIpv4="0.0.0.0/0")) == [
        "db: is open to the internet through database (vpcSecurityGroupIds)"
    ]


def test_prefix_lists_are_not_the_internet() -> None:
    assert check("reach-data-group", *GROUPS, admits("cdn", NODE_GROUP, prefixListId="pl-1")) == []


def main_table(**inputs: Any) -> Resource:
    return resource(
        exposure.DEFAULT_ROUTE_TABLE,
        "default",
        refers={"defaultRouteTableId": VPC},
        defaultRouteTableId=UNKNOWN,
        **inputs,
    )


@pytest.mark.parametrize(
    ("routes", "count"),
    [([{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}], 1), ([{"cidrBlock": "0.0.0.0/0", "natGatewayId": "n"}], 0)],
)
def test_subnets_without_an_association_follow_the_main_table(routes: list[Any], count: int) -> None:
    without = [DATABASE, SUBNET_GROUP, SUBNET, VPC, GATEWAY]
    assert len(check("reach-data-subnet", *without, main_table(routes=routes))) == count
    assert check("reach-data-subnet", *without, TABLE, ASSOCIATION, main_table(routes=routes)) == []


@pytest.mark.parametrize("token", sorted(exposure.DATA_STORES))
def test_every_kind_of_data_store_is_followed(token: str) -> None:
    subnets, groups = exposure.DATA_STORES[token]
    inputs: dict[str, Any] = {}
    for path in (subnets, groups):
        head, _, tail = path.partition(".")
        inputs[head] = inputs.get(head, {}) | {tail: [UNKNOWN]} if tail else [UNKNOWN]
    heads = {path.partition(".")[0] for path in (subnets, groups)}
    refers = {head: [SUBNET, DATA_GROUP] for head in heads}
    if len(heads) == 2:
        refers = {subnets: [SUBNET], groups: [DATA_GROUP]}
    store = resource(token, "store", refers=refers, **inputs)
    route = resource(
        exposure.ROUTE,
        "default",
        refers={"routeTableId": TABLE, "gatewayId": GATEWAY},
        routeTableId=UNKNOWN,
        gatewayId=UNKNOWN,
        destinationCidrBlock="0.0.0.0/0",
    )
    public = [store, SUBNET, TABLE, ASSOCIATION, GATEWAY, DATA_GROUP, route]
    assert check("reach-data-subnet", *public) == [f"store: stands in public subnets: data-a ({subnets})"]
    hole = admits("hole", DATA_GROUP, cidrIpv4="0.0.0.0/0")
    assert len(check("reach-data-group", store, DATA_GROUP, hole)) == 1
    assert reachability.data_subnet.types == reachability.data_group.types


@pytest.mark.parametrize(("direction", "count"), [("ingress", 1), ("egress", 0)])
def test_rules_of_the_older_kind_are_followed(direction: str, count: int) -> None:
    inputs: dict[str, Any] = {"type": direction, "cidrBlocks": ["0.0.0.0/0"], "securityGroupId": UNKNOWN}
    hole = resource(exposure.SECURITY_GROUP_RULE, "hole", refers={"securityGroupId": DATA_GROUP}, **inputs)
    assert len(check("reach-data-group", *GROUPS, hole)) == count
    refers = {"securityGroupId": DATA_GROUP, "sourceSecurityGroupId": EDGE_GROUP}
    inputs = {"type": direction, "securityGroupId": UNKNOWN, "sourceSecurityGroupId": UNKNOWN}
    step = resource(exposure.SECURITY_GROUP_RULE, "step", refers=refers, **inputs)
    assert len(check("reach-data-group", *GROUPS, step)) == count


def test_prefix_lists_of_the_stack_are_read() -> None:
    everybody = resource(exposure.PREFIX_LIST, "all", entries=[{"cidr": "0.0.0.0/0"}])
    inputs: dict[str, Any] = {"securityGroupId": UNKNOWN, "prefixListId": UNKNOWN}
    rule = resource(
        exposure.INGRESS_RULE, "listed", refers={"securityGroupId": DATA_GROUP, "prefixListId": everybody}, **inputs
    )
    assert check("reach-data-group", DATABASE, DATA_GROUP, rule, everybody)
    inline = resource(
        exposure.SECURITY_GROUP, "database", refers={"ingress": everybody}, ingress=[{"prefixListIds": [UNKNOWN]}]
    )
    assert check("reach-data-group", DATABASE, inline, everybody)
