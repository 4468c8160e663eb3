"""IAM: rights to read, copy or share the data of everybody."""

from collections.abc import Iterator

from policy.iam import (
    IDENTITY,
    PERMISSIONS,
    documents,
    expand_all,
    findings_at_large,
    limited,
    on_everything,
    partial_patterns,
    types_with,
)
from policy.model import Finding, Level, Resource, Severity, rule

_TYPES = types_with(IDENTITY)
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
_FRAMEWORKS = {
    "Well-Architected": "SEC03-BP02",
    "cdk-nag": "AwsSolutions-IAM5",
    "Checkov": "CKV_AWS_288",
}
OBJECTS = ("s3:GetObject", "s3:GetObjectTorrent", "s3:GetObjectVersion")
ITEMS = (
    "dynamodb:BatchGetItem",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
)
MESSAGES = (
    "kafka-cluster:ReadData",
    "kinesis:GetRecords",
    "kinesis:SubscribeToShard",
    "sns:Subscribe",
    "sqs:ReceiveMessage",
)
SNAPSHOTS = (
    "ebs:GetSnapshotBlock",
    "ec2:CreateStoreImageTask",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "rds:CopyDBClusterSnapshot",
    "rds:CopyDBSnapshot",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "redshift:AuthorizeSnapshotAccess",
)
LOGS = ("logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery", "logs:Unmask")
CODE = ("codecommit:GitPull", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetLayerVersion")
# These have rules of their own.
JUDGED_ELSEWHERE = ("iam:", "kms:CreateGrant", "sts:")


@rule(
    "iam-object-reads-scoped",
    title="Policies name the buckets whose objects may be read",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the buckets' ARNs.",
    link=_LINK,
)
def object_reads(resource: Resource) -> Iterator[Finding]:
    """Buckets hold backups, logs and exports: all of the account's data."""
    return findings_at_large(resource, OBJECTS, "every bucket")


@rule(
    "iam-table-reads-scoped",
    title="Policies name the tables that may be read",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the tables' ARNs, or limit by dynamodb:LeadingKeys.",
    link=_LINK,
)
def table_reads(resource: Resource) -> Iterator[Finding]:
    """A scan reads a whole table, an export writes it to any bucket."""
    return findings_at_large(resource, ITEMS, "every table")


@rule(
    "iam-message-reads-scoped",
    title="Policies name the queues, topics and streams that may be read",
    severity=Severity.MEDIUM,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the ARNs of the queues, topics or streams.",
    link=_LINK,
)
def message_reads(resource: Resource) -> Iterator[Finding]:
    """Messages carry what applications tell each other, and whoever receives one from a queue takes it away."""
    return findings_at_large(resource, MESSAGES, "everything")


@rule(
    "iam-snapshot-sharing-scoped",
    title="Policies name the snapshots and images that may be copied or shared",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the snapshots and images, or limit by aws:ResourceTag.",
    link=_LINK,
)
def snapshot_sharing(resource: Resource) -> Iterator[Finding]:
    """A snapshot shared with another account is the whole disk or database, gone in one call."""
    return findings_at_large(resource, SNAPSHOTS, "everything")


@rule(
    "iam-log-reads-scoped",
    title="Policies name the log groups that may be read",
    severity=Severity.LOW,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the log groups' ARNs.",
    link=_LINK,
    level=Level.ADVISORY,
)
def log_reads(resource: Resource) -> Iterator[Finding]:
    """Logs repeat what the systems handle. Advisory: people on call read across groups."""
    return findings_at_large(resource, LOGS, "every log group")


@rule(
    "iam-code-reads-scoped",
    title="Policies name the functions and repositories whose code may be read",
    severity=Severity.MEDIUM,
    types=_TYPES,
    frameworks=_FRAMEWORKS,
    remedy="Name the ARNs of the functions and repositories.",
    link=_LINK,
)
def code_reads(resource: Resource) -> Iterator[Finding]:
    """A function's code and environment show what it talks to, and at times with which password."""
    return findings_at_large(resource, CODE, "everything")


@rule(
    "iam-exposure-scoped",
    title="Policies name the resources whose permissions may be changed",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={"Well-Architected": "SEC03-BP07", "cdk-nag": "AwsSolutions-IAM5", "Checkov": "CKV_AWS_289"},
    remedy="Name the ARNs of the resources.",
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-"
    "level-summaries.html",
)
def exposure(resource: Resource) -> Iterator[Finding]:
    """Actions of the access level “Permissions management” open buckets, queues, keys and functions to others."""
    for document in documents(resource, IDENTITY):
        for statement in document.allowing():
            if not on_everything(statement) or limited(statement):
                continue
            managing = [
                action.name
                for action in expand_all(partial_patterns(tuple(statement.known_actions())))
                if action.level == PERMISSIONS and action.resource_level
                if not action.name.startswith(JUDGED_ELSEWHERE)
            ]
            if managing:
                more = f" and {len(managing) - 5} more" if len(managing) > 5 else ""
                yield Finding(f"{statement.label} allows {', '.join(managing[:5])}{more} on everything", document.path)
