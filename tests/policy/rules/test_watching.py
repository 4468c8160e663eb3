"""Trails, recorders, detectors, alarms and budgets."""

from typing import Any

import pytest

from policy.model import STACK_TYPE, UNKNOWN, Resource
from policy.rules import cloudtrail, cloudwatch, detection, operations
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

BUCKET = resource(cloudtrail.BUCKET, "bucket", bucket="trail")
LOGGING = resource(cloudtrail.BUCKET_LOGGING, "logging", refers={"bucket": BUCKET}, bucket="trail", targetBucket="logs")
TRAIL = resource(
    cloudtrail.TRAIL,
    "trail",
    refers={"s3BucketName": BUCKET},
    s3BucketName="trail",
    isMultiRegionTrail=True,
    enableLogFileValidation=True,
    kmsKeyId="arn:aws:kms:key",
    cloudWatchLogsGroupArn="arn:aws:logs:group:*",
)
RECORDER = resource(detection.RECORDER, "recorder", name="main", recordingGroup={"allSupported": True})
STATUS = resource(detection.RECORDER_STATUS, "status", refers={"name": RECORDER}, name="main", isEnabled=True)
CHANNEL = resource(detection.DELIVERY_CHANNEL, "channel", s3BucketName="config")
DETECTOR = resource(detection.DETECTOR, "detector", enable=True)
FEATURE = resource(detection.DETECTOR_FEATURE, "feature", name="S3_DATA_EVENTS", status="ENABLED")
HUB = resource(detection.SECURITY_HUB, "hub", enableDefaultStandards=True, autoEnableControls=True)
INSPECTOR = resource(detection.INSPECTOR, "inspector", resourceTypes=["EC2", "ECR", "LAMBDA"])
MACIE = resource(detection.MACIE, "macie", status="ENABLED")
XRAY = resource(detection.XRAY, "xray", type="KMS", keyId="arn:aws:kms:key")
TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:notices"
DATABASE = resource("aws:rds/instance:Instance", "database", identifier="records")


def alarm(name: str = "alarm", **changes: Any) -> Resource:
    inputs: dict[str, Any] = {"alarmActions": [TOPIC_ARN], "dimensions": {"DBInstanceIdentifier": "records"}}
    return resource(cloudwatch.ALARM, name, **(inputs | changes))


BUDGET = resource(operations.BUDGET, "budget", budgetType="COST")
CASES = [
    Case(
        "cloudtrail-every-region",
        [TRAIL],
        [
            Set("isMultiRegionTrail"),
            Set("isMultiRegionTrail", False),
            Set("includeGlobalServiceEvents", False),
        ],
    ),
    Case("cloudtrail-enabled", [TRAIL], [Set("enableLogging", False)]),
    Case("cloudtrail-validated", [TRAIL], [Set("enableLogFileValidation"), Set("enableLogFileValidation", False)]),
    Case("cloudtrail-customer-key", [TRAIL], [Set("kmsKeyId")]),
    Case("cloudtrail-log-group", [TRAIL], [Set("cloudWatchLogsGroupArn")]),
    Case("cloudtrail-bucket-logged", [TRAIL, BUCKET, LOGGING], [Without("logging", "bucket")]),
    Case(
        "config-all-resources",
        [RECORDER],
        [
            Set("recordingGroup.allSupported", False),
            Set("recordingGroup.exclusionByResourceTypes", [{"resourceTypes": ["AWS::EC2::Instance"]}]),
        ],
    ),
    Case(
        "config-recording",
        [RECORDER, STATUS, CHANNEL],
        [Without("status", "name"), Set("isEnabled", False, on="status"), Set("isEnabled", on="status")],
    ),
    Case("guardduty-enabled", [DETECTOR], [Set("enable", False)]),
    Case("guardduty-enabled", [FEATURE], [Set("status", "DISABLED")]),
    Case("securityhub-controls", [HUB], [Set("enableDefaultStandards", False), Set("autoEnableControls", False)]),
    Case("inspector-scans", [INSPECTOR], [Set("resourceTypes", ["EC2", "ECR"]), Set("resourceTypes")]),
    Case("macie-enabled", [MACIE], [Set("status", "PAUSED")]),
    Case("xray-customer-key", [XRAY], [Set("type", "NONE"), Set("type"), Set("keyId")]),
    Case(
        "cloudwatch-alarm-actions",
        [alarm()],
        [Set("alarmActions"), Set("alarmActions", []), Set("actionsEnabled", False)],
    ),
    Case(
        "cloudwatch-data-alarms",
        [DATABASE, alarm()],
        [Without("alarm", "dimensions"), Set("dimensions.DBInstanceIdentifier", "other", on="alarm")],
    ),
    Case("budgets-in-production", [DATABASE, BUDGET], [Without("budget", "budgetType", judged_when_unknown=False)]),
]


def test_a_recorder_without_a_channel_delivers_nowhere() -> None:
    assert check("config-recording", RECORDER, STATUS) == ["recorder: has no delivery channel"]


def test_alarms_that_feed_another_need_no_action() -> None:
    part = alarm("part", alarmActions=[])
    whole = resource(
        cloudwatch.COMPOSITE_ALARM, "whole", refers={"alarmRule": part}, alarmRule=UNKNOWN, alarmActions=[TOPIC_ARN]
    )
    assert check("cloudwatch-alarm-actions", part) == ["part: tells nobody (alarmActions)"]
    assert check("cloudwatch-alarm-actions", part, whole) == []


def test_alarms_watch_by_query_and_by_reference_too() -> None:
    query = [{"id": "m", "metric": {"dimensions": {"DBInstanceIdentifier": "records"}}}]
    assert check("cloudwatch-data-alarms", DATABASE, alarm(dimensions=None, metricQueries=query)) == []
    unknown = resource(cloudwatch.ALARM, refers={"dimensions": DATABASE}, dimensions={"DBInstanceIdentifier": UNKNOWN})
    assert check("cloudwatch-data-alarms", DATABASE, unknown) == []


def test_an_alarm_on_an_instance_of_a_cluster_is_on_the_cluster() -> None:
    cluster = resource("aws:rds/cluster:Cluster", "cluster", clusterIdentifier="records")
    member = resource(
        "aws:rds/clusterInstance:ClusterInstance",
        "member",
        refers={"clusterIdentifier": cluster},
        identifier="records-a",
        clusterIdentifier="records",
    )
    watching = alarm(dimensions={"DBInstanceIdentifier": "records-a"})
    assert check("cloudwatch-data-alarms", cluster, member, watching) == []
    for others in ([member, alarm(dimensions={"DBInstanceIdentifier": "other"})], [watching]):
        assert check("cloudwatch-data-alarms", cluster, *others) != []


@pytest.mark.parametrize("rule", ["cloudwatch-data-alarms", "budgets-in-production"])
def test_development_needs_neither(rule: str) -> None:
    development = resource("aws:rds/instance:Instance", "database", identifier="records", stack="dev")
    assert check(rule, DATABASE)
    assert check(rule, development) == []


def test_a_stack_that_costs_nothing_needs_no_budget() -> None:
    assert check("budgets-in-production", resource(STACK_TYPE, "strata-prod"), BUCKET) == []
