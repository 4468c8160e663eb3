"""A consumer misses nothing, gives up on what cannot be handled, and may read its own stream only."""

import json
from typing import Any

from analyser.graph import Graph
from components.compute.function import FunctionSettings
from components.data.table import Table, TableSettings
from components.data.table_schema import TableSchema
from components.security.key import Key
from tests.components.compute.test_function import FUNCTION, arn, build
from tests.support import ACCOUNT, once, record, unequal_when_unknown

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
POLICY = "aws:iam/rolePolicy:RolePolicy"


def consume(settings: FunctionSettings | None = None, **more: Any) -> None:
    table = Table(
        "sessions",
        TableSettings(table_name="collaboration-sessions"),
        schema=TableSchema(("pageId", "S"), ("userId", "S"), stream=True),
        account=ACCOUNT,
        key=Key("tables", account=ACCOUNT, purpose="Tables"),
    )
    build(settings).consume("sessions", table, **more)


@once
def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: consume(*args, **more))


def test_what_the_mapping_does() -> None:
    graph = graph_of()
    assert graph.only(MAPPING, "task-consumes-sessions-mapping").inputs == {
        "functionName": graph.only(FUNCTION).outputs["arn"],
        "eventSourceArn": graph.only("aws:dynamodb/table:Table").outputs["streamArn"],
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 100,
        "maximumBatchingWindowInSeconds": 1,
        "bisectBatchOnFunctionError": True,
        "maximumRetryAttempts": 5,
        "maximumRecordAgeInSeconds": 3600,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "destinationConfig": {"onFailure": {"destinationArn": graph.only("aws:sqs/queue:Queue").outputs["arn"]}},
    }


def test_its_rights_are_that_stream_and_that_queue() -> None:
    graph = graph_of()
    policy = graph.only(POLICY, "task-consumes-sessions-rights")
    rights = {s["Sid"]: s for s in json.loads(policy.inputs["policy"])["Statement"]}
    stream = graph.only("aws:dynamodb/table:Table").outputs["streamArn"]
    assert rights["ReadStreamSessions"]["Resource"] == [stream, arn(graph, "aws:kms/key:Key", "tables-key")]
    assert rights["KeepTaskConsumesSessions"]["Resource"] == [graph.only("aws:sqs/queue:Queue").outputs["arn"]]
    assert rights["EncryptTaskConsumesSessions"]["Resource"] == [arn(graph, "aws:kms/key:Key", "data-key")]
    assert rights["ListStreamsSessions"]["Action"] == ["dynamodb:ListStreams"]
    assert [sid for sid, s in rights.items() if s["Resource"] == ["*"]] == ["ListStreamsSessions"]
    assert policy.inputs["role"] == graph.only("aws:iam/role:Role").outputs["name"]


def test_the_mapping_waits_for_its_rights_and_the_function_does_not() -> None:
    graph = graph_of()
    policy = graph.only(POLICY, "task-consumes-sessions-rights")
    assert policy.urn in graph.only(MAPPING).dependencies
    assert policy.urn not in graph.only(FUNCTION).dependencies


def test_failures_are_kept_encrypted_for_14_days() -> None:
    graph = graph_of()
    assert graph.only("aws:sqs/queue:Queue").inputs == {
        "kmsMasterKeyId": arn(graph, "aws:kms/key:Key", "data-key"),
        "messageRetentionSeconds": 1209600,
    }
    (transport,) = json.loads(graph.only("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])["Statement"]
    assert transport["Effect"] == "Deny"


def test_some_kinds_of_change_only() -> None:
    (wanted,) = graph_of(changes=["REMOVE"]).only(MAPPING).inputs["filterCriteria"]["filters"]
    assert json.loads(wanted["pattern"]) == {"eventName": ["REMOVE"]}


def test_records_go_to_the_alias_of_a_live_function() -> None:
    graph = graph_of(FunctionSettings(release="canary"))
    alias = graph.only("aws:lambda/alias:Alias").outputs["arn"]
    assert graph.only(MAPPING).inputs["functionName"] == alias


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(lambda: consume(changes=["REMOVE", "INSERT"])) == []
