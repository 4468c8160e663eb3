"""Secrets Manager: how secrets rotate, replicate and go."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Level, Resource, RuleConfig, Severity, rule

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_LINK = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"


@rule(
    "secretsmanager-replica-customer-key",
    title="Replicas of secrets are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[SECRET],
    frameworks={"Checkov": "CKV_AWS_149"},
    remedy="Set kmsKeyId of every replica to a key of its region.",
    link=_LINK + "create-manage-multi-region-secrets.html",
)
def replica_customer_key(secret: Resource) -> Iterator[Finding]:
    """A replica does not inherit the key: left out, it is the one that AWS manages there."""
    for replica in secret.blocks("replicas"):
        if replica.lacks("kmsKeyId"):
            yield Finding("has a replica under the key that AWS manages", replica.path("kmsKeyId"))


class Period(RuleConfig):
    """How often secrets rotate."""

    maximum_days: int = Field(90, ge=1, le=1000, description="Most days between two rotations")


@rule(
    "secretsmanager-rotation-period",
    title="Secrets that rotate do so often enough",
    severity=Severity.MEDIUM,
    types=[ROTATION],
    frameworks={"FSBP": "SecretsManager.4", "Checkov": "CKV_AWS_304"},
    remedy="Set rotationRules.automaticallyAfterDays to 90 or less.",
    link=_LINK + "rotate-secrets_schedule.html",
    level=Level.ADVISORY,
    config=Period,
)
def rotation_period(rotation: Resource, config: Period) -> Iterator[Finding]:
    """The longer the period, the longer a secret that leaked unseen is of use."""
    path = "rotationRules.automaticallyAfterDays"
    if rotation.above(path, config.maximum_days):
        yield Finding(f"rotates less often than every {config.maximum_days} days", path)


@rule(
    "secretsmanager-recovery-window",
    title="Deleted secrets can be brought back",
    severity=Severity.MEDIUM,
    types=[SECRET],
    frameworks={"Well-Architected": "REL09-BP01"},
    remedy="Leave recoveryWindowInDays at 30, or set 7 or more.",
    link=_LINK + "manage_delete-secret.html",
    level=Level.MANDATORY_IN_PROD,
)
def recovery_window(secret: Resource) -> Iterator[Finding]:
    """With 0 the value is gone at once, and what it opened is shut."""
    if secret.has("recoveryWindowInDays", 0):
        yield Finding("is gone at once when deleted", "recoveryWindowInDays")
