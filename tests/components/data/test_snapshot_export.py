import json
from typing import Any

import pytest

from analyser.graph import Graph
from components.data.bucket import Bucket, BucketSettings
from components.data.snapshot_export import SnapshotExport, SnapshotExportSettings
from components.security.key import Key, log_groups
from tests.support import ACCOUNT, record, unequal_when_unknown


def export() -> SnapshotExport:
    data = Key("data", account=ACCOUNT, purpose="test")
    return SnapshotExport(
        "export",
        SnapshotExportSettings(),
        account=ACCOUNT,
        identifier="prod-postgres",
        bucket=Bucket("backups", BucketSettings(bucket="company-backups"), account=ACCOUNT, key=data),
        key=data,
        database_key=Key("database", account=ACCOUNT, purpose="test"),
        log_key=Key("logs", account=ACCOUNT, purpose="test", usable_by=[log_groups(ACCOUNT)]),
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(export)


def statements(graph: Graph, role: str) -> dict[str, Any]:
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", f"{role}-policy").inputs["policy"]
    return {s["Sid"]: s for s in json.loads(policy)["Statement"]}


def arn(graph: Graph, kind: str, name: str) -> str:
    return graph.only(kind, name).outputs["arn"]


def test_starts_when_an_automated_snapshot_of_the_instance_is_there(graph: Graph) -> None:
    pattern = json.loads(graph.only("aws:cloudwatch/eventRule:EventRule", "export-rule").inputs["eventPattern"])
    assert pattern == {
        "source": ["aws.rds"],
        "detail-type": ["RDS DB Snapshot Event"],
        "detail": {"EventID": ["RDS-EVENT-0091"], "SourceIdentifier": [{"prefix": "rds:prod-postgres-20"}]},
    }
    target = graph.only("aws:cloudwatch/eventTarget:EventTarget", "export-target").inputs
    machine = arn(graph, "aws:sfn/stateMachine:StateMachine", "export-state-machine")
    assert target["arn"] == machine
    assert target["roleArn"] == arn(graph, "aws:iam/role:Role", "export-events-role")
    assert statements(graph, "export-events")["Start"]["Resource"] == [machine]


def test_exports_that_fail_are_told_of(graph: Graph) -> None:
    rule = graph.only("aws:cloudwatch/eventRule:EventRule", "export-failures-failed")
    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["aws.rds"],
        "detail-type": ["RDS DB Snapshot Event"],
        "detail": {
            "EventID": ["RDS-EVENT-0159", "RDS-EVENT-0160"],
            "SourceIdentifier": [{"prefix": "rds:prod-postgres-20"}],
        },
    }


def test_exports_the_snapshot_of_the_event_to_the_bucket(graph: Graph) -> None:
    definition = json.loads(graph.only("aws:sfn/stateMachine:StateMachine").inputs["definition"])
    step = definition["States"][definition["StartAt"]]
    assert step["Resource"] == "arn:aws:states:::aws-sdk:rds:startExportTask"
    assert step["Parameters"] == {
        "ExportTaskIdentifier.$": "States.ArrayGetItem(States.StringSplit($.detail.SourceIdentifier, ':'), 1)",
        "SourceArn.$": "$.detail.SourceArn",
        "S3BucketName": "company-backups-123456789012-us-east-1",
        "S3Prefix": "rds",
        "IamRoleArn": arn(graph, "aws:iam/role:Role", "export-exporter-role"),
        "KmsKeyId": arn(graph, "aws:kms/key:Key", "data-key"),
    }
    assert [r["MaxAttempts"] for r in step["Retry"]] == [0, 6]
    assert definition["States"][step["Catch"][0]["Next"]] == {"Type": "Succeed"}


def test_starter_reaches_snapshots_of_the_instance_alone(graph: Graph) -> None:
    rights = statements(graph, "export-starter")
    assert rights["StartExport"]["Resource"] == [
        "arn:aws:rds:us-east-1:123456789012:snapshot:rds:prod-postgres-20*",
    ]
    assert rights["PassExporter"]["Resource"] == [arn(graph, "aws:iam/role:Role", "export-exporter-role")]
    assert rights["PassExporter"]["Condition"] == {"StringEquals": {"iam:PassedToService": "export.rds.amazonaws.com"}}
    keys = [arn(graph, "aws:kms/key:Key", name) for name in ("data-key", "database-key")]
    assert rights["GrantKeysToRds"]["Resource"] == keys
    assert rights["GrantKeysToRds"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert [sid for sid, s in rights.items() if s["Resource"] == ["*"]] == ["DeliverLogs", "Trace"]


def test_exporter_writes_to_the_bucket_alone(graph: Graph) -> None:
    rights = statements(graph, "export-exporter")
    bucket = arn(graph, "aws:s3/bucket:Bucket", "backups-bucket")
    assert rights["WriteExports"]["Resource"] == [bucket, f"{bucket}/*"]
    assert rights["UseData"]["Resource"] == [arn(graph, "aws:kms/key:Key", "data-key")]
    role = graph.only("aws:iam/role:Role", "export-exporter-role").inputs
    (trust,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["export.rds.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_failures_are_logged(graph: Graph) -> None:
    machine = graph.only("aws:sfn/stateMachine:StateMachine")
    assert graph.only("aws:iam/rolePolicy:RolePolicy", "export-starter-policy").urn in machine.dependencies
    logging = machine.inputs["loggingConfiguration"]
    group = graph.only("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == "/aws/vendedlogs/states/test-export"
    assert logging["level"] == "ERROR"
    assert logging["logDestination"] == f"{group.outputs['arn']}:*"


def test_events_that_cannot_be_delivered_are_kept(graph: Graph) -> None:
    target = graph.only("aws:cloudwatch/eventTarget:EventTarget", "export-target").inputs
    queue = graph.only("aws:sqs/queue:Queue", "export-missed-queue")
    policy = json.loads(graph.only("aws:sqs/queuePolicy:QueuePolicy", "export-missed-policy").inputs["policy"])
    rule = arn(graph, "aws:cloudwatch/eventRule:EventRule", "export-rule")
    assert target["deadLetterConfig"] == {"arn": queue.outputs["arn"]}
    assert queue.inputs["kmsMasterKeyId"] == arn(graph, "aws:kms/key:Key", "logs-key")
    (allow,) = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(export) == []
