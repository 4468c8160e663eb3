"""AWS Config: recorded first, delivered by a channel, then judged by rules."""

import json

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.data.bucket import Bucket, BucketSettings
from components.security.config_recorder import ConfigRecorder, ConfigRecorderSettings
from components.security.key import Key
from tests.support import ACCOUNT, record, unequal_when_unknown

RULE = "aws:cfg/rule:Rule"


def build(settings: ConfigRecorderSettings | None = None) -> None:
    key = Key("audit-key", account=ACCOUNT, purpose="Audit")
    bucket = Bucket("audit", BucketSettings(bucket="audit"), account=ACCOUNT, key=key)
    ConfigRecorder("config", settings or ConfigRecorderSettings(), account=ACCOUNT, key=key, bucket=bucket)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(build)


def test_everything_is_recorded_with_what_has_no_region(graph: Graph) -> None:
    assert graph.only("aws:cfg/recorder:Recorder").inputs == {
        "roleArn": graph.only("aws:iam/role:Role").outputs["arn"],
        "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
    }


def test_it_starts_when_there_is_a_channel_and_rules_come_last(graph: Graph) -> None:
    recorder, channel = graph.only("aws:cfg/recorder:Recorder"), graph.only("aws:cfg/deliveryChannel:DeliveryChannel")
    status = graph.only("aws:cfg/recorderStatus:RecorderStatus")
    assert status.inputs == {"name": recorder.outputs["name"], "isEnabled": True}
    assert recorder.urn in channel.dependencies
    assert channel.urn in status.dependencies
    assert all(status.urn in rule.dependencies for rule in graph.of_type(RULE))


def test_deliveries_are_encrypted_with_the_customer_key(graph: Graph) -> None:
    channel = graph.only("aws:cfg/deliveryChannel:DeliveryChannel").inputs
    key = graph.only("aws:kms/key:Key").outputs["arn"]
    statements = {
        s["Sid"]: s for s in json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    }
    assert channel["s3KmsKeyArn"] == key
    assert statements["EncryptDeliveries"]["Resource"] == [key]
    bucket = graph.only("aws:s3/bucket:Bucket").outputs["arn"]
    assert statements["DeliverToBucket"]["Resource"] == [f"{bucket}/AWSLogs/{ACCOUNT.id}/*"]


def test_aws_s_own_rules_judge_encryption_public_access_and_second_factors(graph: Graph) -> None:
    sources = {node.inputs["source"]["sourceIdentifier"]: node.inputs for node in graph.of_type(RULE)}
    assert {node["source"]["owner"] for node in sources.values()} == {"AWS"}
    assert set(sources) >= {
        "ENCRYPTED_VOLUMES",
        "RDS_STORAGE_ENCRYPTED",
        "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
        "S3_BUCKET_PUBLIC_READ_PROHIBITED",
        "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
        "ROOT_ACCOUNT_MFA_ENABLED",
        "CLOUD_TRAIL_ENABLED",
    }
    unused = sources["IAM_USER_UNUSED_CREDENTIALS_CHECK"]["inputParameters"]
    assert json.loads(unused) == {"maxCredentialUsageAge": "90"}


def test_rules_are_chosen_by_their_identifiers() -> None:
    graph = record(lambda: build(ConfigRecorderSettings(rules=("ENCRYPTED_VOLUMES",))))
    assert [node.name for node in graph.of_type(RULE)] == ["config-encrypted-volumes"]
    with pytest.raises(ValidationError):
        ConfigRecorderSettings(rules=("encrypted-volumes",))


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(build) == []
