"""The VPC: what its subnets may reach, and what it closes."""

import json
from typing import Any

import pytest

from analyser.graph import Graph, Node
from components.network.network import Network, NetworkSettings
from components.security.key import Key
from tests.support import ACCOUNT, DEV_ACCOUNT, once, record, unequal_when_unknown

SUBNET, ROUTE, NAT = "aws:ec2/subnet:Subnet", "aws:ec2/route:Route", "aws:ec2/natGateway:NatGateway"
ASSOCIATION, ENDPOINT = "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/vpcEndpoint:VpcEndpoint"
TWO_ZONES: dict[str, Any] = {
    "cidr": "10.0.0.0/16",
    "public": {"a": "10.0.1.0/24", "b": "10.0.2.0/24"},
    "private": {"a": "10.0.10.0/24", "b": "10.0.11.0/24"},
    "data": {"a": "10.0.20.0/24", "b": "10.0.21.0/24"},
}


def build(account: Any = ACCOUNT, cluster_name: str | None = None, **settings: Any) -> Network:
    key = Key("logs", account=account, purpose="Logs")
    return Network("net", NetworkSettings(**settings), account=account, key=key, cluster_name=cluster_name)


@once
def graph_of(account: Any = ACCOUNT, cluster_name: str | None = None, **settings: Any) -> Graph:
    return record(lambda: build(account, cluster_name, **settings))


def tier(graph: Graph, name: str) -> list[Node]:
    return [node for node in graph.of_type(SUBNET) if node.name.startswith(f"net-{name}-")]


def routes_of(graph: Graph, subnet: Node) -> list[Node]:
    """The routes in the table that a subnet is associated with; the table itself must have none inline."""
    tables = [a.inputs["routeTableId"] for a in graph.of_type(ASSOCIATION) if a.inputs["subnetId"] == subnet.id]
    assert len(tables) == 1
    inline = [t for t in graph.of_type("aws:ec2/routeTable:RouteTable") if t.id == tables[0] and "routes" in t.inputs]
    assert not inline
    return [route for route in graph.of_type(ROUTE) if route.inputs["routeTableId"] == tables[0]]


def test_the_default_layout_is_the_one_of_records() -> None:
    graph = graph_of()
    vpc = graph.only("aws:ec2/vpc:Vpc").inputs
    assert (vpc["cidrBlock"], vpc["enableDnsSupport"], vpc["enableDnsHostnames"]) == ("10.1.0.0/16", True, True)
    placed = {n.name: (n.inputs["availabilityZone"], n.inputs["cidrBlock"]) for n in graph.of_type(SUBNET)}
    assert placed == {
        "net-public-a": ("us-east-1a", "10.1.1.0/24"),
        "net-public-b": ("us-east-1b", "10.1.2.0/24"),
        "net-public-c": ("us-east-1c", "10.1.3.0/24"),
        "net-private-a": ("us-east-1a", "10.1.16.0/20"),
        "net-private-b": ("us-east-1b", "10.1.32.0/20"),
        "net-private-c": ("us-east-1c", "10.1.48.0/20"),
        "net-data-a": ("us-east-1a", "10.1.11.0/24"),
        "net-data-b": ("us-east-1b", "10.1.12.0/24"),
        "net-data-c": ("us-east-1c", "10.1.13.0/24"),
    }


def test_no_subnet_gives_out_public_addresses() -> None:
    assert all(node.inputs["mapPublicIpOnLaunch"] is False for node in graph_of().of_type(SUBNET))


@pytest.mark.parametrize("nat", ["none", "single", "perAz"])
def test_the_data_tier_has_no_route_at_all(nat: str) -> None:
    graph = graph_of(nat=nat)
    assert len(tier(graph, "data")) == 3
    assert [routes_of(graph, subnet) for subnet in tier(graph, "data")] == [[], [], []]
    data_tables = {a.inputs["routeTableId"] for a in graph.of_type(ASSOCIATION) if "-data-" in a.name}
    for endpoint in graph.of_type(ENDPOINT):
        assert not data_tables & set(endpoint.inputs["routeTableIds"])


def test_only_the_public_tier_reaches_the_internet_gateway() -> None:
    graph = graph_of()
    gateway = graph.only("aws:ec2/internetGateway:InternetGateway").id
    for subnet in tier(graph, "public"):
        (route,) = routes_of(graph, subnet)
        assert (route.inputs["destinationCidrBlock"], route.inputs["gatewayId"]) == ("0.0.0.0/0", gateway)
    for subnet in tier(graph, "private"):
        assert all("gatewayId" not in route.inputs for route in routes_of(graph, subnet))


def test_prod_has_a_nat_gateway_in_each_zone_for_that_zone() -> None:
    graph = graph_of()
    gateways = {node.id: node for node in graph.of_type(NAT)}
    publics = {node.id: node for node in tier(graph, "public")}
    for subnet in tier(graph, "private"):
        (route,) = routes_of(graph, subnet)
        nat = gateways[route.inputs["natGatewayId"]]
        zone = publics[nat.inputs["subnetId"]].inputs["availabilityZone"]
        assert zone == subnet.inputs["availabilityZone"]
    assert len(graph.of_type("aws:ec2/eip:Eip")) == len(gateways) == 3
    assert {node.inputs["domain"] for node in graph.of_type("aws:ec2/eip:Eip")} == {"vpc"}


