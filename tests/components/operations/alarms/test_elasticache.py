import pulumi

from analyser.graph import Graph
from components.operations.alarms import AlarmSettings
from components.operations.alarms.elasticache import cache, cache_nodes
from tests.support import record

SETTINGS = AlarmSettings()


def node_ids(cluster_mode: bool) -> Graph:
    def program() -> None:
        shards = 3 if cluster_mode else 1
        nodes = cache_nodes("prod-redis", shards=shards, nodes_per_shard=2, cluster_mode=cluster_mode)
        pulumi.export("nodes", nodes)

    return record(program)


def test_nodes_go_by_the_ids_that_elasticache_gives() -> None:
    assert node_ids(False).exports["nodes"] == {"001": "prod-redis-001", "002": "prod-redis-002"}
    sharded = node_ids(True).exports["nodes"]
    assert len(sharded) == 6
    assert sharded["0003-002"] == "prod-redis-0003-002"


def test_every_cache_node_is_watched() -> None:
    alone = cache({"001": "prod-redis-001"}, SETTINGS)
    assert "ReplicationLag" not in {alarm.metric.name for alarm in alone.values()}
    alarms = cache({"0001-001": "prod-redis-0001-001", "0001-002": "prod-redis-0001-002"}, SETTINGS)
    assert {a.metric.name: a.threshold for a in alarms.values()} == {
        "EngineCPUUtilization": 80,
        "DatabaseMemoryUsagePercentage": 80,
        "Evictions": 0,
        "ReplicationLag": 60,
    }
    assert [a.metric.dimensions["CacheClusterId"] for a in alarms.values()].count("prod-redis-0001-002") == 4
