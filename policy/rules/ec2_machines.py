"""EC2 instances, launch templates and machine images: what they carry and how they may be lost."""

import base64
import binascii
from collections.abc import Iterator

from policy.credentials import has_format, sets_one
from policy.model import Finding, Level, Resource, Severity, rule
from policy.rules.ec2 import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE

AMI = "aws:ec2/ami:Ami"
NETWORK_INTERFACE = "aws:ec2/networkInterface:NetworkInterface"
_LINK = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"


@rule(
    "ec2-user-data-secrets",
    title="User data holds no credentials",
    severity=Severity.CRITICAL,
    types=[LAUNCH_TEMPLATE, INSTANCE],
    frameworks={"Checkov": "CKV_AWS_46"},
    remedy="Let the instance read the secret from Secrets Manager with its role, and change the one that was written.",
    link=_LINK + "instancedata-add-user-data.html",
)
def user_data_secrets(machine: Resource) -> Iterator[Finding]:
    """Everything that runs on the instance, and everybody who may describe it, can read its user data."""
    for path in ("userData", "userDataBase64"):
        if machine.has(path) and _holds_one(_plain(str(machine.get(path)))):
            yield Finding("carries a credential", path)


def _holds_one(script: str) -> bool:
    return has_format(script) or sets_one(script)


def _plain(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


@rule(
    "ec2-instance-encrypted",
    title="Volumes that instances bring are encrypted",
    severity=Severity.HIGH,
    types=[INSTANCE, LAUNCH_CONFIGURATION],
    frameworks={"FSBP": "EC2.3", "CIS": "6.1.1", "cdk-nag": "AwsSolutions-EC26", "Checkov": "CKV_AWS_8"},
    remedy="Set encrypted in rootBlockDevice and in each of ebsBlockDevices. It replaces the instance.",
    link="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
)
def instance_encrypted(instance: Resource) -> Iterator[Finding]:
    """A root volume that nobody mentions is encrypted only where the account says so by default."""
    if instance.has("launchTemplate") or instance.unknown("launchTemplate"):
        return
    if instance.lacks("rootBlockDevice.encrypted", True):
        yield Finding("has an unencrypted root volume", "rootBlockDevice.encrypted")
    for volume in instance.blocks("ebsBlockDevices"):
        if volume.lacks("encrypted", True) and volume.lacks("snapshotId"):
            yield Finding("has an unencrypted volume", volume.path("encrypted"))


@rule(
    "ec2-detailed-monitoring",
    title="Instances are measured every minute",
    severity=Severity.LOW,
    types=[LAUNCH_TEMPLATE, INSTANCE],
    frameworks={"cdk-nag": "AwsSolutions-EC28", "Checkov": "CKV_AWS_126"},
    remedy="Set monitoring (of a launch template: monitoring.enabled).",
    link=_LINK + "manage-detailed-monitoring.html",
    level=Level.ADVISORY,
)
def detailed_monitoring(machine: Resource) -> Iterator[Finding]:
    """Five minutes between two figures are too long to scale by and to tell what came first."""
    path = "monitoring" if machine.type == INSTANCE else "monitoring.enabled"
    if machine.lacks(path, True):
        yield Finding("is measured every five minutes", path)


@rule(
    "ec2-termination-protection",
    title="Single instances are protected from termination",
    severity=Severity.MEDIUM,
    types=[INSTANCE],
    frameworks={"cdk-nag": "AwsSolutions-EC29"},
    remedy="Set disableApiTermination, or run the instance in an Auto Scaling group that replaces it.",
    link=_LINK + "Using_ChangingDisableAPITermination.html",
    level=Level.MANDATORY_IN_PROD,
)
def termination_protection(instance: Resource) -> Iterator[Finding]:
    """Nothing starts a single instance again, and its root volume goes with it."""
    if instance.lacks("disableApiTermination", True):
        yield Finding("can be terminated in one call", "disableApiTermination")


@rule(
    "ec2-source-destination-check",
    title="Instances send and receive in their own name only",
    severity=Severity.MEDIUM,
    types=[INSTANCE, NETWORK_INTERFACE],
    frameworks={"FSBP": "EC2.180"},
    remedy="Leave sourceDestCheck on; use a NAT gateway instead of an instance that forwards.",
    link=_LINK + "using-eni.html",
)
def source_destination_check(subject: Resource) -> Iterator[Finding]:
    """Without the check an instance can pass on, and pass off as its own, the traffic of others."""
    if subject.has("sourceDestCheck", False):
        yield Finding("may forward the traffic of others", "sourceDestCheck")


@rule(
    "ec2-image-encrypted",
    title="Machine images are encrypted",
    severity=Severity.HIGH,
    types=[AMI],
    frameworks={"Checkov": "CKV_AWS_204"},
    remedy="Set encrypted in each of ebsBlockDevices, or start from an encrypted snapshot.",
    link=_LINK + "AMIEncryption.html",
)
def image_encrypted(image: Resource) -> Iterator[Finding]:
    """The snapshots of an image hold all that was on the disk when it was made."""
    for volume in image.blocks("ebsBlockDevices"):
        if volume.lacks("encrypted", True) and volume.lacks("snapshotId"):
            yield Finding("has an unencrypted volume", volume.path("encrypted"))
