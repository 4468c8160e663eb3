"""RDS instances and clusters."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Graph, Level, Resource, RuleConfig, Severity, known, rule, stack_rule

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
_LINK = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
_FORCES_TLS_FROM = 15  # rds.force_ssl is 1 by default from PostgreSQL 15 on: PostgreSQL.Concepts.General.SSL.html


def _is_replica(instance: Resource) -> bool:
    """A replica takes encryption, key and backups from its source; unknown sources are sources too."""
    return instance.unknown("replicateSourceDb") or instance.has("replicateSourceDb")


@rule(
    "rds-encrypted",
    title="Databases are encrypted at rest with a customer key",
    severity=Severity.HIGH,
    types=[INSTANCE, CLUSTER],
    frameworks={
        "FSBP": ("RDS.3", "RDS.27"),
        "CIS": "3.2.1",
        "cdk-nag": "AwsSolutions-RDS2",
        "Checkov": ("CKV_AWS_16", "CKV_AWS_96", "CKV_AWS_327"),
    },
    remedy="Set storageEncrypted and kmsKeyId. Encrypting an existing database means a new one from a snapshot.",
    link=_LINK + "Overview.Encryption.html",
)
def encrypted(database: Resource) -> Iterator[Finding]:
    """Storage, backups, snapshots and replicas all follow this one choice, made at creation."""
    if _is_replica(database):
        return
    if database.lacks("storageEncrypted", True):
        yield Finding("is not encrypted at rest", "storageEncrypted")
    elif database.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@rule(
    "rds-not-public",
    title="Databases have no public address",
    severity=Severity.CRITICAL,
    types=[INSTANCE, CLUSTER_INSTANCE],
    frameworks={
        "FSBP": "RDS.2",
        "CIS": "3.2.3",
        "Checkov": "CKV_AWS_17",
    },
    remedy="Set publiclyAccessible to false and place the database in subnets without a route to the internet.",
    link=_LINK + "USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def not_public(instance: Resource) -> Iterator[Finding]:
    """A public address leaves a security group as the only thing between the internet and the data."""
    if instance.has("publiclyAccessible", True):
        yield Finding("is publicly accessible", "publiclyAccessible")


class Backups(RuleConfig):
    """How long automated backups are kept."""

    minimum_days: int = Field(7, ge=1, le=35, description="Least days that automated backups are kept")


@rule(
    "rds-backups",
    title="Databases keep automated backups",
    severity=Severity.HIGH,
    types=[INSTANCE, CLUSTER],
    frameworks={"FSBP": "RDS.11", "cdk-nag": "AwsSolutions-RDS13", "Checkov": "CKV_AWS_133"},
    remedy="Set backupRetentionPeriod to 7 days or more.",
    link=_LINK + "USER_WorkingWithAutomatedBackups.html",
    level=Level.MANDATORY_IN_PROD,
    config=Backups,
)
def backups(database: Resource, config: Backups) -> Iterator[Finding]:
    """Point-in-time recovery reaches back as far as the backups do. Replicas are covered by their source."""
    default = 1 if database.type == CLUSTER else 0  # what AWS does with none given
    if not _is_replica(database) and database.below("backupRetentionPeriod", config.minimum_days, default):
        yield Finding(f"keeps backups for less than {config.minimum_days} days", "backupRetentionPeriod")


@rule(
    "rds-deletion-protection",
    title="Databases are protected from deletion",
    severity=Severity.MEDIUM,
    types=[INSTANCE, CLUSTER],
    frameworks={
        "FSBP": ("RDS.7", "RDS.8"),
        "cdk-nag": "AwsSolutions-RDS10",
        "Checkov": ("CKV_AWS_139", "CKV_AWS_293"),
    },
    remedy="Set deletionProtection.",
    link=_LINK + "USER_DeleteInstance.html",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(database: Resource) -> Iterator[Finding]:
    """One wrong `destroy` must not take the data along. A replica holds nothing of its own."""
    if not _is_replica(database) and database.lacks("deletionProtection", True):
        yield Finding("can be deleted in one call", "deletionProtection")


@rule(
    "rds-multi-az",
    title="Databases survive the loss of an availability zone",
    severity=Severity.MEDIUM,
    types=[INSTANCE],
    frameworks={
        "FSBP": "RDS.5",
        "CIS": "3.2.4",
        "cdk-nag": "AwsSolutions-RDS3",
        "Checkov": "CKV_AWS_157",
    },
    remedy="Set multiAz.",
    link=_LINK + "Concepts.MultiAZSingleStandby.html",
    level=Level.MANDATORY_IN_PROD,
)
def multi_az(instance: Resource) -> Iterator[Finding]:
    """A single instance is down for as long as its zone is; replicas are already a second copy."""
    if not _is_replica(instance) and instance.lacks("multiAz", True):
        yield Finding("runs in one availability zone", "multiAz")


@stack_rule(
    "rds-postgres-tls",
    title="PostgreSQL refuses connections without TLS",
    severity=Severity.HIGH,
    types=[INSTANCE],
    frameworks={"Security Hub": "RDS.38", "Checkov": "CKV2_AWS_69"},
    remedy="Set rds.force_ssl to 1 in the instance's parameter group.",
    link=_LINK + "PostgreSQL.Concepts.General.SSL.html",
)
def postgres_forces_tls(instance: Resource, graph: Graph) -> Iterator[Finding]:
    """Passwords and rows cross the network in clear as soon as one client does not ask for TLS."""
    if not instance.has("engine", "postgres"):
        return
    groups = graph.refers(instance, "parameterGroupName", PARAMETER_GROUP)
    for group in groups:
        values = [each.get("value") for each in group.blocks("parameters") if each.has("name", "rds.force_ssl")]
        if any(known(value) and str(value) != "1" for value in values):
            yield Finding("does not force TLS: rds.force_ssl is not 1", "parameterGroupName")
        elif not values and not group.partly_unknown("parameters", "name") and _before_default(instance):
            yield Finding("does not force TLS: rds.force_ssl is not set", "parameterGroupName")
    if not groups and instance.lacks("parameterGroupName") and _before_default(instance):
        yield Finding("does not force TLS: it has no parameter group", "parameterGroupName")


def _before_default(instance: Resource) -> bool:
    major = str(instance.get("engineVersion")).split(".")[0]
    return major.isdigit() and int(major) < _FORCES_TLS_FROM


@stack_rule(
    "rds-managed-password",
    title="Master passwords are made and rotated by Secrets Manager",
    severity=Severity.MEDIUM,
    types=[INSTANCE, CLUSTER],
    frameworks={"cdk-nag": "AwsSolutions-SMG4"},
    remedy="Set manageMasterUserPassword and masterUserSecretKmsKeyId; with copies, rotate it at once.",
    link=_LINK + "rds-secrets-manager.html",
)
def managed_password(database: Resource, graph: Graph) -> Iterator[Finding]:
    """A password given by the program stands in the state and stays until somebody changes it.

    RDS manages no password of an instance with copies; there, a rotation that begins once the instance is there does,
    and goes on when they are gone.
    """
    replaced = _rotated(database, graph)
    for key in ("password", "masterPassword"):
        if database.given(key) and not replaced:
            yield Finding("has a password from the program", key)


def _rotated(database: Resource, graph: Graph) -> bool:
    rotations = graph.of("aws:secretsmanager/secretRotation:SecretRotation")
    return any(database.urn in each.dependencies and not each.has("rotateImmediately", False) for each in rotations)
