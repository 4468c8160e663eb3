"""The trail: every region, one bucket, and nobody else writes there."""

import json
from typing import Any

import pytest

from analyser.graph import Graph
from components.data.bucket import Bucket, BucketSettings
from components.security.key import Key, log_groups
from components.security.trail import Trail, trails
from tests.support import ACCOUNT, record, unequal_when_unknown

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT.id}:trail/test-trail"


def build() -> None:
    key = Key("audit-key", account=ACCOUNT, purpose="Audit", usable_by=[*trails(ACCOUNT), log_groups(ACCOUNT)])
    bucket = Bucket("audit", BucketSettings(bucket="audit"), account=ACCOUNT, key=key)
    Trail("trail", account=ACCOUNT, key=key, bucket=bucket)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(build)


def statements(policy: str) -> dict[str, dict[str, Any]]:
    return {s["Sid"]: s for s in json.loads(policy)["Statement"]}


def test_it_covers_every_region_and_shows_tampering(graph: Graph) -> None:
    logs = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert graph.only("aws:cloudtrail/trail:Trail").inputs == {
        "name": "test-trail",
        "s3BucketName": graph.only("aws:s3/bucket:Bucket").inputs["bucket"],
        "kmsKeyId": graph.only("aws:kms/key:Key").outputs["arn"],
        "isMultiRegionTrail": True,
        "includeGlobalServiceEvents": True,
        "enableLogFileValidation": True,
        "enableLogging": True,
        "cloudWatchLogsGroupArn": f"{logs.outputs['arn']}:*",
        "cloudWatchLogsRoleArn": graph.only("aws:iam/role:Role").outputs["arn"],
    }


def test_only_this_trail_writes_and_only_into_the_account_s_folder(graph: Graph) -> None:
    policy = statements(graph.only("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    bucket = graph.only("aws:s3/bucket:Bucket").outputs["arn"]
    write = policy["TrailWrites"]
    assert write["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}
    assert write["Resource"] == [f"{bucket}/AWSLogs/{ACCOUNT.id}/*"]
    assert write["Condition"] == {"StringEquals": {"aws:SourceArn": ARN, "s3:x-amz-acl": "bucket-owner-full-control"}}
    assert policy["TrailReadsAcl"]["Condition"] == {"StringEquals": {"aws:SourceArn": ARN}}


def test_it_waits_for_the_bucket_s_policy_and_its_own_role(graph: Graph) -> None:
    waits = graph.only("aws:cloudtrail/trail:Trail").dependencies
    assert graph.only("aws:s3/bucketPolicy:BucketPolicy").urn in waits
    assert graph.only("aws:iam/rolePolicy:RolePolicy").urn in waits


def test_the_key_serves_the_account_s_trails_and_no_other(graph: Graph) -> None:
    policy = statements(graph.only("aws:kms/key:Key").inputs["policy"])
    anywhere = f"arn:aws:cloudtrail:*:{ACCOUNT.id}:trail/*"
    assert policy["TrailsEncrypt"]["Condition"] == {
        "ArnLike": {"aws:SourceArn": anywhere},
        "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": anywhere},
    }
    assert policy["TrailsDescribeKey"]["Action"] == ["kms:DescribeKey"]


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(build) == []
