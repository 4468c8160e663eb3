"""Which ways back from each loss a store's settings give, by what its type's file says of each of them.

Figures stand in ``recovery`` of ``resource_types``; what has to be set, and in which resource, is here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from analyser.analyses.recovery.buckets import replications, versioned
from analyser.analyses.recovery.model import NO_TIME, Loss, Span, Step, Way
from analyser.analyses.recovery.plans import PLAN, kept, region_and_account
from analyser.analyses.timeline.times import duration
from analyser.graph import Graph, Node
from resource_types import Fact, fact

Named = Iterator[tuple[str, tuple[Loss, ...]]]
"""Names of ways in the type's file, each with the losses that it answers."""

WORDS = {
    "zones": "kept in several zones",
    "standby": "standby in another zone",
    "replica": "replica in another zone",
    "replicas": "replicas in other zones",
    "point_in_time": "point-in-time recovery",
    "snapshots": "the service's own snapshots",
    "final_snapshot": "final snapshot",
    "system_backup": "backup that stays of a deleted table",
    "automatic_backups": "the service's own daily backups",
    "versions": "older versions",
    "window": "taken back within its recovery window",
    "rebuild": "built again from its commit",
    "regional_backups": "automated backups in another region",
    "regional_replica": "read replica in another region",
    "global_datastore": "member of a global datastore",
    "global_table": "replica of a global table",
    "replication": "replication",
    "replication_in_time": "replication within a time",
    "regional_secret": "replica of the secret",
}
"""What people call each way that a type's file may have; AWS Backup's are named by their rules."""
_BUCKET = "aws:s3/bucket:Bucket"
_ZONES = 2
"""At least so many for the loss of one to leave another."""


def ways(graph: Graph, node: Node) -> dict[Loss, list[Way]]:
    """Every way back of a store, by loss."""
    found: dict[Loss, list[Way]] = {loss: [] for loss in Loss}
    said = fact(node.type, "recovery") or {}
    reader = READERS.get(node.type)
    for name, losses in reader(graph, node) if reader else ():
        for loss in losses:
            found[loss].append(_way(name, said[name], node))
    for losses, way in _backups(graph, node):
        for loss in losses:
            found[loss].append(way)
    return found


def _way(name: str, said: Fact, node: Node) -> Way:
    source = said["source"]
    takes = _span(said["takes"], said.get("takes_source", source))
    steps = [_made(node)] if said.get("made") else []
    words = WORDS.get(name, name)
    if takes.most != 0:
        steps.append(Step("its data comes back" if said.get("made") else words, takes))
    return Way(words, _span(said["loses"], source), tuple(steps))


def _span(figures: list[float], source: str) -> Span:
    """Seconds of a type's file: the least, and the most where somebody has named it."""
    least, *most = figures
    return Span(least, most[0] if most else None, source)


def _made(node: Node) -> Step:
    made = duration(node)
    return Step("it is made anew", Span(made.typical, made.worst, made.source))


def _backups(graph: Graph, node: Node) -> Iterator[tuple[tuple[Loss, ...], Way]]:
    said = fact(PLAN, "recovery") or {}
    if node.type == _BUCKET and not versioned(graph, node):
        return  # https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
    home, named = region_and_account(str(node.outputs.get("arn")))
    account = named or _account(graph)  # a bucket's ARN names none
    for rule in kept(graph, node):
        way = _way("backup", said["backup"], node)
        if rule.lasts:
            yield (Loss.CORRUPTION, Loss.DELETION, Loss.ZONE), _every(way, f"AWS Backup ({rule.rule})", rule.interval)
        for vault in rule.copies:
            there, owner = region_and_account(vault)
            if there and there != (home or graph.region):
                copy = _way("copy", said["copy"], node)
                yield (Loss.REGION,), _every(copy, f"AWS Backup ({rule.rule}), copied to {there}", rule.interval)
            if owner and account and owner != account:
                copy = _way("copy_to_account", said["copy_to_account"], node)
                yield (Loss.ACCOUNT,), _every(copy, f"AWS Backup ({rule.rule}), copied to {owner}", rule.interval)


def _every(way: Way, name: str, interval: float | None) -> Way:
    """The same with a name, losing up to an interval more."""
    loses = way.loses + (NO_TIME if interval == 0 else Span(0, interval))
    return Way(name, replace(loses, source=way.loses.source), way.steps)


