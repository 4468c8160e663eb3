"""CloudTrail trails."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Resource, Severity, rule, stack_rule

TRAIL = "aws:cloudtrail/trail:Trail"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_LOGGING = "aws:s3/bucketLogging:BucketLogging"
_LINK = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"


@rule(
    "cloudtrail-every-region",
    title="Trails record every region and the global services",
    severity=Severity.HIGH,
    types=[TRAIL],
    frameworks={"FSBP": "CloudTrail.1", "Checkov": "CKV_AWS_67"},
    remedy="Set isMultiRegionTrail, and leave includeGlobalServiceEvents on.",
    link=_LINK + "receive-cloudtrail-log-files-from-multiple-regions.html",
)
def every_region(trail: Resource) -> Iterator[Finding]:
    """Intruders work in the regions that nobody uses; IAM is recorded with the global services."""
    if trail.lacks("isMultiRegionTrail", True):
        yield Finding("records one region", "isMultiRegionTrail")
    if trail.has("includeGlobalServiceEvents", False):
        yield Finding("does not record the global services", "includeGlobalServiceEvents")


@rule(
    "cloudtrail-enabled",
    title="Trails record",
    severity=Severity.HIGH,
    types=[TRAIL],
    frameworks={"FSBP": "CloudTrail.1", "Checkov": "CKV_AWS_251"},
    remedy="Leave enableLogging on.",
    link=_LINK + "cloudtrail-turning-off-logging.html",
)
def enabled(trail: Resource) -> Iterator[Finding]:
    """Switching the trail off is what an intruder does first."""
    if trail.has("enableLogging", False):
        yield Finding("is switched off", "enableLogging")


@rule(
    "cloudtrail-validated",
    title="Log files of trails can be validated",
    severity=Severity.MEDIUM,
    types=[TRAIL],
    frameworks={"FSBP": "CloudTrail.4", "Checkov": "CKV_AWS_36"},
    remedy="Set enableLogFileValidation.",
    link=_LINK + "cloudtrail-log-file-validation-intro.html",
)
def validated(trail: Resource) -> Iterator[Finding]:
    """Signed digests prove that no file was changed or removed afterwards."""
    if trail.lacks("enableLogFileValidation", True):
        yield Finding("signs no digests", "enableLogFileValidation")


@rule(
    "cloudtrail-customer-key",
    title="Trails are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[TRAIL],
    frameworks={"FSBP": "CloudTrail.2", "Checkov": "CKV_AWS_35"},
    remedy="Set kmsKeyId to a key whose policy lets cloudtrail.amazonaws.com use it.",
    link=_LINK + "encrypting-cloudtrail-log-files-with-aws-kms.html",
)
def customer_key(trail: Resource) -> Iterator[Finding]:
    """The record of every call tells an intruder whom to impersonate."""
    if trail.lacks("kmsKeyId"):
        yield Finding("is not encrypted with a customer key", "kmsKeyId")


@rule(
    "cloudtrail-log-group",
    title="Trails deliver to CloudWatch Logs, too",
    severity=Severity.LOW,
    types=[TRAIL],
    frameworks={"FSBP": "CloudTrail.5", "Checkov": "CKV2_AWS_10"},
    remedy="Set cloudWatchLogsGroupArn and cloudWatchLogsRoleArn.",
    link=_LINK + "send-cloudtrail-events-to-cloudwatch-logs.html",
)
def log_group(trail: Resource) -> Iterator[Finding]:
    """Alarms can watch a log group; files in a bucket are read when it is too late."""
    if trail.lacks("cloudWatchLogsGroupArn"):
        yield Finding("delivers to no log group", "cloudWatchLogsGroupArn")


@stack_rule(
    "cloudtrail-bucket-logged",
    title="Access to the bucket of a trail is logged",
    severity=Severity.LOW,
    types=[TRAIL],
    frameworks={"Security Hub": "CloudTrail.7"},
    remedy="Add a BucketLogging for the bucket.",
    link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
)
def bucket_logged(trail: Resource, graph: Graph) -> Iterator[Finding]:
    """Who read or removed the record is in no other log. Only buckets of the same stack can be judged."""
    for bucket in graph.refers(trail, "s3BucketName", BUCKET):
        logged = bucket.has("loggings") or graph.companions(bucket, BUCKET_LOGGING, by="bucket")
        if not logged and not bucket.unknown("loggings") and not graph.unresolved(BUCKET_LOGGING, "bucket"):
            yield Finding(f"its bucket {bucket.name} logs no access", "s3BucketName")
