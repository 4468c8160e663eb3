import json
from typing import Any

import pulumi
import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.account import Account
from components.data.global_cache import GlobalCache, GlobalDatastore
from components.data.redis import Redis, RedisSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.regions import AWAY, Regions, misplaced, recorded, regions
from tests.components.data.stores import given, log_groups_of, named, rules
from tests.support import ACCOUNT, DEV_ACCOUNT, unequal_when_unknown

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
DATASTORE = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"
HOME: dict[str, Any] = {
    "replication_group_id": "redis-home",
    "engine_version": "7.1",
    "node_type": "cache.r6g.large",
    "nodes": 3,
    "snapshot_days": 1,
}
INHERITED = (
    "engine", "engineVersion", "nodeType", "parameterGroupName", "numNodeGroups", "atRestEncryptionEnabled",
    "transitEncryptionEnabled", "transitEncryptionMode", "authToken",
)  # fmt: skip


def cache(at: Regions, *, replicated_elsewhere: bool = True, **settings: Any) -> Redis:
    home = at.home
    return Redis(
        "cache",
        RedisSettings(**{**HOME, **settings}),
        account=home.account,
        network=home.network,
        key=home.key,
        replicated_elsewhere=replicated_elsewhere,
    )


def build(at: Regions, **settings: Any) -> None:
    datastore = GlobalDatastore("copy", primary=cache(at, **settings))
    away = {key: value for key, value in settings.items() if key == "cluster_mode"}
    copy = GlobalCache(
        "copy",
        RedisSettings(replication_group_id="redis-away", node_type="cache.r6g.large", nodes=2, **away),
        datastore_id=datastore.datastore_id,
        account=at.away.account,
        network=at.away.network,
        key=at.away.key,
        opts=at.away.options,
    )
    copy.allow(at.client)
    Role("app", trust=service_trust("ecs-tasks.amazonaws.com"), grants=[copy.connect], description="App")
    pulumi.export("endpoint", copy.endpoint)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(build)


@pytest.fixture(scope="module")
def copy(graph: Graph) -> Node:
    return named(graph, GROUP, "copy-replication-group")


def test_the_datastore_is_made_at_home_around_the_primary(graph: Graph) -> None:
    datastore = graph.only(DATASTORE)
    assert given(datastore, "globalReplicationGroupIdSuffix", "primaryReplicationGroupId", "region") == {
        "globalReplicationGroupIdSuffix": "redis-home", "primaryReplicationGroupId": "redis-home",
        "region": "us-east-1",
    }  # fmt: skip
    assert datastore.property_dependencies["primaryReplicationGroupId"] == (
        named(graph, GROUP, "cache-replication-group").urn,
    )


def test_the_copy_joins_it_and_repeats_nothing_that_it_inherits(graph: Graph, copy: Node) -> None:
    assert copy.property_dependencies["globalReplicationGroupId"] == (graph.only(DATASTORE).urn,)
    assert [key for key in INHERITED if key in copy.inputs] == []
    assert given(copy, "replicationGroupId", "replicasPerNodeGroup", "automaticFailoverEnabled", "multiAzEnabled") == {
        "replicationGroupId": "redis-away", "replicasPerNodeGroup": 1, "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
    }  # fmt: skip


def test_the_copy_stands_wholly_in_the_other_region(graph: Graph) -> None:
    assert misplaced(graph, "GlobalCache", AWAY) == []
    assert misplaced(graph, "GlobalDatastore", "us-east-1") == []
    assert misplaced(graph, "Redis", None) == []
    assert set(log_groups_of(graph, "/aws/vendedlogs/elasticache/redis-away/")) == {"slow-log", "engine-log"}


