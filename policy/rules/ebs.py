"""EBS: snapshots, images and the account's settings. Volumes and launch templates are with EC2."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
BLOCK = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
SNAPSHOT_PERMISSION = "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission"
IMAGE_PERMISSION = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"
SNAPSHOT_COPY = "aws:ebs/snapshotCopy:SnapshotCopy"
SNAPSHOT_IMPORT = "aws:ebs/snapshotImport:SnapshotImport"
IMAGE_COPY = "aws:ec2/amiCopy:AmiCopy"
LIFECYCLE = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
_LINK = "https://docs.aws.amazon.com/ebs/latest/userguide/"


@rule(
    "ebs-not-shared-with-all",
    title="Neither snapshots nor images are public",
    severity=Severity.CRITICAL,
    types=[SNAPSHOT_PERMISSION, IMAGE_PERMISSION, BLOCK],
    frameworks={"FSBP": ("EC2.1", "EC2.182"), "Checkov": "CKV_AWS_205"},
    remedy="Share with named accounts or the organisation, and keep the account's block on at block-all-sharing.",
    link=_LINK + "block-public-access-snapshots.html",
)
def not_shared_with_all(sharing: Resource) -> Iterator[Finding]:
    """Public snapshots are searched for keys and customer data within minutes."""
    for path in ("group", "accountId"):
        if sharing.has(path, "all"):
            yield Finding("shares with everybody", path)
    if sharing.type == BLOCK and sharing.lacks("state", "block-all-sharing", "block-new-sharing"):
        yield Finding("lets snapshots be shared with everybody", "state")


@rule(
    "ebs-encrypted-by-default",
    title="New volumes are encrypted whoever makes them",
    severity=Severity.HIGH,
    types=[DEFAULT],
    frameworks={"FSBP": "EC2.7", "CIS": "6.1.1", "Checkov": "CKV_AWS_106"},
    remedy="Leave enabled at true.",
    link=_LINK + "encryption-by-default.html",
)
def encrypted_by_default(setting: Resource) -> Iterator[Finding]:
    """It covers volumes that no program declares: of consoles, scripts and other services."""
    if setting.has("enabled", False):
        yield Finding("switches encryption by default off", "enabled")


@rule(
    "ebs-copy-encrypted",
    title="Copies of snapshots and images are encrypted with a customer key",
    severity=Severity.HIGH,
    types=[SNAPSHOT_COPY, SNAPSHOT_IMPORT, IMAGE_COPY, LIFECYCLE],
    frameworks={
        "cdk-nag": "AwsSolutions-EC26",
        "Checkov": ("CKV_AWS_183", "CKV_AWS_235", "CKV_AWS_236", "CKV_AWS_255", "CKV_AWS_256"),
    },
    remedy="Set encrypted and a KMS key of the target region.",
    link=_LINK + "ebs-copy-snapshot.html",
)
def copy_encrypted(copy: Resource) -> Iterator[Finding]:
    """A copy is where encryption is lost unseen: it has a key of its own, or none."""
    if copy.type == LIFECYCLE:
        for schedule in copy.blocks("policyDetails.schedules"):
            for across in schedule.blocks("crossRegionCopyRules"):
                if across.lacks("encrypted", True) or across.lacks("cmkArn"):
                    yield Finding("copies without a customer key", across.path("encrypted"))
    elif copy.lacks("encrypted", True):
        yield Finding("is not encrypted", "encrypted")
    elif copy.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")
