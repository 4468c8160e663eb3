import json
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from analyser.graph import Graph, Node
from components.account import Account
from components.data.redis import Redis, RedisSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import Ground, given, ground, log_groups_of, named, recorded, rules
from tests.support import ACCOUNT, DEV_ACCOUNT, once, unequal_when_unknown

RANDOM_ID = "random:index/randomId:RandomId"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
USER = "aws:elasticache/user:User"
RECORDS: dict[str, Any] = {
    "replication_group_id": "prod-redis",
    "description": "Production Redis",
    "engine_version": "7.1",
    "node_type": "cache.r6g.xlarge",
}
SINGLE: dict[str, Any] = {
    "replication_group_id": "dev-redis",
    "node_type": "cache.t3.micro",
    "cluster_mode": False,
    "nodes": 1,
}
SHAPE = ("parameterGroupName", "numNodeGroups", "replicasPerNodeGroup", "numCacheClusters")
FAILOVER = ("automaticFailoverEnabled", "multiAzEnabled")


def build(at: Ground, **settings: Any) -> Redis:
    cache = Redis("cache", RedisSettings(**settings), account=at.account, network=at.network, key=at.key)
    cache.allow(at.client)
    Role("app", trust=service_trust("pods.eks.amazonaws.com"), grants=[cache.connect], description="An application")
    pulumi.export("endpoint", cache.endpoint)
    pulumi.export("user", cache.user_name)
    return cache


@once
def graph(account: Account = ACCOUNT, **settings: Any) -> Graph:
    return recorded(lambda at: build(at, **settings), account)


@pytest.fixture(scope="module")
def records() -> Graph:
    return graph(**RECORDS)


@pytest.fixture(scope="module")
def group(records: Graph) -> Node:
    return records.only(GROUP)


def test_it_is_what_the_rows_ask_for(group: Node) -> None:
    assert given(
        group, "replicationGroupId", "description", "engine", "engineVersion", "nodeType", "port", *SHAPE, *FAILOVER
    ) == {
        "replicationGroupId": "prod-redis", "description": "Production Redis", "engine": "redis",
        "engineVersion": "7.1", "nodeType": "cache.r6g.xlarge", "port": 6379,
        "parameterGroupName": "default.redis7.cluster.on",
        "numNodeGroups": 1, "replicasPerNodeGroup": 2, "numCacheClusters": None, "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
    }  # fmt: skip


def test_made_anew_it_leaves_its_id_first(group: Node) -> None:
    assert group.options["deleteBeforeReplace"] is True


def test_it_is_encrypted_at_rest_and_on_the_way(records: Graph, group: Node) -> None:
    assert given(
        group, "atRestEncryptionEnabled", "kmsKeyId", "transitEncryptionEnabled", "transitEncryptionMode", "authToken"
    ) == {
        "atRestEncryptionEnabled": True,
        "kmsKeyId": named(records, "aws:kms/key:Key", "data-key").outputs["arn"],
        "transitEncryptionEnabled": True,
        "transitEncryptionMode": "required",
        "authToken": None,
    }


def test_without_cluster_mode_nodes_are_counted_the_other_way() -> None:
    node = graph(ACCOUNT, **{**RECORDS, "cluster_mode": False, "nodes": 2}).only(GROUP)
    assert given(node, *SHAPE, *FAILOVER) == {
        "parameterGroupName": "default.redis7", "numNodeGroups": None, "replicasPerNodeGroup": None,
        "numCacheClusters": 2, "automaticFailoverEnabled": True, "multiAzEnabled": True,
    }  # fmt: skip


@pytest.mark.parametrize(("cluster", "enabled"), [(True, "yes"), (False, "no")])
def test_what_exists_nowhere_else_is_not_dropped_when_memory_is_full(cluster: bool, enabled: str) -> None:
    def refusing(at: Ground) -> None:
        wanted: dict[str, Any] = {**RECORDS, "cluster_mode": cluster}
        settings = RedisSettings(**wanted)
        Redis("cache", settings, account=at.account, network=at.network, key=at.key, refuses_when_full=True)

    made = recorded(refusing)
    parameters = made.only("aws:elasticache/parameterGroup:ParameterGroup")
    assert given(parameters, "family", "parameters", "name") == {
        "family": "redis7", "name": None,
        "parameters": [
            {"name": "cluster-enabled", "value": enabled}, {"name": "maxmemory-policy", "value": "noeviction"},
        ],
    }  # fmt: skip
    assert made.only(GROUP).inputs["parameterGroupName"] == parameters.outputs["name"]


