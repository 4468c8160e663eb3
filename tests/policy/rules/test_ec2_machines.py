import base64

import pytest

from policy.model import UNKNOWN
from policy.rules import ec2, ec2_machines
from policy.rules.ec2 import INSTANCE, LAUNCH_TEMPLATE
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

SCRIPT = "#!/bin/sh\nexport PASSWORD=$(aws secretsmanager get-secret-value --secret-id app)\n"
# Put together here, so that no scanner takes this file for a leak.
KEY_ID = "AKIA" + "IOSFODNN7" + "EXAMPLE"
MACHINE = resource(
    INSTANCE,
    "bastion",
    userData=SCRIPT,
    monitoring=True,
    disableApiTermination=True,
    sourceDestCheck=True,
    rootBlockDevice={"encrypted": True},
    ebsBlockDevices=[{"deviceName": "/dev/sdb", "encrypted": True}],
)
TEMPLATE = resource(LAUNCH_TEMPLATE, "nodes", monitoring={"enabled": True}, userData=UNKNOWN)
IMAGE = resource(ec2_machines.AMI, "image", ebsBlockDevices=[{"deviceName": "/dev/xvda", "encrypted": True}])
INTERFACE = resource(ec2_machines.NETWORK_INTERFACE, "eni", sourceDestCheck=True)
CONFIGURATION = resource(
    ec2.LAUNCH_CONFIGURATION,
    "old",
    metadataOptions={"httpTokens": "required"},
    associatePublicIpAddress=False,
    rootBlockDevice={"encrypted": True},
    userData=SCRIPT,
)
SPOT = resource(ec2.SPOT_INSTANCE, "spot", **dict(CONFIGURATION.inputs))
FLEET = resource(
    ec2.SPOT_FLEET,
    "fleet",
    launchSpecifications=[
        {
            "associatePublicIpAddress": False,
            "rootBlockDevices": [{"encrypted": True}],
            "ebsBlockDevices": [{"encrypted": True}],
            "userData": SCRIPT,
        }
    ],
)
LEAKED = f"aws configure set aws_access_key_id {KEY_ID}"
_FIRST = "launchSpecifications[0]"
CASES = [
    *(
        case
        for machine in (CONFIGURATION, SPOT)
        for case in (
            Case("ec2-imdsv2", [machine], [Set("metadataOptions.httpTokens", "optional"), Set("metadataOptions")]),
            Case("ec2-imds-hop-limit", [machine], [Set("metadataOptions.httpPutResponseHopLimit", 2)]),
            Case("ec2-no-public-address", [machine], [Set("associatePublicIpAddress", True)]),
            Case("ec2-user-data-secrets", [machine], [Set("userData", LEAKED)]),
            Case("ec2-instance-encrypted", [machine], [Set("rootBlockDevice.encrypted", False)]),
        )
    ),
    Case("ec2-no-public-address", [FLEET], [Set(f"{_FIRST}.associatePublicIpAddress", True)]),
    Case("ec2-user-data-secrets", [FLEET], [Set(f"{_FIRST}.userData", LEAKED)]),
    Case(
        "ec2-instance-encrypted",
        [FLEET],
        [Set(f"{_FIRST}.rootBlockDevices"), Set(f"{_FIRST}.ebsBlockDevices[0].encrypted", False)],
    ),
    Case(
        "ec2-user-data-secrets",
        [MACHINE],
        [
            Set("userData", f"aws configure set aws_access_key_id {KEY_ID}"),
            Set("userData", "DB_PASSWORD=correct-horse-battery"),
            Set("userData", base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----").decode()),
        ],
    ),
    Case(
        "ec2-instance-encrypted",
        [MACHINE],
        [Set("rootBlockDevice"), Set("rootBlockDevice.encrypted", False), Set("ebsBlockDevices[0].encrypted", False)],
    ),
    Case("ec2-detailed-monitoring", [MACHINE], [Set("monitoring"), Set("monitoring", False)]),
    Case("ec2-detailed-monitoring", [TEMPLATE], [Set("monitoring.enabled", False), Set("monitoring")]),
    Case("ec2-termination-protection", [MACHINE], [Set("disableApiTermination"), Set("disableApiTermination", False)]),
    Case("ec2-source-destination-check", [MACHINE], [Set("sourceDestCheck", False)]),
    Case("ec2-source-destination-check", [INTERFACE], [Set("sourceDestCheck", False)]),
    Case("ec2-image-encrypted", [IMAGE], [Set("ebsBlockDevices[0].encrypted", False)]),
]


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        "password: ${DB_PASSWORD}",
        "PASSWORD=",
        "password = {{ vault.db }}",
        base64.b64encode(b"echo hi").decode(),
    ],
)
def test_references_are_no_credentials(text: str) -> None:
    assert check("ec2-user-data-secrets", resource(INSTANCE, "it", userData=text)) == []


def test_volumes_of_a_launch_template_are_the_templates_business() -> None:
    assert check("ec2-instance-encrypted", resource(INSTANCE, "it", launchTemplate={"id": UNKNOWN})) == []


def test_a_snapshot_decides_for_the_volumes_made_from_it() -> None:
    image = resource(ec2_machines.AMI, "image", ebsBlockDevices=[{"snapshotId": UNKNOWN}])
    assert check("ec2-image-encrypted", image) == []
