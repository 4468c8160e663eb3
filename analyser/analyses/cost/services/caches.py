"""ElastiCache and DynamoDB Accelerator: nodes by the hour."""

import json
from collections.abc import Iterator
from typing import Any

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from settings.stack import PROJECT

_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_GLOBAL = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"


def replication_group(item: Item) -> Iterator[Line]:
    """Every node of every shard; a member of a global datastore has the shards and node type of the datastore."""
    shards, kind = item.number("numNodeGroups"), item.read("nodeType")
    if item.read("globalReplicationGroupId") is not None:
        for datastore in item.graph.of_type(_GLOBAL):
            shards = shards or float(datastore.inputs.get("numNodeGroups") or 1)
            kind = kind or datastore.inputs.get("cacheNodeType")
        # Of a datastore that another stack makes, the stack's own settings say what its nodes are.
        said = _said(json.loads(item.graph.config.get(f"{PROJECT}:settings", "{}")), item.read("replicationGroupId"))
        shards, kind = shards or float(said.get("shards") or 0), kind or said.get("nodeType")
    nodes = item.number("numCacheClusters") or max(shards, 1) * (1 + item.number("replicasPerNodeGroup"))
    kind = str(kind)
    yield item.hours(f"{kind} nodes", f"elasticache.{kind.removeprefix('cache.')}", nodes)
    if item.number("snapshotRetentionLimit") > 1:
        yield item.used("Snapshots", "elasticache.backup", "cache_backup_gb", share=1 / item.of_same_type())


def _said(settings: Any, group: object) -> dict[str, Any]:
    """What settings say of the replication group of an id, wherever they name it; nothing where they do not."""
    if not isinstance(settings, dict):
        return {}
    if group is not None and settings.get("replicationGroupId") == group:
        return settings
    return next((said for value in settings.values() if (said := _said(value, group))), {})


def cluster(item: Item) -> Iterator[Line]:
    """Every node of a cluster outside a replication group; one inside is paid for with the group."""
    if item.read("replicationGroupId") is not None:
        return
    kind = item.text("nodeType")
    yield item.hours(
        f"{kind} nodes", f"elasticache.{kind.removeprefix('cache.')}", item.number("numCacheNodes", default=1)
    )
    if item.number("snapshotRetentionLimit") > 1:
        yield item.used("Snapshots", "elasticache.backup", "cache_backup_gb", share=1 / item.of_same_type())


def accelerator(item: Item) -> Iterator[Line]:
    """Hours of every DAX node."""
    kind = item.text("nodeType")
    yield item.hours(f"{kind} nodes", kind, item.number("replicationFactor", default=1))


PRICERS: dict[str, Pricer] = {
    _GROUP: replication_group,
    "aws:elasticache/cluster:Cluster": cluster,
    "aws:dax/cluster:Cluster": accelerator,
}
