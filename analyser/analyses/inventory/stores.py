"""How each kind of store is read: its key, how long it keeps what is in it, and what outlives an erasure.

Everything here is enforced by the resources; what people have to do is in ``Purpose.erasure``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.analyses.databases import engine_of
from analyser.analyses.inventory.keys import NONE
from analyser.graph import Graph, Node

_DAY = 86400
_USUAL_WINDOW = 30
"""https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"""


@dataclass(frozen=True)
class Reading:
    """What is read of one store: key, retention, and what remains after an erasure, in days."""

    kind: str
    key: object = None
    retention: tuple[str, ...] = ()
    remains_days: int | None = None
    encrypted_otherwise: str = NONE


def spell(days: int) -> str:
    """A number of days in words: "1 day", "14 days"."""
    return "1 day" if days == 1 else f"{days} days"


_OFF, _ONE_DAY, _COPY = 0, 1, 7
"""Days of backups where none are said, of instances, clusters and copies: the provider's documentation of each type."""


def _days(value: Any, otherwise: int) -> int | None:
    """A number of days; None where it is not known."""
    return otherwise if value is None else int(value) if isinstance(value, int | float) else None


def _long(days: int | None) -> str:
    return "for a time that is not known" if days is None else spell(days)


def _recovery(days: int | None) -> str:
    return "no automatic backups" if days == 0 else f"point-in-time recovery, {_long(days)}"


ENCRYPTION = frozenset((
    *("kmsKeyId", "kmsMasterKeyId", "storageEncrypted", "encrypted", "atRestEncryptionEnabled", "encryptAtRest"),
    *("encryptionInfo", "serverSideEncryption", "serverSideEncryptionConfiguration", "encryptionConfigurations"),
))  # fmt: skip
"""The inputs by which stores say how they are encrypted."""


def _unless(asked: Any) -> str:
    """How a store without a customer key is encrypted that is so only where it is asked for.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html,
    https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html,
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html (Valkey is so) and
    https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_EncryptionAtRestOptions.html
    """
    return "encrypted, no customer key" if asked in (True, "true") else "not encrypted"


def _database(graph: Graph, node: Node) -> Reading:
    inputs = node.inputs
    kind = engine_of(graph, node, "RDS")
    days = _days(inputs.get("backupRetentionPeriod"), _OFF)
    if inputs.get("replicateSourceDb"):
        kept = (f"follows its primary{f'; backups of its own, {spell(days)}' if days else ''}",)
        return Reading(f"{kind} (replica)", inputs.get("kmsKeyId"), kept, days or None, "as its primary")
    told = [f"rows until they are deleted; {_recovery(days)}"]
    for copies in graph.of_type("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"):
        if copies.inputs.get("sourceDbInstanceArn") == node.outputs.get("arn"):
            copied = _days(copies.inputs.get("retentionPeriod"), _COPY)
            told.append(f"the same in {copies.inputs.get('region') or graph.region}, {_long(copied)}")
            days = max(days or 0, copied or 0)
    return Reading(kind, inputs.get("kmsKeyId"), tuple(told), days, _unless(inputs.get("storageEncrypted")))


def _cluster(graph: Graph, node: Node) -> Reading:
    inputs = node.inputs
    days = _days(inputs.get("backupRetentionPeriod"), _ONE_DAY)
    kept = "follows the database" if inputs.get("replicationSourceIdentifier") else "rows until they are deleted"
    return Reading(engine_of(graph, node, "Aurora"), inputs.get("kmsKeyId"), (f"{kept}; {_recovery(days)}",), days)


def _cache(_graph: Graph, node: Node) -> Reading:
    days = node.inputs.get("snapshotRetentionLimit")
    kept = ("entries until they expire or are evicted", *([f"daily snapshots, {spell(days)}"] if days else []))
    asked = node.inputs.get("atRestEncryptionEnabled", node.inputs.get("engine") == "valkey")
    return Reading("Redis", node.inputs.get("kmsKeyId"), kept, days, _unless(asked))


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
    rules = [*_blocks(node.inputs, "lifecycleRules"), *_told(graph, "LifecycleConfiguration", node, "rules")]
    expires = _least(rule.get("expiration") for rule in rules)
    old = _least((rule.get("noncurrentVersionExpiration") for rule in rules), "noncurrentDays", "days")
    kept = [f"objects for {spell(expires)}" if expires else "objects until they are deleted"]
    kept += [_moved(step) for rule in rules for step in _blocks(rule, "transitions")]
    if old or _versioned(graph, node):
        kept += [f"old versions for {spell(old)}" if old else "old versions for ever"]
    locks = [_member(rule, "defaultRetention") for rule in _told(graph, "ObjectLockConfiguration", node, "rule")]
    held = [
        lock["days"] if "days" in lock else 365 * lock["years"] for lock in locks if {"days", "years"} & lock.keys()
    ]
    kept += [f"no deletion before day {days}" for days in held]
    ciphers = [
        *_blocks(_member(node.inputs, "serverSideEncryptionConfiguration"), "rule"),
        *_told(graph, "ServerSideEncryptionConfiguration", node, "rules"),
    ]
    key = next((_member(each, "applyServerSideEncryptionByDefault").get("kmsMasterKeyId") for each in ciphers), None)
    remains = max([(expires or 0) + (old or 0), *held]) or None
    return Reading("S3", key, tuple(kept), remains, "AES-256, S3's own keys")


def _moved(step: Mapping[str, Any]) -> str:
    when = f"day {step['days']}" if step.get("days") is not None else str(step.get("date", "a day that is not known"))
    return f"from {when} in {step.get('storageClass')}"


def _versioned(graph: Graph, node: Node) -> bool:
    """Whether old versions are kept, or may be for all that is known."""
    said = [
        _member(found.inputs, "versioningConfiguration").get("status") for found in _about(graph, "Versioning", node)
    ]
    inline = _member(node.inputs, "versioning").get("enabled")
    return inline not in (None, False) or any(status not in ("Disabled", None) for status in said)


def _file_system(_graph: Graph, node: Node) -> Reading:
    kept = ("files until they are deleted",)
    return Reading("EFS", node.inputs.get("kmsKeyId"), kept, None, _unless(node.inputs.get("encrypted")))


def _stream(_graph: Graph, node: Node) -> Reading:
    key = (node.inputs.get("encryptionInfo") or {}).get("encryptionAtRestKmsKeyArn")
    return Reading("Kafka", key, ("messages as long as their topic says",))


def _search(_graph: Graph, node: Node) -> Reading:
    asked = node.inputs.get("encryptAtRest") or {}
    kept = ("documents until they are deleted", "hourly snapshots, 14 days")
    return Reading("OpenSearch", asked.get("kmsKeyId"), kept, 14, _unless(asked.get("enabled")))


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
    return [node for node in graph.of_type(token) if node.inputs.get("bucket") == bucket.outputs.get("bucket")]


def _told(graph: Graph, what: str, bucket: Node, key: str) -> list[Mapping[str, Any]]:
    """The blocks that configurations of a bucket hold under a key."""
    return [block for found in _about(graph, what, bucket) for block in _blocks(found.inputs, key)]


def _blocks(within: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """One or several blocks, as far as they are known."""
    found = within.get(key)
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping)]


def _member(within: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next(iter(_blocks(within, key)), {})


def _least(found: Any, *keys: str) -> int | None:
    days = [each[key] for each in found if isinstance(each, Mapping) for key in keys or ("days",) if each.get(key)]
    return min((number for number in days if isinstance(number, int)), default=None)