def test_one_node_is_for_environments_without_a_standby() -> None:
    assert given(graph(DEV_ACCOUNT, **SINGLE).only(GROUP), "numCacheClusters", *FAILOVER) == {
        "numCacheClusters": 1, "automaticFailoverEnabled": False, "multiAzEnabled": False,
    }  # fmt: skip
    assert given(graph(ACCOUNT, **SINGLE).only(GROUP), "numCacheClusters", *FAILOVER) == {
        "numCacheClusters": 2, "automaticFailoverEnabled": True, "multiAzEnabled": True,
    }  # fmt: skip


def test_nobody_has_a_password_and_the_default_user_can_do_nothing(records: Graph, group: Node) -> None:
    users = {node.inputs["userName"]: node.inputs for node in records.of_type(USER)}
    assert set(users) == {"default", "prod-redis-app"}
    assert users["default"]["accessString"] == "off -@all"
    assert users["default"]["userId"] == "prod-redis-default"
    application = users["prod-redis-app"]
    assert application["userId"] == application["userName"]
    assert application["authenticationMode"] == {"type": "iam"}
    assert application["accessString"] == "on ~* +@all -@dangerous +info"
    assert all("passwords" not in user for user in users.values())
    members = records.only("aws:elasticache/userGroup:UserGroup").inputs
    assert set(members["userIds"]) == {"prod-redis-default", "prod-redis-app"}
    assert group.inputs["userGroupIds"] == [members["userGroupId"]]


def test_connecting_is_granted_to_this_group_as_this_user(records: Graph, group: Node) -> None:
    policy = json.loads(named(records, "aws:iam/rolePolicy:RolePolicy", "app-policy").inputs["policy"])
    user = next(node for node in records.of_type(USER) if node.name == "cache-application-user")
    assert policy["Statement"] == [
        {
            "Sid": "ConnectCache",
            "Effect": "Allow",
            "Action": ["elasticache:Connect"],
            "Resource": [group.outputs["arn"], user.outputs["arn"]],
        }
    ]


def test_it_stands_in_the_data_tier_and_only_the_client_comes_in(records: Graph, group: Node) -> None:
    subnets = records.only("aws:elasticache/subnetGroup:SubnetGroup")
    assert set(subnets.inputs["subnetIds"]) == {
        node.id for node in records.of_type("aws:ec2/subnet:Subnet") if "data" in node.name
    }
    assert group.inputs["subnetGroupName"] == subnets.outputs["name"]
    assert group.inputs["securityGroupIds"] == [named(records, "aws:ec2/securityGroup:SecurityGroup", "cache-group").id]
    assert rules(records, "cache-group") == {("nodes-group", 6379, 6379)}


def test_both_logs_go_to_encrypted_groups(records: Graph, group: Node) -> None:
    groups = log_groups_of(records, "/aws/vendedlogs/elasticache/prod-redis/")
    assert {kind: node.inputs["kmsKeyId"] for kind, node in groups.items()} == dict.fromkeys(
        ("slow-log", "engine-log"), named(records, "aws:kms/key:Key", "data-key").outputs["arn"]
    )
    assert {entry["logType"]: entry["destination"] for entry in group.inputs["logDeliveryConfigurations"]} == {
        kind: node.outputs["name"] for kind, node in groups.items()
    }
    assert {entry["destinationType"] for entry in group.inputs["logDeliveryConfigurations"]} == {"cloudwatch-logs"}


def test_prod_keeps_snapshots_and_takes_a_last_one(records: Graph, group: Node) -> None:
    assert given(group, "snapshotRetentionLimit", "finalSnapshotIdentifier") == {
        "snapshotRetentionLimit": 35,
        "finalSnapshotIdentifier": f"prod-redis-final-{records.only(RANDOM_ID).outputs['hex']}",
    }


def test_what_makes_the_group_anew_gives_its_last_snapshot_another_name() -> None:
    """A snapshot outlives its group, and its name is taken from then on."""
    plain, placed = (
        graph(**SINGLE, **more).only(RANDOM_ID).inputs["keepers"] for more in ({}, {"subnet_group_name": "named"})
    )
    assert placed == {**plain, "subnets": "named"}


def test_dev_takes_no_last_snapshot_and_a_stack_may_name_the_retention() -> None:
    node = graph(DEV_ACCOUNT, **SINGLE, snapshot_days=1).only(GROUP)
    assert given(node, "snapshotRetentionLimit", "finalSnapshotIdentifier") == {
        "snapshotRetentionLimit": 1,
        "finalSnapshotIdentifier": None,
    }


