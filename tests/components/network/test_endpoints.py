"""Endpoints: where they are, who reaches them, and what may pass."""

import json
from typing import Any

import pytest

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.network.network import Network, NetworkSettings
from components.network.security_group import SecurityGroup
from components.security.key import Key
from tests.support import ACCOUNT, once, record

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
OWN = {"aws:PrincipalAccount": ACCOUNT.id}


def network(**settings: Any) -> Network:
    key = Key("logs", account=ACCOUNT, purpose="Logs")
    return Network("net", NetworkSettings(**settings), account=ACCOUNT, key=key)


@once
def graph_of(**settings: Any) -> Graph:
    return record(lambda: network(**settings))


def statements(endpoint: Node) -> list[dict[str, Any]]:
    return json.loads(endpoint.inputs["policy"])["Statement"]


def test_gateways_are_in_every_private_table() -> None:
    graph = graph_of()
    tables = {t.id for t in graph.of_type("aws:ec2/routeTable:RouteTable") if t.name.startswith("net-private-")}
    gateways = graph.of_type(ENDPOINT)
    assert sorted(node.inputs["serviceName"] for node in gateways) == [
        "com.amazonaws.us-east-1.dynamodb",
        "com.amazonaws.us-east-1.s3",
    ]
    assert all(set(n.inputs["routeTableIds"]) == tables and len(tables) == 3 for n in gateways)
    assert {node.inputs["vpcEndpointType"] for node in gateways} == {"Gateway"}


def test_interfaces_are_in_every_private_subnet_behind_one_group() -> None:
    graph = graph_of(interface_endpoints=("ecr.api", "sts"), gateway_endpoints=())
    subnets = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("net-private-")}
    group = graph.only("aws:ec2/securityGroup:SecurityGroup")
    assert [node.name for node in graph.of_type(ENDPOINT)] == ["net-endpoints-ecr-api", "net-endpoints-sts"]
    for node in graph.of_type(ENDPOINT):
        assert node.inputs["vpcEndpointType"] == "Interface"
        assert node.inputs["privateDnsEnabled"] is True
        assert set(node.inputs["subnetIds"]) == subnets
        assert node.inputs["securityGroupIds"] == [group.id]


def test_only_the_private_tier_reaches_interfaces_and_only_https() -> None:
    graph = graph_of()
    rules = graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    opened = {(r.inputs["cidrIpv4"], r.inputs["ipProtocol"], r.inputs["fromPort"], r.inputs["toPort"]) for r in rules}
    assert opened == {(f"10.1.{third}.0/20", "tcp", 443, 443) for third in (16, 32, 48)}
    assert graph.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []


def test_a_client_asks_for_its_way_out() -> None:
    def program() -> None:
        built = network()
        client = SecurityGroup("client", vpc_id=built.vpc_id, description="Client")
        built.endpoints.allow(client, 443, "AWS services")

    graph = record(program)
    rule = graph.only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs
    assert rule["securityGroupId"] == graph.only("aws:ec2/securityGroup:SecurityGroup", "client-group").id
    assert (rule["fromPort"], rule["toPort"]) == (443, 443)


def test_every_policy_asks_for_this_account() -> None:
    services = ("ec2", "ecr.api", "ecr.dkr", "eks", "elasticloadbalancing", "logs", "secretsmanager")
    for node in graph_of(interface_endpoints=services, gateway_endpoints=()).of_type(ENDPOINT):
        (statement,) = statements(node)
        assert (statement["Effect"], statement["Condition"]) == ("Allow", {"StringEquals": OWN})


def test_sts_also_lets_service_account_tokens_through_to_own_roles() -> None:
    (node,) = graph_of(interface_endpoints=("sts",), gateway_endpoints=()).of_type(ENDPOINT)
    own, federation = statements(node)
    assert own["Condition"] == {"StringEquals": OWN}
    assert federation["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert federation["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT.id}}


def test_apis_are_this_account_s() -> None:
    (node,) = graph_of(interface_endpoints=("execute-api",), gateway_endpoints=()).of_type(ENDPOINT)
    (statement,) = statements(node)
    assert statement["Resource"] == [f"arn:aws:execute-api:us-east-1:{ACCOUNT.id}:*"]


def test_eks_auth_takes_no_policy() -> None:
    (node,) = graph_of(interface_endpoints=("eks-auth",), gateway_endpoints=()).of_type(ENDPOINT)
    assert "policy" not in node.inputs


def test_gateways_carry_own_data_and_s3_public_packages_for_reading() -> None:
    graph = graph_of()
    both = {"StringEquals": {**OWN, "aws:ResourceAccount": ACCOUNT.id}}
    (tables,) = statements(graph.only(ENDPOINT, "net-endpoints-dynamodb"))
    assert (tables["Action"], tables["Condition"]) == (["dynamodb:*"], both)
    own, packages = statements(graph.only(ENDPOINT, "net-endpoints-s3"))
    assert (own["Action"], own["Condition"]) == (["s3:*"], both)
    assert packages["Action"] == ["s3:GetObject"]
    assert packages["Resource"] == [
        "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*",
        "arn:aws:s3:::prod-registry-k8s-io-us-east-1/*",
        "arn:aws:s3:::al2023-repos-us-east-1-de612dc2/*",
    ]


def test_gateways_serve_the_data_tier_when_asked() -> None:
    graph = graph_of(data_gateways=True, interface_endpoints=("secretsmanager",))
    tables = graph.of_type("aws:ec2/routeTable:RouteTable")
    wanted = {table.id for table in tables if table.name.startswith(("net-private-", "net-data-"))}
    gateways = [node for node in graph.of_type(ENDPOINT) if node.inputs["vpcEndpointType"] == "Gateway"]
    assert [set(node.inputs["routeTableIds"]) for node in gateways] == [wanted, wanted]
    assert len(wanted) == 4
    private = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("net-private-")}
    assert set(graph.only(ENDPOINT, "net-endpoints-secretsmanager").inputs["subnetIds"]) == private


def test_a_closed_client_asks_for_its_way_to_a_gateway() -> None:
    def program(service: Any = "dynamodb") -> None:
        built = network(gateway_endpoints=("dynamodb",))
        built.allow_gateway(SecurityGroup("client", vpc_id=built.vpc_id, description="Client"), service)

    graph = record(program)
    rule = graph.only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "net-endpoints-to-dynamodb-client")
    assert rule.inputs == {
        "securityGroupId": graph.only("aws:ec2/securityGroup:SecurityGroup", "client-group").id,
        "prefixListId": graph.only(ENDPOINT).outputs["prefixListId"],
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "description": "Gateway to dynamodb",
    }
    with pytest.raises(ProgramError, match="no gateway to s3"):
        record(lambda: program("s3"))