def test_it_has_a_key_and_users_of_its_own(graph: Graph, copy: Node) -> None:
    assert copy.inputs["kmsKeyId"] == named(graph, "aws:kms/key:Key", "recovery-data-key-key").outputs["arn"]
    user = named(graph, "aws:elasticache/user:User", "copy-application-user")
    assert given(user, "userName", "authenticationMode", "region") == {
        "userName": "redis-away-app", "authenticationMode": {"type": "iam"}, "region": AWAY,
    }  # fmt: skip
    policy = json.loads(named(graph, "aws:iam/rolePolicy:RolePolicy", "app-policy").inputs["policy"])
    assert policy["Statement"][0]["Resource"] == [copy.outputs["arn"], user.outputs["arn"]]
    assert copy.outputs["arn"].split(":")[3] == AWAY
    assert rules(graph, "copy-group") == {("away-client-group", 6379, 6379)}


def test_what_the_datastore_decides_is_changed_there_and_not_on_the_primary(graph: Graph) -> None:
    datastore = graph.only(DATASTORE)
    assert given(datastore, "engineVersion", "cacheNodeType", "numNodeGroups") == {
        "engineVersion": "7.1", "cacheNodeType": "cache.r6g.large", "numNodeGroups": 1,
    }  # fmt: skip
    primary = named(graph, GROUP, "cache-replication-group")
    assert primary.ignore_changes == (
        "engineVersion", "nodeType", "numNodeGroups", "parameterGroupName", "autoMinorVersionUpgrade",
    )  # fmt: skip
    # Members report that they take no minor versions by themselves, whatever they were told.
    assert named(graph, GROUP, "copy-replication-group").ignore_changes == (
        "autoMinorVersionUpgrade", "globalReplicationGroupId",
    )  # fmt: skip
    alone = recorded(lambda at: cache(at, replicated_elsewhere=False))
    assert named(alone, GROUP, "cache-replication-group").ignore_changes == ()


def test_without_cluster_mode_nodes_are_counted_the_other_way() -> None:
    graph = recorded(lambda at: build(at, cluster_mode=False))
    assert given(named(graph, GROUP, "copy-replication-group"), "numCacheClusters", "replicasPerNodeGroup") == {
        "numCacheClusters": 2, "replicasPerNodeGroup": None,
    }  # fmt: skip
    assert "numNodeGroups" not in graph.only(DATASTORE).inputs


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"node_type": "cache.t4g.medium"}, "nodeType: cache.t4g.medium cannot be in a global datastore"),
        ({"nodes": 1, "cluster_mode": False}, "nodes: 1 leaves no replica"),
        ({"authentication": "password"}, "authentication: a password set in one region"),
        ({"replicated_elsewhere": False}, "must be made with replicated_elsewhere"),
    ],
)
def test_a_primary_that_cannot_be_copied_is_refused_with_the_reason(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ProgramError, match=reason):
        recorded(lambda at: build(at, **settings))


def test_the_datastore_was_a_child_of_its_copy(graph: Graph) -> None:
    (alias,) = graph.only("strata:data:GlobalDatastore").options["aliases"]
    assert alias == {"type": "strata:data:GlobalCache"}


def test_a_copy_that_could_not_follow_is_refused() -> None:
    def program(at: Regions) -> None:
        settings = RedisSettings(replication_group_id="redis-away", node_type="cache.t4g.medium")
        away = at.away
        GlobalCache("copy", settings, datastore_id="a-b", account=away.account, network=away.network, key=away.key)

    with pytest.raises(ProgramError, match="cannot be in a global datastore"):
        recorded(program)


@pytest.mark.parametrize("account", [ACCOUNT, DEV_ACCOUNT])
def test_the_pack_finds_nothing(account: Account) -> None:
    found = [v for v in verdict(recorded(build, account, whole=True))[0] if "copy" in v.urn or "recovery" in v.urn]
    assert [(v.rule.id, v.urn.rpartition("::")[2]) for v in found] == []


def test_unknown_outputs_change_nothing() -> None:
    assert unequal_when_unknown(lambda: build(regions())) == []
