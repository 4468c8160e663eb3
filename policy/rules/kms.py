"""KMS keys."""

from collections.abc import Iterator

from policy.iam import open_to_everybody
from policy.model import Finding, Resource, Severity, rule

KEY = "aws:kms/key:Key"
_NATIVE = ("aws-native:kms:Key", "aws-native:kms:ReplicaKey")
_EXTERNAL = ("aws:kms/externalKey:ExternalKey", "aws:kms/replicaExternalKey:ReplicaExternalKey")
_LINK = "https://docs.aws.amazon.com/kms/latest/developerguide/"


@rule(
    "kms-key-rotation",
    title="Symmetric customer keys rotate every year",
    severity=Severity.MEDIUM,
    types=[KEY, _NATIVE[0]],
    frameworks={
        "Security Hub": "KMS.4",
        "CIS": "4.6",
        "cdk-nag": "AwsSolutions-KMS5",
        "Checkov": "CKV_AWS_7",
    },
    remedy="Set enableKeyRotation.",
    link=_LINK + "rotate-keys.html",
)
def rotation(key: Resource) -> Iterator[Finding]:
    """Rotation bounds what one key's material ever encrypts. KMS rotates symmetric encryption keys only."""
    path = "customerMasterKeySpec" if key.type == KEY else "keySpec"
    symmetric = key.has(path, "SYMMETRIC_DEFAULT") or key.lacks(path)
    encrypts = key.has("keyUsage", "ENCRYPT_DECRYPT") or key.lacks("keyUsage")
    if symmetric and encrypts and key.lacks("enableKeyRotation", True):
        yield Finding("does not rotate", "enableKeyRotation")


@rule(
    "kms-key-not-public",
    title="Key policies name who may use the key",
    severity=Severity.CRITICAL,
    types=[KEY, "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey", *_EXTERNAL, *_NATIVE],
    frameworks={"FSBP": "KMS.5", "CIS": "2.21", "Checkov": "CKV_AWS_33"},
    remedy="Name accounts, roles or services as principals, or limit `*` by kms:CallerAccount and kms:ViaService.",
    link=_LINK + "key-policy-default.html",
)
def not_public(key: Resource) -> Iterator[Finding]:
    """`*` as principal gives the key to every AWS account. The account's root as principal is the usual base."""
    return open_to_everybody(key)
