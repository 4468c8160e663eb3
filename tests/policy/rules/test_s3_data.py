from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import s3_data as s3
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

BUCKET = resource(s3.BUCKET, "b", objectLockEnabled=True)
LOGGING = resource(s3.LOGGING, "logging", refers={"bucket": BUCKET}, bucket=UNKNOWN, targetBucket="logs")
LIFECYCLE = resource(
    s3.LIFECYCLE,
    "lifecycle",
    refers={"bucket": BUCKET},
    bucket=UNKNOWN,
    rules=[{"status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}],
)
LOCK = resource(
    s3.LOCK,
    "lock",
    refers={"bucket": BUCKET},
    bucket=UNKNOWN,
    rule={"defaultRetention": {"mode": "GOVERNANCE", "days": 30}},
)
REPLICATION = resource(
    s3.REPLICATION,
    "replication",
    rules=[
        {
            "status": "Enabled",
            "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
            "destination": {"encryptionConfiguration": {"replicaKmsKeyId": "arn:aws:kms:key"}},
        }
    ],
)
CASES = [
    Case("s3-bucket-access-logs", [BUCKET, LOGGING], [Without("logging", "bucket")]),
    Case("s3-bucket-lifecycle", [BUCKET, LIFECYCLE], [Without("lifecycle", "bucket")]),
    Case(
        "s3-lifecycle-ends-uploads",
        [LIFECYCLE],
        [
            Set("rules[0].status", "Disabled"),
            Set("rules[0].abortIncompleteMultipartUpload"),
            Set("rules", []),
        ],
    ),
    Case(
        "s3-object-lock-retention",
        [BUCKET, LOCK],
        [Without("lock", "bucket"), Set("rule.defaultRetention.days", on="lock"), Set("rule", on="lock")],
    ),
    Case(
        "s3-replication-encrypted",
        [REPLICATION],
        [
            Set("rules[0].sourceSelectionCriteria.sseKmsEncryptedObjects.status", "Disabled"),
            Set("rules[0].sourceSelectionCriteria"),
            Set("rules[0].destination.encryptionConfiguration"),
        ],
    ),
]


def test_a_bucket_without_object_lock_needs_no_retention() -> None:
    assert not check("s3-object-lock-retention", resource(s3.BUCKET))


def test_years_are_a_retention_too() -> None:
    lock = resource(s3.LOCK, bucket="b", rule={"defaultRetention": {"years": 1}})
    assert not check("s3-object-lock-retention", resource(s3.BUCKET, "b", bucket="b", objectLockEnabled=True), lock)


@pytest.mark.parametrize(
    ("token", "path", "inputs"),
    [
        ("aws:s3/bucketLogging:BucketLogging", "targetBucket", {"targetBucket": UNKNOWN, "bucket": "other"}),
        ("aws:ec2/flowLog:FlowLog", "logDestination", {"logDestination": UNKNOWN}),
    ],
)
def test_a_bucket_that_receives_logs_keeps_none(token: str, path: str, inputs: dict[str, Any]) -> None:
    delivery = resource(token, "delivery", refers={path: BUCKET}, **inputs)
    assert not check("s3-bucket-access-logs", BUCKET, delivery)


def test_a_disabled_replication_rule_is_none() -> None:
    assert not check("s3-replication-encrypted", resource(s3.REPLICATION, rules=[{"status": "Disabled"}]))
