"""What other resources say of a bucket: whether it keeps versions, and what is copied of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.graph import Graph, Node


def versioned(graph: Graph, bucket: Node) -> bool:
    """Whether a bucket keeps the versions of its objects, which its copies and AWS Backup need."""
    found = _about(graph, "Versioning", bucket)
    return any((one.inputs.get("versioningConfiguration") or {}).get("status") == "Enabled" for one in found)


def replications(graph: Graph, bucket: Node) -> Iterator[Mapping[str, Any]]:
    """The rules that copy all that a bucket is given: not those of some keys or tags, nor, where its objects are under
    a key of KMS, those that leave such objects out, as they do unless told otherwise.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
    """
    sealed = _sealed(graph, bucket)
    for found in _about(graph, "ReplicationConfig", bucket):
        for rule in found.inputs.get("rules") or ():
            taken = (rule.get("sourceSelectionCriteria") or {}).get("sseKmsEncryptedObjects") or {}
            whole = not rule.get("prefix") and not any((rule.get("filter") or {}).values())
            if rule.get("status") == "Enabled" and whole and (not sealed or taken.get("status") == "Enabled"):
                yield rule


def copies(graph: Graph) -> Iterator[tuple[str, str]]:
    """The URN of each bucket that is copied whole into another of the same stack, with that of its copy."""
    buckets = list(graph.of_type("aws:s3/bucket:Bucket"))
    urns = {arn: bucket.urn for bucket in buckets if (arn := bucket.outputs.get("arn"))}
    for bucket in buckets:
        for rule in replications(graph, bucket):
            if copy := urns.get((rule.get("destination") or {}).get("bucket")):
                yield bucket.urn, copy


def sealing_key(graph: Graph, bucket: Node) -> str | None:
    """The key of KMS that its objects are under unless they say otherwise; None where none is named."""
    return next((str(by["kmsMasterKeyId"]) for by in _encryptions(graph, bucket) if by.get("kmsMasterKeyId")), None)


def versions_kept(graph: Graph, bucket: Node) -> float | None:
    """For how many days it keeps an old version of any object at the least; None where none expires."""
    rules = (rule for one in _about(graph, "LifecycleConfiguration", bucket) for rule in one.inputs.get("rules") or ())
    ages = [
        (rule.get("noncurrentVersionExpiration") or {}).get("noncurrentDays")
        for rule in rules
        if rule.get("status") == "Enabled"
    ]
    return min((float(age) for age in ages if age is not None), default=None)


def _sealed(graph: Graph, bucket: Node) -> bool:
    """Whether its objects are under a key of KMS unless they say otherwise."""
    return any(str(by.get("sseAlgorithm")).startswith("aws:kms") for by in _encryptions(graph, bucket))


def _encryptions(graph: Graph, bucket: Node) -> Iterator[Mapping[str, Any]]:
    for one in _about(graph, "ServerSideEncryptionConfiguration", bucket):
        yield from (rule.get("applyServerSideEncryptionByDefault") or {} for rule in one.inputs.get("rules") or ())


def _about(graph: Graph, what: str, bucket: Node) -> list[Node]:
    token = f"aws:s3/bucket{what}:Bucket{what}"
    return [node for node in graph.of_type(token) if node.inputs.get("bucket") in (bucket.id, _name(bucket))]


def _name(bucket: Node) -> Any:
    return bucket.outputs.get("bucket")