def _instance(graph: Graph, node: Node) -> Named:
    inputs = node.inputs
    if inputs.get("multiAz"):
        yield "standby", (Loss.ZONE,)
    if inputs.get("backupRetentionPeriod"):
        retained = (Loss.DELETION,) if inputs.get("deleteAutomatedBackups") is False else ()
        yield "point_in_time", (Loss.CORRUPTION, Loss.ZONE, *retained)
    yield from _final_snapshot(node, skipped=inputs.get("skipFinalSnapshot") is not False)
    arn = node.outputs.get("arn")
    copies = graph.of_type("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")
    copied = any(copy.inputs.get("sourceDbInstanceArn") == arn for copy in _elsewhere(graph, copies))
    if copied and inputs.get("backupRetentionPeriod"):
        yield "regional_backups", (Loss.REGION,)
    others = _elsewhere(graph, graph.of_type(node.type))
    if any(other.inputs.get("replicateSourceDb") in (arn, node.id) and _follows(other, node) for other in others):
        yield "regional_replica", (Loss.REGION,)


def _follows(replica: Node, source: Node) -> bool:
    """Whether a replica's version is one that can: not below that of its source, where it names one at all.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.html
    """
    own, other = (_version(node.inputs.get("engineVersion")) for node in (replica, source))
    return not own or own >= other[: len(own)]


def _version(said: Any) -> tuple[int, ...]:
    return tuple(int(part) for part in str(said or "").split(".") if part.isdigit())


def _final_snapshot(node: Node, *, skipped: bool = False) -> Named:
    if node.inputs.get("finalSnapshotIdentifier") and not skipped:
        yield "final_snapshot", (Loss.DELETION,)


def _elsewhere(graph: Graph, nodes: Iterable[Node]) -> Iterator[Node]:
    return (node for node in nodes if graph.region_of(node) != graph.region)


def _cluster(_graph: Graph, node: Node) -> Named:
    yield "zones", (Loss.ZONE,)
    if node.inputs.get("backupRetentionPeriod"):
        yield "point_in_time", (Loss.CORRUPTION,)


def _cache(graph: Graph, node: Node) -> Named:
    inputs = node.inputs
    if inputs.get("automaticFailoverEnabled") and inputs.get("multiAzEnabled") and _followed(inputs):
        yield "replica", (Loss.ZONE,)
    if inputs.get("snapshotRetentionLimit"):
        yield "snapshots", (Loss.CORRUPTION, Loss.ZONE)
    yield from _final_snapshot(node)
    for store in graph.of_type("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"):
        members = _elsewhere(graph, graph.of_type(node.type))
        of_it = (member.inputs.get("globalReplicationGroupId") for member in members)
        known = (store.outputs.get("globalReplicationGroupId"), store.id)
        if store.inputs.get("primaryReplicationGroupId") == node.id and any(one in known for one in of_it):
            yield "global_datastore", (Loss.REGION,)


def _followed(inputs: Mapping[str, Any]) -> bool:
    """Whether each primary has a replica, by either way of counting; with no count ElastiCache refuses the failover."""
    each, all_ = inputs.get("replicasPerNodeGroup"), inputs.get("numCacheClusters")
    return bool(each) if each is not None else all_ is None or all_ > 1


def _table(graph: Graph, node: Node) -> Named:
    yield "zones", (Loss.ZONE,)
    if (node.inputs.get("pointInTimeRecovery") or {}).get("enabled"):
        yield "point_in_time", (Loss.CORRUPTION,)
        yield "system_backup", (Loss.DELETION,)
    if any(replica.get("regionName") != graph.region for replica in node.inputs.get("replicas") or ()):
        yield "global_table", (Loss.REGION,)


def _bucket(graph: Graph, node: Node) -> Named:
    yield "zones", (Loss.ZONE,)
    if versioned(graph, node):
        yield "versions", (Loss.CORRUPTION, Loss.DELETION)
    for rule in replications(graph, node):
        target = rule.get("destination") or {}
        in_time = (target.get("replicationTime") or {}).get("status") == "Enabled"
        name = "replication_in_time" if in_time else "replication"
        # A bucket's ARN names no region; a copy that this graph makes does, and one that it does not is elsewhere.
        copies = [one for one in graph.of_type(node.type) if one.outputs.get("arn") == target.get("bucket")]
        if not all(versioned(graph, copy) for copy in copies):
            continue
        if not copies or any(_elsewhere(graph, copies)):
            yield name, (Loss.REGION,)
        if target.get("account") not in (None, "", _account(graph)):
            yield name, (Loss.ACCOUNT,)


def _account(graph: Graph) -> str:
    """The stack's own account, as any ARN of the graph names it."""
    named = (region_and_account(str(node.outputs.get("arn")))[1] for node in graph.resources)
    return next(filter(None, named), "")


