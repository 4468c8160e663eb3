"""Alarms of PostgreSQL, Redis, Kafka and snapshot exports."""

from collections.abc import Collection, Mapping

import pulumi

from components.data.postgres_connections import max_connections, max_connections_serverless
from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric

_GIB = 1024**3
_FIRST = "001"
"""How the id of the first node of a shard ends."""


def database(
    instances: Mapping[str, pulumi.Input[str]],
    settings: AlarmSettings,
    *,
    instance_class: str,
    storage_gib: int,
    replicas: Collection[str] = (),
) -> dict[str, Alarm]:
    """CPU, connections and storage of every RDS instance, and the lag of those that are ``replicas``.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.html
    """
    connections = max_connections(instance_class) * settings.connections_percent // 100
    free = storage_gib * _GIB * settings.free_storage_percent // 100
    alarms = {}
    for key, identifier in instances.items():
        alarms |= {
            f"{key}-cpu": Alarm(
                _rds("CPUUtilization", identifier), settings.cpu_percent, f"Database {key} is busy", missing="missing"
            ),
            f"{key}-connections": Alarm(
                _rds("DatabaseConnections", identifier, "Maximum"),
                connections,
                f"Database {key} has used {settings.connections_percent} % of its connections",
                missing="missing",
            ),
            f"{key}-storage": Alarm(
                _rds("FreeStorageSpace", identifier, "Minimum"),
                free,
                f"Database {key} has less than {settings.free_storage_percent} % of its storage free",
                below=True,
                missing="missing",
            ),
        }
        if key in replicas:
            alarms[f"{key}-lag"] = Alarm(
                # While nobody writes, the lag grows for up to five minutes until the next segment of the log; what is
                # least in ten minutes is small as long as replication works.
                Metric("AWS/RDS", "ReplicaLag", {"DBInstanceIdentifier": identifier}, "Minimum", period=600),
                settings.replica_lag_seconds,
                f"Replica {key} is behind by more than {settings.replica_lag_seconds} s",
                periods=1,
                # RDS stops publishing the lag when replication has stopped.
                missing="breaching",
            )
    return alarms


def aurora(
    instances: Mapping[str, pulumi.Input[str]],
    settings: AlarmSettings,
    *,
    minimum_capacity: float,
    maximum_capacity: float,
    follows: bool,
) -> dict[str, Alarm]:
    """Capacity, CPU, connections and lag of every serverless instance of Aurora PostgreSQL: behind the instance of RDS
    that it ``follows``, or behind the cluster's writer. Storage grows by itself.

    CPU and capacity are shares of what the maximum gives.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
    """
    most = max_connections_serverless(minimum_capacity, maximum_capacity)
    alarms = {}
    for key, identifier in instances.items():
        alarms |= {
            f"{key}-capacity": Alarm(
                _rds("ACUUtilization", identifier),
                settings.cpu_percent,
                f"Aurora {key} has used {settings.cpu_percent} % of its maximum capacity",
                missing="missing",
            ),
            f"{key}-cpu": Alarm(
                _rds("CPUUtilization", identifier), settings.cpu_percent, f"Aurora {key} is busy", missing="missing"
            ),
            f"{key}-connections": Alarm(
                _rds("DatabaseConnections", identifier, "Maximum"),
                most * settings.connections_percent // 100,
                f"Aurora {key} has used {settings.connections_percent} % of its connections",
                missing="missing",
            ),
        }
        if follows:
            alarms[f"{key}-lag"] = Alarm(
                _rds("RDSToAuroraPostgreSQLReplicaLag", identifier, "Maximum"),
                settings.replica_lag_seconds,
                f"Aurora {key} is behind the database by more than {settings.replica_lag_seconds} s, or has stopped",
                missing="breaching",
            )
        elif len(instances) > 1:
            # In milliseconds, and of readers only: which instance writes changes by failover.
            alarms[f"{key}-lag"] = Alarm(
                _rds("AuroraReplicaLag", identifier, "Maximum"),
                settings.replica_lag_seconds * 1000,
                f"Aurora {key} is behind its writer by more than {settings.replica_lag_seconds} s",
                missing="missing",
            )
    return alarms