def test_dev_shares_one_nat_gateway() -> None:
    graph = graph_of(DEV_ACCOUNT)
    nat = graph.only(NAT)
    used = [route.inputs["natGatewayId"] for s in tier(graph, "private") for route in routes_of(graph, s)]
    assert used == [nat.id] * 3


def test_the_one_nat_gateway_is_in_the_zone_that_comes_first() -> None:
    graph = graph_of(DEV_ACCOUNT, zone_order=("b",))
    assert graph.only(NAT).name == "net-nat-b"
    assert all(routes_of(graph, subnet) for subnet in tier(graph, "private"))


def test_without_nat_the_private_tier_stays_inside() -> None:
    graph = graph_of(nat="none")
    assert graph.of_type(NAT) == []
    assert [routes_of(graph, subnet) for subnet in tier(graph, "private")] == [[], [], []]


def test_nat_gateways_wait_for_the_internet_gateway() -> None:
    graph = graph_of()
    gateway = graph.only("aws:ec2/internetGateway:InternetGateway").urn
    for node in [*graph.of_type(NAT), *graph.of_type("aws:ec2/eip:Eip")]:
        assert gateway in node.dependencies


def test_the_default_group_and_routes_are_closed() -> None:
    graph = graph_of()
    group = graph.only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert (group["ingress"], group["egress"]) == ([], [])
    vpc = graph.only("aws:ec2/vpc:Vpc")
    table = graph.only("aws:ec2/defaultRouteTable:DefaultRouteTable").inputs
    assert group["vpcId"] == vpc.id
    assert (table["routes"], table["defaultRouteTableId"]) == ([], vpc.outputs["defaultRouteTableId"])


def test_subnets_carry_a_cluster_s_tags_only_for_a_cluster() -> None:
    tags = {n.name: n.inputs["tags"] for n in graph_of(cluster_name="records").of_type(SUBNET)}
    assert tags["net-public-a"] == {"Name": "net-public-a", "kubernetes.io/role/elb": "1"}
    assert tags["net-private-a"] == {
        "Name": "net-private-a",
        "kubernetes.io/role/internal-elb": "1",
        "karpenter.sh/discovery": "records",
    }
    assert tags["net-data-a"] == {"Name": "net-data-a"}
    assert all(set(n.inputs["tags"]) == {"Name"} for n in graph_of().of_type(SUBNET))


def test_flow_logs_record_everything_into_an_encrypted_group() -> None:
    graph = graph_of()
    log, group = graph.only("aws:ec2/flowLog:FlowLog"), graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert (log.inputs["trafficType"], log.inputs["vpcId"]) == ("ALL", graph.only("aws:ec2/vpc:Vpc").id)
    assert log.inputs["logDestination"] == group.outputs["arn"]
    assert group.inputs["kmsKeyId"] == graph.only("aws:kms/key:Key").outputs["arn"]
    assert group.inputs["retentionInDays"] == 365
    assert graph.only("aws:iam/rolePolicy:RolePolicy").urn in log.dependencies


def test_the_flow_log_role_is_for_flow_logs_of_this_account_and_this_group() -> None:
    graph = graph_of()
    (trust,) = json.loads(graph.only("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["vpc-flow-logs.amazonaws.com"]}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT.id},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:us-east-1:{ACCOUNT.id}:vpc-flow-log/*"},
    }
    write, find = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    group = graph.only("aws:cloudwatch/logGroup:LogGroup").outputs["arn"]
    assert write["Resource"] == [f"{group}:*"]
    assert write["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert find["Action"] == ["logs:DescribeLogGroups"]


def test_a_network_of_two_zones() -> None:
    graph = graph_of(DEV_ACCOUNT, **TWO_ZONES)
    assert [node.name for node in graph.of_type(SUBNET)] == [
        "net-public-a",
        "net-public-b",
        "net-private-a",
        "net-private-b",
        "net-data-a",
        "net-data-b",
    ]


def test_attributes_are_keyed_by_zone() -> None:
    found: list[Network] = []
    record(lambda: found.append(build()))
    network = found[0]
    assert (network.cidr, network.zones) == ("10.1.0.0/16", ("a", "b", "c"))
    for subnets in (network.public_subnet_ids, network.private_subnet_ids, network.data_subnet_ids):
        assert tuple(subnets) == network.zones


def test_the_same_without_outputs() -> None:
    services = ("ecr.api", "eks-auth", "execute-api", "sts")
    assert unequal_when_unknown(lambda: build(cluster_name="c", interface_endpoints=services)) == []


def test_a_gateway_goes_before_another_takes_its_address() -> None:
    assert all(node.options["deleteBeforeReplace"] is True for node in graph_of().of_type(NAT))
