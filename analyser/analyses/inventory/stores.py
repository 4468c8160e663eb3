"""How each kind of store is read: its key, how long it keeps what is in it, and what outlives an erasure.

Everything here is enforced by the resources; what people have to do is in ``Purpose.erasure``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.analyses.inventory.keys import NONE
from analyser.graph import Graph, Node

_DAY = 86400
_USUAL_WINDOW = 30
"""https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"""


@dataclass(frozen=True)
class Reading:
    """What the resources say of one store."""

    kind: str
    key: object = None
    retention: tuple[str, ...] = ()
    remains_days: int | None = None
    encrypted_otherwise: str = NONE


def spell(days: int) -> str:
    """A number of days in words: "1 day", "14 days"."""
    return "1 day" if days == 1 else f"{days} days"


def _database(graph: Graph, node: Node) -> Reading:
    inputs = node.inputs
    if inputs.get("replicateSourceDb"):
        days = inputs.get("backupRetentionPeriod")
        kept = (f"follows its primary{f'; backups of its own, {spell(days)}' if days else ''}",)
        return Reading("PostgreSQL (replica)", inputs.get("kmsKeyId"), kept, days)
    days = inputs["backupRetentionPeriod"]
    kept = [f"rows until they are deleted; point-in-time recovery, {spell(days)}"]
    for copies in graph.of_type("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"):
        if copies.inputs["sourceDbInstanceArn"] == node.outputs.get("arn"):
            copied = copies.inputs["retentionPeriod"]
            kept.append(f"the same in {copies.inputs['region']}, {spell(copied)}")
            days = max(days, copied)
    return Reading("PostgreSQL", inputs.get("kmsKeyId"), tuple(kept), days)


def _cluster(_graph: Graph, node: Node) -> Reading:
    inputs = node.inputs
    days = inputs["backupRetentionPeriod"]
    kept = "follows the database" if inputs.get("replicationSourceIdentifier") else "rows until they are deleted"
    return Reading(
        "Aurora PostgreSQL", inputs.get("kmsKeyId"), (f"{kept}; point-in-time recovery, {spell(days)}",), days
    )


def _cache(_graph: Graph, node: Node) -> Reading:
    days = node.inputs.get("snapshotRetentionLimit")
    kept = ("entries until they expire or are evicted", *([f"daily snapshots, {spell(days)}"] if days else []))
    return Reading("Redis", node.inputs.get("kmsKeyId"), kept, days)


def _table(_graph: Graph, node: Node) -> Reading:
    inputs = node.inputs
    recovery = inputs.get("pointInTimeRecovery") or {}
    days = recovery.get("recoveryPeriodInDays") if recovery.get("enabled") else None
    expires = (inputs.get("ttl") or {}).get("attributeName")
    kept = [f"items until the time in `{expires}`" if expires else "items until they are deleted"]
    kept += [f"point-in-time recovery, {spell(days)}"] if days else []
    kept += [f"a replica in {replica['regionName']}" for replica in inputs.get("replicas") or ()]
    key = (inputs.get("serverSideEncryption") or {}).get("kmsKeyArn")
    return Reading("DynamoDB", key, tuple(kept), days)


def _bucket(graph: Graph, node: Node) -> Reading:
    rules = [
        rule for found in _about(graph, "LifecycleConfiguration", node) for rule in found.inputs.get("rules") or ()
    ]
    expires = _least(rule.get("expiration") for rule in rules)
    old = _least((rule.get("noncurrentVersionExpiration") for rule in rules), "noncurrentDays")
    kept = [f"objects for {spell(expires)}" if expires else "objects until they are deleted"]
    kept += [f"from day {step['days']} in {step['storageClass']}" for rule in rules for step in rule["transitions"]]
    kept += [f"old versions for {spell(old)}" if old else "old versions for ever"]
    locks = [found.inputs["rule"]["defaultRetention"] for found in _about(graph, "ObjectLockConfiguration", node)]
    kept += [f"no deletion before day {lock['days']}" for lock in locks]
    encryption = [
        rule["applyServerSideEncryptionByDefault"]
        for found in _about(graph, "ServerSideEncryptionConfiguration", node)
        for rule in found.inputs["rules"]
    ]
    key = next((each.get("kmsMasterKeyId") for each in encryption), None)
    remains = max([(expires or 0) + (old or 0), *(lock["days"] for lock in locks)]) or None
    return Reading("S3", key, tuple(kept), remains, "AES-256, S3's own keys")


def _file_system(_graph: Graph, node: Node) -> Reading:
    return Reading("EFS", node.inputs.get("kmsKeyId"), ("files until they are deleted",))


def _stream(_graph: Graph, node: Node) -> Reading:
    key = (node.inputs.get("encryptionInfo") or {}).get("encryptionAtRestKmsKeyArn")
    return Reading("Kafka", key, ("messages as long as their topic says",))


def _search(_graph: Graph, node: Node) -> Reading:
    key = (node.inputs.get("encryptAtRest") or {}).get("kmsKeyId")
    return Reading("OpenSearch", key, ("documents until they are deleted", "hourly snapshots, 14 days"), 14)


def _users(_graph: Graph, _node: Node) -> Reading:
    return Reading("Cognito", None, ("accounts until they are deleted",))


def _queue(_graph: Graph, node: Node) -> Reading:
    seconds = node.inputs.get("messageRetentionSeconds", 4 * _DAY)
    kept = spell(seconds // _DAY) if seconds >= _DAY else f"{seconds // 60} minutes"
    return Reading("SQS", node.inputs.get("kmsMasterKeyId"), (f"messages for {kept} at the most",), seconds // _DAY)


def _secret(_graph: Graph, node: Node) -> Reading:
    days = node.inputs.get("recoveryWindowInDays", _USUAL_WINDOW)
    kept = (f"until it is deleted; then {spell(days)} to take that back",)
    return Reading("Secrets Manager", node.inputs.get("kmsKeyId"), kept, days)


def _images(_graph: Graph, node: Node) -> Reading:
    key = next((each.get("kmsKey") for each in node.inputs.get("encryptionConfigurations") or ()), None)
    return Reading("ECR", key, ("images as the repository's lifecycle policy says",))


READERS: Mapping[str, Callable[[Graph, Node], Reading]] = {
    "aws:cognito/userPool:UserPool": _users,
    "aws:dynamodb/table:Table": _table,
    "aws:ecr/repository:Repository": _images,
    "aws:efs/fileSystem:FileSystem": _file_system,
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache,
    "aws:msk/cluster:Cluster": _stream,
    "aws:opensearch/domain:Domain": _search,
    "aws:rds/cluster:Cluster": _cluster,
    "aws:rds/instance:Instance": _database,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:sqs/queue:Queue": _queue,
}


def _about(graph: Graph, what: str, bucket: Node) -> list[Node]:
    token = f"aws:s3/bucket{what}:Bucket{what}"
    return [node for node in graph.of_type(token) if node.inputs["bucket"] == bucket.outputs["bucket"]]


def _least(found: Any, key: str = "days") -> int | None:
    days = [each[key] for each in found if each and each.get(key)]
    return min(days, default=None)