def test_clients_get_the_endpoint_of_the_mode(records: Graph, group: Node) -> None:
    assert records.exports["endpoint"] == group.outputs["configurationEndpointAddress"]
    other = graph(DEV_ACCOUNT, **SINGLE)
    assert other.exports["endpoint"] == other.only(GROUP).outputs["primaryEndpointAddress"]
    assert records.exports["user"] == "prod-redis-app"


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"nodes": 1}, "nodes of 2 or more"),
        ({"cluster_mode": False, "shards": 2}, "only with clusterMode"),
        ({"node_type": "cache.t2.micro"}, "there is no node type 'cache.t2.micro'; did you mean cache.t"),
        ({"node_type": "cache.t1.micro"}, "there is no node type"),
        ({"node_type": "r6g.xlarge"}, "did you mean cache.r6g.xlarge"),
        ({"engine_version": "6.2"}, "knows no sign-in by IAM"),
        ({"engine_version": "5.0"}, "7.1"),
        ({"engine_version": "7.0"}, "7.1"),
        ({"replication_group_id": "a" * 33}, "at most 32"),
        ({"snapshot_days": 0}, "greater than or equal to 1"),
        ({"snapshot_window": "03:00-03:45"}, "60 minutes"),
        ({"maintenance_window": "sun:03:30-sun:04:30"}, "overlaps snapshotWindow"),
    ],
)
def test_what_elasticache_would_refuse_is_refused_first(bad: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RedisSettings(**{**RECORDS, **bad})
    (error,) = caught.value.errors()
    assert says in error["msg"]


@pytest.mark.parametrize("settings", [RECORDS, SINGLE])
def test_an_empty_account_gets_the_same(settings: dict[str, Any]) -> None:
    assert unequal_when_unknown(lambda: build(ground(), **settings)) == []


def test_a_user_with_a_password_is_left_to_whoever_rotates_it() -> None:
    made = graph(**SINGLE, authentication="password")
    user = named(made, USER, "cache-application-user")
    initial = made.only("random:index/randomPassword:RandomPassword")
    assert user.inputs["authenticationMode"] == {"type": "password", "passwords": [initial.outputs["result"]]}
    assert list(user.ignore_changes) == ["authenticationMode"]
    assert (initial.inputs["length"], initial.inputs["special"]) == (64, False)


def test_one_node_in_prod_takes_a_word_of_its_own() -> None:
    shape = ("numCacheClusters", "automaticFailoverEnabled")
    assert given(graph(**SINGLE).only(GROUP), *shape) == dict(zip(shape, (2, True), strict=True))
    assert given(graph(**SINGLE, single_node=True).only(GROUP), *shape) == dict(zip(shape, (1, False), strict=True))


def test_the_subnet_group_may_have_a_fixed_name() -> None:
    made = graph(**SINGLE, subnet_group_name="redis-subnet-group")
    assert made.only("aws:elasticache/subnetGroup:SubnetGroup").inputs["name"] == "redis-subnet-group"


def test_one_node_and_several_contradict_each_other() -> None:
    with pytest.raises(ValidationError, match="singleNode: contradicts nodes"):
        RedisSettings.model_validate({**RECORDS, "nodes": 2, "single_node": True})


@pytest.mark.parametrize(
    ("version", "cluster_mode", "group"),
    [
        ("6.2", False, "default.redis6.x"),
        ("6.2", True, "default.redis6.x.cluster.on"),
        ("7.1", False, "default.redis7"),
        ("7.1", True, "default.redis7.cluster.on"),
    ],
)
def test_a_version_comes_with_its_family_s_parameters(version: Any, cluster_mode: bool, group: str) -> None:
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html"""
    shape: dict[str, Any] = {"engine_version": version, "authentication": "password", "cluster_mode": cluster_mode}
    settings = RedisSettings(**RECORDS | shape)
    assert settings.parameter_group == group


def test_in_a_recovery_stack_only_the_group_itself_waits_for_the_promotion() -> None:
    def program(promoted: bool) -> Graph:
        def made(at: Ground) -> None:
            cache = Redis(
                "cache",
                RedisSettings(**RECORDS),
                account=at.account,
                network=at.network,
                key=at.key,
                promoted=promoted,
            )
            rights = [cache.connect, cache.operate]
            Role("app", trust=service_trust("pods.eks.amazonaws.com"), grants=rights, description="An application")

        return recorded(made)

    standby, promoted = program(False), program(True)
    arn = promoted.only(GROUP).outputs["arn"]
    policies = [
        graph.only("aws:iam/rolePolicy:RolePolicy", "app-policy").inputs["policy"] for graph in (standby, promoted)
    ]
    assert policies[0] == policies[1]
    assert arn in policies[0]
    made = {node.urn for node in promoted} - {node.urn for node in standby}
    assert {promoted[urn].type for urn in made} == {GROUP, RANDOM_ID}
