import pulumi

from analyser.graph import Graph
from components.operations.alarms import Alarm, AlarmSettings
from components.operations.data_alarms import cache, cache_nodes, database, kafka, snapshot_export
from tests.support import record

SETTINGS = AlarmSettings()
GIB = 1024**3


def databases() -> dict[str, Alarm]:
    instances = {"primary": "prod-postgres", "replica-1": "prod-postgres-replica-1"}
    return database(instances, SETTINGS, instance_class="db.r5.2xlarge", storage_gib=1000, replicas=["replica-1"])


def test_every_instance_is_watched_and_replicas_for_lag() -> None:
    assert set(databases()) == {
        "primary-cpu",
        "primary-connections",
        "primary-storage",
        "replica-1-cpu",
        "replica-1-connections",
        "replica-1-storage",
        "replica-1-lag",
    }


def test_database_thresholds() -> None:
    alarms = databases()
    assert alarms["primary-cpu"].threshold == 80
    assert alarms["primary-connections"].threshold == 4000
    assert (alarms["primary-storage"].threshold, alarms["primary-storage"].below) == (200 * GIB, True)
    assert (alarms["replica-1-lag"].threshold, alarms["replica-1-lag"].missing) == (60, "breaching")
    # Of a database that nobody writes to the lag comes and goes with segments of the log, five minutes each.
    assert (alarms["replica-1-lag"].metric.statistic, alarms["replica-1-lag"].metric.period) == ("Minimum", 600)
    assert alarms["replica-1-lag"].metric.dimensions == {"DBInstanceIdentifier": "prod-postgres-replica-1"}


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


def test_kafka_is_watched_by_cluster_and_by_broker() -> None:
    alarms = kafka("records", 3, SETTINGS)
    assert len(alarms) == 2 + 3 * 2
    disk = alarms["kafka-3-disk"]
    assert disk.metric.dimensions == {"Cluster Name": "records", "Broker ID": "3"}
    assert (disk.metric.name, disk.threshold) == ("KafkaDataLogsDiskUsed", 85)
    controller = alarms["kafka-controller"]
    assert controller.metric.dimensions == {"Cluster Name": "records"}
    assert (controller.threshold, controller.below, controller.missing) == (1, True, "breaching")
    assert alarms["kafka-offline-partitions"].threshold == 0
    assert alarms["kafka-1-under-replicated"].threshold == 0


def test_one_failed_export_is_enough() -> None:
    started, failed = snapshot_export("arn:machine", "failures").values()
    assert (started.metric.name, started.threshold, started.periods) == ("ExecutionsFailed", 0, 1)
    assert started.metric.dimensions == {"StateMachineArn": "arn:machine"}
    assert (failed.metric.name, failed.threshold, failed.periods) == ("TriggeredRules", 0, 1)
    assert failed.metric.dimensions == {"RuleName": "failures"}
