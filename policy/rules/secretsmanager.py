"""Secrets Manager secrets."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_LINK = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"


@rule(
    "secretsmanager-customer-key",
    title="Secrets are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[SECRET],
    frameworks={"Checkov": "CKV_AWS_149"},
    remedy="Set kmsKeyId.",
    link=_LINK + "security-encryption.html",
)
def customer_key(secret: Resource) -> Iterator[Finding]:
    """With a key of one's own, reading a secret takes a second permission that can be taken away at once."""
    if secret.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@stack_rule(
    "secretsmanager-rotation",
    title="Secrets rotate by themselves",
    severity=Severity.MEDIUM,
    types=[SECRET],
    frameworks={
        "FSBP": "SecretsManager.1",
        "cdk-nag": "AwsSolutions-SMG4",
        "Checkov": "CKV2_AWS_57",
    },
    remedy="Add a SecretRotation with a rotation function and rules.",
    link=_LINK + "rotating-secrets.html",
    level=Level.ADVISORY,
)
def rotation(secret: Resource, graph: Graph) -> Iterator[Finding]:
    """A secret that leaked unseen is worth something until it changes. Advisory: not every issuer lets one rotate."""
    if not graph.may_have(secret, ROTATION, by="secretId"):
        yield Finding("does not rotate")
