"""S3: what happens to the objects over time: logs, lifecycle, locks and replicas."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule
from policy.rules.cloudtrail import TRAIL
from policy.rules.s3 import receives_logs

BUCKET = "aws:s3/bucket:Bucket"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_LINK = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
# CloudFront's standard logs v2 and flow logs come by these.
_DELIVERIES = (
    ("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "deliveryDestinationConfiguration"),
    ("aws:ec2/flowLog:FlowLog", "logDestination"),
)


def _is_for_logs(bucket: Resource, graph: Graph) -> bool:
    return receives_logs(bucket, graph) or any(graph.may_have(bucket, token, by=by) for token, by in _DELIVERIES)


@stack_rule(
    "s3-bucket-access-logs",
    title="Buckets log who reads and writes",
    severity=Severity.LOW,
    types=[BUCKET],
    frameworks={"FSBP": "S3.9", "cdk-nag": "AwsSolutions-S1", "Checkov": "CKV_AWS_18"},
    remedy="Add a BucketLogging whose target is a bucket kept for logs.",
    link=_LINK + "ServerLogs.html",
    level=Level.ADVISORY,
)
def access_logs(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """After a leak the log says what left. A bucket that receives logs must not log into itself.

    Buckets of trails are left to cloudtrail-bucket-logged.
    """
    of_trail = graph.companions(bucket, TRAIL, by="s3BucketName")
    if of_trail or bucket.has("logging") or bucket.unknown("logging") or _is_for_logs(bucket, graph):
        return
    if not graph.may_have(bucket, LOGGING, by="bucket"):
        yield Finding("does not log requests")


@stack_rule(
    "s3-bucket-lifecycle",
    title="Buckets say when objects move or go",
    severity=Severity.LOW,
    types=[BUCKET],
    frameworks={"FSBP": "S3.13", "Checkov": "CKV2_AWS_61"},
    remedy="Add a BucketLifecycleConfiguration, at least for old versions and unfinished uploads.",
    link=_LINK + "object-lifecycle-mgmt.html",
    level=Level.ADVISORY,
)
def lifecycle(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """Data that nobody needs any more still costs money and can still leak."""
    if bucket.has("lifecycleRules") or bucket.unknown("lifecycleRules"):
        return
    if not graph.may_have(bucket, LIFECYCLE, by="bucket"):
        yield Finding("keeps everything for ever")


@rule(
    "s3-lifecycle-ends-uploads",
    title="Unfinished uploads are given up",
    severity=Severity.LOW,
    types=[LIFECYCLE],
    frameworks={"Checkov": "CKV_AWS_300"},
    remedy="Add an enabled rule for the whole bucket with abortIncompleteMultipartUpload.daysAfterInitiation, say 7.",
    link=_LINK + "mpu-abort-incomplete-mpu-lifecycle-config.html",
    level=Level.ADVISORY,
)
def lifecycle_ends_uploads(configuration: Resource) -> Iterator[Finding]:
    """Parts of uploads that were never finished show in no listing and are paid for until somebody looks."""
    path = "abortIncompleteMultipartUpload.daysAfterInitiation"
    rules = list(configuration.blocks("rules"))
    ends = any(each.has(path) and each.has("status", "Enabled") for each in rules)
    if not ends and not configuration.partly_unknown("rules", path, "status"):
        yield Finding("never gives up unfinished uploads", "rules")


@stack_rule(
    "s3-object-lock-retention",
    title="Buckets with Object Lock lock their objects",
    severity=Severity.MEDIUM,
    types=[BUCKET],
    frameworks={"Security Hub": "S3.15", "Checkov": "CKV_AWS_143"},
    remedy="Add a BucketObjectLockConfiguration with a default retention in days or years.",
    link=_LINK + "object-lock-configure.html",
    level=Level.MANDATORY_IN_PROD,
)
def object_lock_retention(bucket: Resource, graph: Graph) -> Iterator[Finding]:
    """Object Lock alone protects nothing: every object needs a retention, best by default."""
    if not bucket.has("objectLockEnabled", True):
        return
    retention = "rule.defaultRetention"
    locks = graph.companions(bucket, LOCK, by="bucket")
    if not locks and not graph.unresolved(LOCK, "bucket") and bucket.lacks(f"objectLockConfiguration.{retention}"):
        yield Finding("can lock objects, and locks none")
    for lock in locks:
        if lock.lacks(f"{retention}.days") and lock.lacks(f"{retention}.years"):
            yield Finding("can lock objects, and locks none", retention)


@rule(
    "s3-replication-encrypted",
    title="Replication takes encrypted objects along and encrypts the replicas",
    severity=Severity.MEDIUM,
    types=[REPLICATION],
    frameworks={"Security Hub": "S3.17", "Well-Architected": "SEC08-BP02"},
    remedy="Enable sourceSelectionCriteria.sseKmsEncryptedObjects and name a replicaKmsKeyId for the destination.",
    link=_LINK + "replication-config-for-kms-objects.html",
)
def replication_encrypted(configuration: Resource) -> Iterator[Finding]:
    """Objects encrypted with a KMS key are left out silently unless the rule says so and names a key at the target."""
    selection = "sourceSelectionCriteria.sseKmsEncryptedObjects.status"
    key = "destination.encryptionConfiguration.replicaKmsKeyId"
    for each in configuration.blocks("rules"):
        if not each.has("status", "Enabled"):
            continue
        if each.lacks(selection, "Enabled"):
            yield Finding("leaves out what is encrypted with KMS", each.path(selection))
        elif each.lacks(key):
            yield Finding("names no key for the replicas", each.path(key))
