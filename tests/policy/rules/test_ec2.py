from policy.model import UNKNOWN
from policy.rules import ec2
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

TEMPLATE = resource(
    ec2.LAUNCH_TEMPLATE,
    "nodes",
    metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1},
    blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "kmsKeyId": "arn:aws:kms:key"}}],
    networkInterfaces=[{"associatePublicIpAddress": "false"}],
)
CONFIGURATION = resource(
    ec2.LAUNCH_CONFIGURATION,
    "workers",
    metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1},
    rootBlockDevice={"encrypted": True},
    ebsBlockDevices=[{"deviceName": "/dev/xvdb", "encrypted": True}],
    associatePublicIpAddress=False,
)
VOLUME = resource("aws:ebs/volume:Volume", "data", encrypted=True, kmsKeyId="arn:aws:kms:key")
CASES = [
    Case("ec2-imdsv2", [TEMPLATE], [Set("metadataOptions.httpTokens", "optional"), Set("metadataOptions")]),
    Case("ec2-imds-hop-limit", [TEMPLATE], [Set("metadataOptions.httpPutResponseHopLimit", 2)]),
    Case(
        "ec2-launch-template-encrypted",
        [TEMPLATE],
        [Set("blockDeviceMappings[0].ebs.encrypted", "false"), Set("blockDeviceMappings[0].ebs.kmsKeyId")],
    ),
    Case("ec2-volume-encrypted", [VOLUME], [Set("encrypted", False), Set("kmsKeyId")]),
    Case(
        "ec2-no-public-address",
        [TEMPLATE],
        [Set("networkInterfaces[0].associatePublicIpAddress", "true"), Set("associatePublicIpAddress", True)],
    ),
    Case("ec2-imdsv2", [CONFIGURATION], [Set("metadataOptions.httpTokens", "optional"), Set("metadataOptions")]),
    Case("ec2-imds-hop-limit", [CONFIGURATION], [Set("metadataOptions.httpPutResponseHopLimit", 2)]),
    Case("ec2-no-public-address", [CONFIGURATION], [Set("associatePublicIpAddress", True)]),
    Case(
        "ec2-instance-encrypted",
        [CONFIGURATION],
        [Set("rootBlockDevice"), Set("rootBlockDevice.encrypted", False), Set("ebsBlockDevices[0].encrypted", False)],
    ),
]


def test_no_tokens_needed_where_the_endpoint_is_off() -> None:
    assert check("ec2-imdsv2", resource(ec2.INSTANCE, metadataOptions={"httpEndpoint": "disabled"})) == []


def test_what_a_launch_template_says_is_not_asked_of_its_instance() -> None:
    template = {"id": UNKNOWN}
    assert check("ec2-imdsv2", resource(ec2.INSTANCE, launchTemplate=template)) == []
    assert check(
        "ec2-imdsv2", resource(ec2.INSTANCE, launchTemplate=template, metadataOptions={"httpTokens": "optional"})
    )


def test_unknown_mapping_does_not_hide_the_next() -> None:
    mappings = [{"ebs": UNKNOWN}, UNKNOWN, {"ebs": {"volumeSize": 100}}]
    assert check("ec2-launch-template-encrypted", resource(ec2.LAUNCH_TEMPLATE, "t", blockDeviceMappings=mappings)) == [
        "t: has an unencrypted volume (blockDeviceMappings[2].ebs.encrypted)"
    ]
