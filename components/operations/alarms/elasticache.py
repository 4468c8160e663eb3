"""Alarms of the nodes of an ElastiCache for Redis replication group."""

from collections.abc import Mapping

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric

_FIRST = "001"
"""How the id of the first node of a shard ends."""


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


def _redis(name: str, node: pulumi.Input[str], statistic: str = "Average") -> Metric:
    return Metric("AWS/ElastiCache", name, {"CacheClusterId": node}, statistic)
