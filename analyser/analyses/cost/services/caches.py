"""ElastiCache and DynamoDB Accelerator: nodes by the hour."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_GLOBAL = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"


def replication_group(item: Item) -> Iterator[Line]:
    """Every node of every shard; a member of a global datastore has the shards and node type of the datastore."""
    shards, kind = item.number("numNodeGroups"), item.read("nodeType")
    if item.read("globalReplicationGroupId") is not None:
        for datastore in item.graph.of_type(_GLOBAL):
            shards = shards or float(datastore.inputs.get("numNodeGroups") or 1)
            kind = kind or datastore.inputs.get("cacheNodeType")
    nodes = item.number("numCacheClusters") or max(shards, 1) * (1 + item.number("replicasPerNodeGroup"))
    kind = str(kind)
    yield item.hours(f"{kind} nodes", f"elasticache.{kind.removeprefix('cache.')}", nodes)
    if item.number("snapshotRetentionLimit") > 1:
        yield item.used("Snapshots", "elasticache.backup", "cache_backup_gb", share=1 / item.of_same_type())


def accelerator(item: Item) -> Iterator[Line]:
    """Every node."""
    kind = str(item.read("nodeType", default=""))
    yield item.hours(f"{kind} nodes", kind, item.number("replicationFactor", default=1))


PRICERS: dict[str, Pricer] = {_GROUP: replication_group, "aws:dax/cluster:Cluster": accelerator}