def cache_nodes(
    replication_group_id: pulumi.Input[str], *, shards: int, nodes_per_shard: int, cluster_mode: bool
) -> dict[str, pulumi.Output[str]]:
    """The ids that ElastiCache gives to the nodes of a replication group, by their suffix.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.html
    """
    nodes = [f"{node:03}" for node in range(1, nodes_per_shard + 1)]
    prefixes = [f"{shard:04}-" for shard in range(1, shards + 1)] if cluster_mode else [""]
    suffixes = [prefix + node for prefix in prefixes for node in nodes]
    return {suffix: pulumi.Output.concat(replication_group_id, "-", suffix) for suffix in suffixes}


def cache(nodes: Mapping[str, pulumi.Input[str]], settings: AlarmSettings) -> dict[str, Alarm]:
    """CPU of the engine, memory and evictions of every node, and the lag where one is another's replica.

    Which of them is primary changes by failover; one that stands alone publishes no lag.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
    """
    alarms = {}
    replicated = any(not key.endswith(_FIRST) for key in nodes)
    for key, node in nodes.items():
        alarms |= {
            f"cache-{key}-cpu": Alarm(
                _redis("EngineCPUUtilization", node),
                settings.cpu_percent,
                f"Redis node {key} is busy",
                missing="missing",
            ),
            f"cache-{key}-memory": Alarm(
                _redis("DatabaseMemoryUsagePercentage", node),
                settings.memory_percent,
                f"Redis node {key} has used {settings.memory_percent} % of its memory",
                missing="missing",
            ),
            f"cache-{key}-evictions": Alarm(
                _redis("Evictions", node, "Sum"), 0, f"Redis node {key} drops keys to make room"
            ),
        }
        if replicated:
            alarms[f"cache-{key}-lag"] = Alarm(
                _redis("ReplicationLag", node, "Maximum"),
                settings.replica_lag_seconds,
                f"Redis node {key} is behind by more than {settings.replica_lag_seconds} s",
            )
    return alarms


def kafka(cluster_name: pulumi.Input[str], brokers: int, settings: AlarmSettings) -> dict[str, Alarm]:
    """Disks and replication of every broker, controller and offline partitions of the MSK cluster.

    https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
    """
    alarms = {
        "kafka-controller": Alarm(
            _msk("ActiveControllerCount", cluster_name),
            1,
            "Kafka has no active controller",
            below=True,
            missing="breaching",
        ),
        "kafka-offline-partitions": Alarm(
            _msk("OfflinePartitionsCount", cluster_name), 0, "Kafka has partitions that nobody leads"
        ),
    }
    for broker in range(1, brokers + 1):
        alarms |= {
            f"kafka-{broker}-disk": Alarm(
                _msk("KafkaDataLogsDiskUsed", cluster_name, broker),
                settings.kafka_disk_percent,
                f"Broker {broker} has used {settings.kafka_disk_percent} % of its disk",
                missing="missing",
            ),
            f"kafka-{broker}-under-replicated": Alarm(
                _msk("UnderReplicatedPartitions", cluster_name, broker),
                0,
                f"Partitions that broker {broker} leads lack replicas",
                periods=3,
            ),
        }
    return alarms


def snapshot_export(state_machine_arn: pulumi.Input[str], failures: pulumi.Input[str]) -> dict[str, Alarm]:
    """Exports of database snapshots that could not be started, and of those that were, what the rule ``failures``
    told of."""
    metric = Metric("AWS/States", "ExecutionsFailed", {"StateMachineArn": state_machine_arn}, "Sum")
    failed = Metric("AWS/Events", "TriggeredRules", {"RuleName": failures}, "Sum")
    return {
        "snapshot-export": Alarm(metric, 0, "The export of a database snapshot did not start", periods=1),
        "snapshot-export-failed": Alarm(failed, 0, "The export of a database snapshot failed", periods=1),
    }


def _rds(name: str, identifier: pulumi.Input[str], statistic: str = "Average") -> Metric:
    return Metric("AWS/RDS", name, {"DBInstanceIdentifier": identifier}, statistic)


def _redis(name: str, node: pulumi.Input[str], statistic: str = "Average") -> Metric:
    return Metric("AWS/ElastiCache", name, {"CacheClusterId": node}, statistic)


def _msk(name: str, cluster_name: pulumi.Input[str], broker: int | None = None) -> Metric:
    of_broker = {} if broker is None else {"Broker ID": str(broker)}
    return Metric("AWS/Kafka", name, {"Cluster Name": cluster_name, **of_broker}, "Maximum")
