"""EC2 instances, launch templates and volumes."""

from collections.abc import Iterator

from policy.model import Block, Finding, Resource, Severity, rule

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE = "aws:ec2/instance:Instance"
LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
SPOT_INSTANCE = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
SPOT_FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
MACHINES = (LAUNCH_TEMPLATE, INSTANCE, LAUNCH_CONFIGURATION, SPOT_INSTANCE)
_LINK = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
_EBS_LINK = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html"


@rule(
    "ec2-imdsv2",
    title="Instances require IMDSv2",
    severity=Severity.HIGH,
    types=MACHINES,
    frameworks={"FSBP": ("EC2.8", "EC2.170", "AutoScaling.3"), "CIS": "6.7", "Checkov": "CKV_AWS_79"},
    remedy="Set metadataOptions.httpTokens to required.",
    link=_LINK + "configuring-instance-metadata-service.html",
)
def imdsv2(machine: Resource) -> Iterator[Finding]:
    """With version 1 any request forged through an application (SSRF) reads the role's credentials."""
    disabled = machine.has("metadataOptions.httpEndpoint", "disabled")
    elsewhere = machine.given("launchTemplate") and machine.lacks("metadataOptions")
    if not disabled and not elsewhere and machine.lacks("metadataOptions.httpTokens", "required"):
        yield Finding("answers metadata requests without a token", "metadataOptions.httpTokens")


@rule(
    "ec2-imds-hop-limit",
    title="Metadata answers do not travel past the instance",
    severity=Severity.MEDIUM,
    types=MACHINES,
    frameworks={"Checkov": "CKV_AWS_341"},
    remedy="Set metadataOptions.httpPutResponseHopLimit to 1.",
    link=_LINK + "configuring-IMDS-existing-instances.html",
)
def imds_hop_limit(machine: Resource) -> Iterator[Finding]:
    """A hop limit above 1 lets containers on the instance take the node's role."""
    if machine.above("metadataOptions.httpPutResponseHopLimit", 1):
        yield Finding("answers metadata requests from containers", "metadataOptions.httpPutResponseHopLimit")


@rule(
    "ec2-launch-template-encrypted",
    title="Volumes of launch templates are encrypted with a customer key",
    severity=Severity.HIGH,
    types=[LAUNCH_TEMPLATE],
    frameworks={"FSBP": "EC2.181", "CIS": "6.1.1", "cdk-nag": "AwsSolutions-EC26"},
    remedy="Set ebs.encrypted and ebs.kmsKeyId of each block device mapping.",
    link=_EBS_LINK,
)
def launch_template_encrypted(template: Resource) -> Iterator[Finding]:
    """Volumes and their snapshots are as readable as the key allows."""
    for mapping in template.blocks("blockDeviceMappings"):
        if mapping.lacks("ebs") or mapping.unknown("ebs"):
            continue
        if mapping.lacks("ebs.encrypted", True):
            yield Finding("has an unencrypted volume", mapping.path("ebs.encrypted"))
        elif mapping.lacks("ebs.kmsKeyId"):
            yield Finding("has a volume under the key that AWS manages", mapping.path("ebs.kmsKeyId"))


@rule(
    "ec2-volume-encrypted",
    title="EBS volumes are encrypted with a customer key",
    severity=Severity.HIGH,
    types=["aws:ebs/volume:Volume"],
    frameworks={
        "FSBP": "EC2.3",
        "CIS": "6.1.1",
        "cdk-nag": "AwsSolutions-EC26",
        "Checkov": ("CKV_AWS_3", "CKV_AWS_189"),
    },
    remedy="Set encrypted and kmsKeyId. Encrypting an existing volume replaces it.",
    link=_EBS_LINK,
)
def volume_encrypted(volume: Resource) -> Iterator[Finding]:
    """Volumes and their snapshots are as readable as the key allows."""
    if volume.lacks("encrypted", True):
        yield Finding("is not encrypted", "encrypted")
    elif volume.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@rule(
    "ec2-no-public-address",
    title="Instances get no public address",
    severity=Severity.HIGH,
    types=[*MACHINES, SPOT_FLEET],
    frameworks={"FSBP": ("EC2.9", "EC2.25"), "Checkov": "CKV_AWS_88"},
    remedy="Leave associatePublicIpAddress off and reach the instance through a load balancer or Session Manager.",
    link=_LINK + "using-instance-addressing.html",
)
def no_public_address(machine: Resource) -> Iterator[Finding]:
    """What has no public address cannot be reached by a mistake in a security group."""
    for one in specifications(machine):
        for addressed in (one, *one.blocks("networkInterfaces")):
            if addressed.has("associatePublicIpAddress", True):
                yield Finding("gets a public address", addressed.path("associatePublicIpAddress"))


def specifications(machine: Resource) -> list[Block | Resource]:
    """What says how instances are: the resource itself, or each of the specifications of a request for a Spot fleet."""
    return list(machine.blocks("launchSpecifications")) if machine.type == SPOT_FLEET else [machine]