def _files(graph: Graph, node: Node) -> Named:
    if not node.inputs.get("availabilityZoneName"):
        yield "zones", (Loss.ZONE,)
    policies = (one for one in graph.of_type("aws:efs/backupPolicy:BackupPolicy") if _is_of(one, node))
    if any((one.inputs.get("backupPolicy") or {}).get("status") == "ENABLED" for one in policies):
        yield "automatic_backups", (Loss.CORRUPTION, Loss.DELETION, Loss.ZONE)
    configured = graph.of_type("aws:efs/replicationConfiguration:ReplicationConfiguration")
    copies = [one for one in configured if one.inputs.get("sourceFileSystemId") == node.id]
    if any((one.inputs.get("destination") or {}).get("region") not in (None, graph.region) for one in copies):
        yield "replication", (Loss.REGION,)


def _is_of(policy: Node, files: Node) -> bool:
    return policy.inputs.get("fileSystemId") == files.id


def _stream(graph: Graph, node: Node) -> Named:
    """Writes that all replicas in sync have are in a second zone at least, where brokers stand in several.

    A topic goes on taking writes without one of its replicas where it has one more than have to be in sync.
    """
    zones = (node.inputs.get("brokerNodeGroupInfo") or {}).get("clientSubnets") or ()
    settings = [
        str(one.inputs.get("serverProperties"))
        for one in graph.of_type("aws:msk/configuration:Configuration")
        if one.outputs.get("arn") == (node.inputs.get("configurationInfo") or {}).get("arn")
    ]
    if len(zones) > _ZONES and any(_spread(text) for text in settings):
        yield "replicas", (Loss.ZONE,)


_REPLICAS = 3
"""Of a topic where nothing is said and brokers stand in three zones:
https://docs.aws.amazon.com/msk/latest/developerguide/msk-default-configuration.html"""


def _spread(properties: str) -> bool:
    pairs = (line.partition("=") for line in properties.splitlines())
    said = {name.strip(): value.strip() for name, _, value in pairs}
    in_sync, all_ = said.get("min.insync.replicas", ""), said.get("default.replication.factor", str(_REPLICAS))
    return in_sync.isdigit() and all_.isdigit() and _ZONES <= int(in_sync) < int(all_)


def _search(_graph: Graph, node: Node) -> Named:
    cluster = node.inputs.get("clusterConfig") or {}
    if cluster.get("zoneAwarenessEnabled") and cluster.get("instanceCount", 1) >= _ZONES:
        yield "replicas", (Loss.ZONE,)
    yield "snapshots", (Loss.CORRUPTION,)


def _users(_graph: Graph, _node: Node) -> Named:
    yield "zones", (Loss.ZONE,)


def _images(graph: Graph, node: Node) -> Named:
    yield "zones", (Loss.ZONE,)
    yield "rebuild", (Loss.CORRUPTION, Loss.DELETION, Loss.REGION, Loss.ACCOUNT)
    for one in graph.of_type("aws:ecr/replicationConfiguration:ReplicationConfiguration"):
        for rule in (one.inputs.get("replicationConfiguration") or {}).get("rules") or ():
            filters = [each.get("filter", "") for each in rule.get("repositoryFilters") or ()]
            taken = not filters or any(str(node.inputs.get("name")).startswith(prefix) for prefix in filters)
            if taken and any(to.get("region") != graph.region for to in rule.get("destinations") or ()):
                yield "replication", (Loss.REGION,)


def _secret(graph: Graph, node: Node) -> Named:
    yield "zones", (Loss.ZONE,)
    yield "versions", (Loss.CORRUPTION,)
    if node.inputs.get("recoveryWindowInDays") != 0:
        yield "window", (Loss.DELETION,)
    if any(replica.get("region") != graph.region for replica in node.inputs.get("replicas") or ()):
        yield "regional_secret", (Loss.REGION,)


READERS: Mapping[str, Callable[[Graph, Node], Named]] = {
    "aws:cognito/userPool:UserPool": _users,
    "aws:dynamodb/table:Table": _table,
    "aws:ecr/repository:Repository": _images,
    "aws:efs/fileSystem:FileSystem": _files,
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache,
    "aws:msk/cluster:Cluster": _stream,
    "aws:opensearch/domain:Domain": _search,
    "aws:rds/cluster:Cluster": _cluster,
    "aws:rds/instance:Instance": _instance,
    _BUCKET: _bucket,
    "aws:secretsmanager/secret:Secret": _secret,
}
