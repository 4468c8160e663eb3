"""DAX: closed, over TLS, and no further than its tables."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.data.dax import Accelerator, AcceleratorSettings
from components.data.table import Table, TableSettings
from components.data.table_schema import TableSchema
from components.network.network import Network, NetworkSettings
from components.network.security_group import SecurityGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, DEV_ACCOUNT, once, record, unequal_when_unknown

CLUSTER = "aws:dax/cluster:Cluster"


def build(account: Any = ACCOUNT, *, whole: bool = False, **settings: Any) -> tuple[Accelerator, Network]:
    key = Key("tables", account=ACCOUNT, purpose="Tables")
    network = Network("net", NetworkSettings(), account=ACCOUNT, key=key) if whole else Subnets("net")
    table = Table(
        "sessions",
        TableSettings(table_name="collaboration-sessions"),
        schema=TableSchema(("pageId", "S")),
        account=ACCOUNT,
        key=key,
    )
    given = AcceleratorSettings(cluster_name="collaboration", **settings)
    return Accelerator("dax", given, account=account, network=network, tables={"sessions": table}), network


@once
def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: build(*args, **more))


def document(graph: Graph, policy: str) -> list[dict[str, Any]]:
    return json.loads(graph.only("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"])["Statement"]


def test_what_the_cluster_is() -> None:
    graph = graph_of()
    data = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("net-data-")}
    subnets = graph.only("aws:dax/subnetGroup:SubnetGroup")
    assert set(subnets.inputs["subnetIds"]) == data
    assert graph.only(CLUSTER, "dax-cluster").inputs == {
        "clusterName": "collaboration",
        "description": "DAX collaboration",
        "nodeType": "dax.t3.small",
        "replicationFactor": 3,
        "iamRoleArn": graph.only("aws:iam/role:Role", "dax-service-role").outputs["arn"],
        "subnetGroupName": subnets.outputs["name"],
        "securityGroupIds": [graph.only("aws:ec2/securityGroup:SecurityGroup", "dax-group").id],
        "clusterEndpointEncryptionType": "TLS",
        "serverSideEncryption": {"enabled": True},
        "maintenanceWindow": "sun:04:30-sun:05:30",
    }
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "dax-service-policy")
    assert policy.urn in graph.only(CLUSTER).dependencies


def test_one_node_does_where_no_standby_is_demanded() -> None:
    assert graph_of(DEV_ACCOUNT).only(CLUSTER).inputs["replicationFactor"] == 1


def test_its_role_reaches_its_tables_only() -> None:
    graph = graph_of()
    (statement,) = document(graph, "dax-service-policy")
    table, key = graph.only("aws:dynamodb/table:Table"), graph.only("aws:kms/key:Key")
    assert statement["Resource"] == [table.outputs["arn"], key.outputs["arn"]]


def test_clients_come_in_over_tls_and_are_granted_the_cluster() -> None:
    def program() -> None:
        dax, network = build()
        dax.allow(SecurityGroup("client", vpc_id=network.vpc_id, description="Client"))
        for grant in ("read", "write", "read_write"):
            given = getattr(dax, grant)
            Role(grant, trust=service_trust("lambda.amazonaws.com"), grants=[given], description=grant)

    graph = record(program)
    rules = graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    (opened,) = [rule.inputs for rule in rules if rule.name == "dax-from-client-9111"]
    assert (opened["fromPort"], opened["toPort"], opened["ipProtocol"]) == (9111, 9111, "tcp")
    arn = graph.only(CLUSTER).outputs["arn"]
    given = {grant: document(graph, f"{grant}-policy")[0] for grant in ("read", "write", "read_write")}
    assert all(statement["Resource"] == [arn] for statement in given.values())
    assert set(given["read"]["Action"]) & set(given["write"]["Action"]) == set()
    assert set(given["read_write"]["Action"]) == {*given["read"]["Action"], *given["write"]["Action"]}


@pytest.mark.parametrize(
    "settings", [{"cluster_name": "a-name-of-more-than-20-letters"}, {"nodes": 12}, {"node_type": "cache.t3.small"}]
)
def test_settings_out_of_dax_s_bounds_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AcceleratorSettings.model_validate({"cluster_name": "dax", **settings})


def test_the_pack_has_nothing_to_say() -> None:
    found, _ = verdict(graph_of(whole=True))
    assert [violation for violation in found if "dax" in violation.urn] == []


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(build) == []
