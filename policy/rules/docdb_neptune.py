"""DocumentDB and Neptune: clusters that share RDS's ways."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, known, rule

DOCDB = "aws:docdb/cluster:Cluster"
NEPTUNE = "aws:neptune/cluster:Cluster"
NEPTUNE_INSTANCE = "aws:neptune/clusterInstance:ClusterInstance"
DOCDB_PARAMETERS = "aws:docdb/clusterParameterGroup:ClusterParameterGroup"
NEPTUNE_PARAMETERS = "aws:neptune/clusterParameterGroup:ClusterParameterGroup"
_CLUSTERS = (DOCDB, NEPTUNE)
_LINK = "https://docs.aws.amazon.com/documentdb/latest/developerguide/"
_NEPTUNE_LINK = "https://docs.aws.amazon.com/neptune/latest/userguide/"


@rule(
    "docdb-neptune-encrypted",
    title="DocumentDB and Neptune clusters are encrypted with a customer key",
    severity=Severity.HIGH,
    types=_CLUSTERS,
    frameworks={
        "FSBP": ("DocumentDB.1", "Neptune.1"),
        "cdk-nag": ("AwsSolutions-DOC1", "AwsSolutions-N4"),
        "Checkov": ("CKV_AWS_44", "CKV_AWS_74", "CKV_AWS_182", "CKV_AWS_347"),
    },
    remedy="Set storageEncrypted and the key (kmsKeyId, for Neptune kmsKeyArn). It can only be chosen at creation.",
    link=_LINK + "encryption-at-rest.html",
)
def encrypted(cluster: Resource) -> Iterator[Finding]:
    """Storage, logs, backups and snapshots all follow this one choice."""
    key = "kmsKeyArn" if cluster.type == NEPTUNE else "kmsKeyId"
    if cluster.lacks("storageEncrypted", True):
        yield Finding("is not encrypted at rest", "storageEncrypted")
    elif cluster.lacks(key):
        yield Finding("is encrypted with the key that AWS manages", key)


@rule(
    "docdb-neptune-tls",
    title="DocumentDB and Neptune refuse connections without TLS",
    severity=Severity.HIGH,
    types=[DOCDB_PARAMETERS, NEPTUNE_PARAMETERS],
    frameworks={"FSBP": "DocumentDB.6", "Checkov": "CKV_AWS_90"},
    remedy="Leave the parameter tls at enabled (DocumentDB) and neptune_enforce_ssl at 1 (Neptune).",
    link=_LINK + "security.encryption.ssl.html",
)
def tls(group: Resource) -> Iterator[Finding]:
    """Both force TLS unless a parameter group switches it off."""
    for each in group.blocks("parameters"):
        value = each.get("value")
        off = known(value) and str(value).lower() in ("disabled", "0")
        if off and each.has("name", "tls", "neptune_enforce_ssl"):
            yield Finding("switches TLS off", each.path("value"))


@rule(
    "docdb-neptune-backups",
    title="DocumentDB and Neptune clusters keep automated backups",
    severity=Severity.MEDIUM,
    types=_CLUSTERS,
    frameworks={
        "FSBP": ("DocumentDB.2", "Neptune.5"),
        "cdk-nag": ("AwsSolutions-DOC4", "AwsSolutions-N3"),
        "Checkov": ("CKV_AWS_360", "CKV_AWS_361"),
    },
    remedy="Set backupRetentionPeriod to 7 days or more.",
    link=_LINK + "backup_restore.html",
    level=Level.MANDATORY_IN_PROD,
)
def backups(cluster: Resource) -> Iterator[Finding]:
    """By default recovery reaches back one day."""
    if cluster.below("backupRetentionPeriod", 7, default=1):
        yield Finding("keeps backups for less than 7 days", "backupRetentionPeriod")


@rule(
    "docdb-neptune-deletion-protection",
    title="DocumentDB and Neptune clusters are protected from deletion",
    severity=Severity.MEDIUM,
    types=_CLUSTERS,
    frameworks={"FSBP": ("DocumentDB.5", "Neptune.4"), "Checkov": "CKV2_AWS_58"},
    remedy="Set deletionProtection.",
    link=_LINK + "db-cluster-delete.html",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(cluster: Resource) -> Iterator[Finding]:
    """One wrong `destroy` must not take the data along."""
    if cluster.lacks("deletionProtection", True):
        yield Finding("can be deleted in one call", "deletionProtection")


@rule(
    "docdb-neptune-audit-logs",
    title="DocumentDB and Neptune clusters send audit logs to CloudWatch",
    severity=Severity.MEDIUM,
    types=_CLUSTERS,
    frameworks={
        "FSBP": ("DocumentDB.4", "Neptune.2"),
        "cdk-nag": "AwsSolutions-DOC5",
        "Checkov": ("CKV_AWS_85", "CKV_AWS_101", "CKV_AWS_104"),
    },
    remedy="Export the audit log (enabledCloudwatchLogsExports, for Neptune enableCloudwatchLogsExports).",
    link=_LINK + "event-auditing.html",
    level=Level.ADVISORY,
)
def audit_logs(cluster: Resource) -> Iterator[Finding]:
    """Who changed or read what is written down nowhere else."""
    path = "enableCloudwatchLogsExports" if cluster.type == NEPTUNE else "enabledCloudwatchLogsExports"
    if cluster.omits(path, "audit"):
        yield Finding("does not send its audit log to CloudWatch", path)


@rule(
    "neptune-iam-authentication",
    title="Neptune asks who connects",
    severity=Severity.HIGH,
    types=[NEPTUNE],
    frameworks={"FSBP": "Neptune.7", "cdk-nag": "AwsSolutions-N5", "Checkov": "CKV_AWS_359"},
    remedy="Set iamDatabaseAuthenticationEnabled.",
    link=_NEPTUNE_LINK + "iam-auth.html",
)
def neptune_iam_authentication(cluster: Resource) -> Iterator[Finding]:
    """Neptune knows no other users: without IAM whoever reaches the port reads and drops the graph."""
    if cluster.lacks("iamDatabaseAuthenticationEnabled", True):
        yield Finding("accepts everybody who reaches its port", "iamDatabaseAuthenticationEnabled")


@rule(
    "neptune-not-public",
    title="Neptune instances have no public address",
    severity=Severity.CRITICAL,
    types=[NEPTUNE_INSTANCE],
    frameworks={"Checkov": "CKV_AWS_102"},
    remedy="Leave publiclyAccessible at false.",
    link=_NEPTUNE_LINK + "neptune-public-endpoints.html",
)
def neptune_not_public(instance: Resource) -> Iterator[Finding]:
    """A public address leaves a security group as the only thing between the internet and the data."""
    if instance.has("publiclyAccessible", True):
        yield Finding("is publicly accessible", "publiclyAccessible")
