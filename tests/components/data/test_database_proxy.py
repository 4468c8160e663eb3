import json
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node
from components.data.database_proxy import DatabaseProxy, DatabaseProxySettings
from components.data.postgres import Postgres, PostgresSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import Ground, given, ground, log_groups_of, named, recorded, rules
from tests.support import ACCOUNT, unequal_when_unknown

PROXY = "aws:rds/proxy:Proxy"
POLICY = "aws:iam/rolePolicy:RolePolicy"
RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def build(at: Ground, **settings: Any) -> DatabaseProxy:
    database = Postgres(
        "db",
        PostgresSettings(identifier="prod", instance_class="db.r5.xlarge"),
        account=at.account,
        network=at.network,
        key=at.key,
    )
    proxy = DatabaseProxy(
        "proxy",
        DatabaseProxySettings(name="prod-proxy", **settings),
        account=at.account,
        network=at.network,
        database=database,
        log_key=at.log_key,
    )
    proxy.allow(at.client)
    for function in ("users", "pages"):
        Role(
            function,
            trust=service_trust("lambda.amazonaws.com"),
            grants=[proxy.connect("application")],
            description="A function",
        )
    pulumi.export("endpoint", proxy.endpoint)
    return proxy


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(build)


@pytest.fixture(scope="module")
def proxy(graph: Graph) -> Node:
    return graph.only(PROXY)


def granted(graph: Graph, name: str) -> dict[str, Any]:
    (statement,) = json.loads(named(graph, POLICY, name).inputs["policy"])["Statement"]
    return {"actions": statement["Action"], "resources": statement["Resource"]}


def test_it_takes_tls_and_iam_only_on_both_sides(proxy: Node) -> None:
    assert given(proxy, "name", "engineFamily", "requireTls", "defaultAuthScheme", "auths", "debugLogging") == {
        "name": "prod-proxy", "engineFamily": "POSTGRESQL", "requireTls": True, "defaultAuthScheme": "IAM_AUTH",
        "auths": None, "debugLogging": False,
    }  # fmt: skip


def test_it_stands_in_the_data_tier_between_its_clients_and_the_database(graph: Graph, proxy: Node) -> None:
    subnets = {node.id for node in graph.of_type("aws:ec2/subnet:Subnet") if node.name.startswith("net-data-")}
    assert len(subnets) == 3
    assert set(proxy.inputs["vpcSubnetIds"]) == subnets
    assert rules(graph, "proxy-group") == {("nodes-group", 5432, 5432)}
    assert rules(graph, "db-group") == {("proxy-group", 5432, 5432)}
    group = named(graph, "aws:ec2/securityGroup:SecurityGroup", "proxy-group").id
    assert proxy.inputs["vpcSecurityGroupIds"] == [group]
    out = [node.inputs for node in graph.of_type(RULE) if node.inputs["securityGroupId"] == group]
    assert [rule["referencedSecurityGroupId"] for rule in out] == [
        named(graph, "aws:ec2/securityGroup:SecurityGroup", "db-group").id
    ]


def test_clients_sign_in_to_the_proxy_as_their_user(graph: Graph, proxy: Node) -> None:
    identifier = proxy.outputs["arn"].rsplit(":", 1)[1]
    assert identifier.startswith("prx-")
    expected = [f"arn:aws:rds-db:us-east-1:{ACCOUNT.id}:dbuser:{identifier}/application"]
    for function in ("users", "pages"):
        assert granted(graph, f"{function}-policy") == {"actions": ["rds-db:connect"], "resources": expected}


def test_the_proxy_signs_in_to_the_database_as_those_users_only(graph: Graph) -> None:
    resource = named(graph, "aws:rds/instance:Instance", "db-primary").outputs["resourceId"]
    assert granted(graph, "proxy-role-connect-application") == {
        "actions": ["rds-db:connect"],
        "resources": [f"arn:aws:rds-db:us-east-1:{ACCOUNT.id}:dbuser:{resource}/application"],
    }
    assert [n.name for n in graph.of_type(POLICY) if n.name.startswith("proxy-role")] == [
        "proxy-role-connect-application"
    ]


def test_its_pool_is_of_the_primary(graph: Graph) -> None:
    target = graph.only("aws:rds/proxyTarget:ProxyTarget")
    assert given(target, "dbProxyName", "targetGroupName", "dbInstanceIdentifier")["dbInstanceIdentifier"] == "prod"
    group = graph.only("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup")
    assert group.urn in target.dependencies
    assert group.inputs["connectionPoolConfig"] == {"maxConnectionsPercent": 80, "connectionBorrowTimeout": 30}


def test_its_log_group_is_there_before_it(graph: Graph, proxy: Node) -> None:
    (logs,) = log_groups_of(graph, "/aws/rds/proxy/prod-proxy").values()
    assert logs.urn in proxy.dependencies
    assert logs.inputs["kmsKeyId"] == named(graph, "aws:kms/key:Key", "logs-key").outputs["arn"]


@pytest.mark.parametrize(
    "settings", [{"max_connections_percent": 101}, {"borrow_timeout_seconds": 301}, {"idle_client_seconds": 28_801}]
)
def test_figures_that_rds_refuses_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        DatabaseProxySettings(name="proxy", **settings)


def test_the_pack_finds_nothing() -> None:
    violations, _ = verdict(recorded(build, whole=True))
    assert [(v.rule.id, v.urn.rpartition("::")[2]) for v in violations if "roxy" in v.urn] == []


def test_unknown_outputs_change_nothing() -> None:
    assert unequal_when_unknown(lambda: build(ground())) == []
