"""A table: encrypted, restorable, and reached by grants on itself, its indexes and its key only."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.data.table import Table, TableSettings
from components.data.table_schema import TableIndex, TableSchema
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust
from tests.support import ACCOUNT, DEV_ACCOUNT, record, unequal_when_unknown

TABLE = "aws:dynamodb/table:Table"
SESSIONS = TableSchema(
    partition_key=("pageId", "S"),
    sort_key=("userId", "S"),
    indexes={"userId-index": TableIndex(("userId", "S"))},
    ttl_attribute="lastSeen",
    stream=True,
)
PLAIN = TableSchema(("pk", "S"))


def build(
    schema: TableSchema = SESSIONS, *, replicated: bool = False, account: Any = ACCOUNT, **settings: Any
) -> Table:
    if replicated:
        settings["replica_region"] = "us-west-2"
    return Table(
        "sessions",
        TableSettings(table_name="collaboration-sessions", **settings),
        schema=schema,
        account=account,
        key=Key("tables", account=ACCOUNT, purpose="Tables"),
        replica_key=Key("west", account=ACCOUNT, purpose="Replicas", region="us-west-2") if replicated else None,
    )


def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: build(*args, **more))


def key_arn(graph: Graph, name: str = "tables-key") -> str:
    return graph.only("aws:kms/key:Key", name).outputs["arn"]


def granted(grant: str, schema: TableSchema = SESSIONS) -> tuple[Graph, list[dict[str, Any]]]:
    def program() -> None:
        given = getattr(build(schema), grant)
        Role("reader", trust=service_trust("lambda.amazonaws.com"), grants=[given], description="Reads")

    graph = record(program)
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "reader-policy").inputs["policy"]
    return graph, json.loads(policy)["Statement"]


def test_what_a_table_is() -> None:
    graph = graph_of()
    assert graph.only(TABLE, "sessions-table").inputs == {
        "name": "collaboration-sessions",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "pageId",
        "rangeKey": "userId",
        "attributes": [{"name": "pageId", "type": "S"}, {"name": "userId", "type": "S"}],
        "globalSecondaryIndexes": [{"name": "userId-index", "hashKey": "userId", "projectionType": "ALL"}],
        "ttl": {"attributeName": "lastSeen", "enabled": True},
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": key_arn(graph)},
        "deletionProtectionEnabled": True,
    }
    assert graph.only(TABLE).ignore_changes == ()
    assert graph.of_type("aws:appautoscaling/target:Target") == []


def test_the_least_schema() -> None:
    inputs = graph_of(PLAIN, account=DEV_ACCOUNT).only(TABLE).inputs
    absent = {"rangeKey", "globalSecondaryIndexes", "ttl", "streamEnabled", "streamViewType", "replicas"}
    assert absent & set(inputs) == set()
    assert inputs["attributes"] == [{"name": "pk", "type": "S"}]
    assert inputs["deletionProtectionEnabled"] is False


def test_a_replica_has_its_own_key_and_the_same_protection() -> None:
    graph = graph_of(PLAIN, replicated=True)
    inputs = graph.only(TABLE).inputs
    assert inputs["replicas"] == [
        {
            "regionName": "us-west-2",
            "kmsKeyArn": key_arn(graph, "west-key"),
            "pointInTimeRecovery": True,
            "propagateTags": True,
            "deletionProtectionEnabled": True,
        }
    ]
    assert (inputs["streamEnabled"], inputs["streamViewType"]) == (True, "NEW_AND_OLD_IMAGES")


@pytest.mark.parametrize(
    ("grant", "present", "absent"),
    [
        ("read", {"dynamodb:GetItem", "dynamodb:Query"}, {"dynamodb:PutItem", "dynamodb:DeleteItem"}),
        ("write", {"dynamodb:PutItem", "dynamodb:BatchWriteItem"}, {"dynamodb:GetItem", "dynamodb:Query"}),
        ("read_write", {"dynamodb:GetItem", "dynamodb:UpdateItem"}, {"dynamodb:DeleteTable"}),
    ],
)
def test_grants_are_on_the_table_its_indexes_and_its_key(grant: str, present: set[str], absent: set[str]) -> None:
    graph, (statement,) = granted(grant)
    arn = graph.only(TABLE).outputs["arn"]
    assert statement["Resource"] == [arn, f"{arn}/index/*", key_arn(graph)]
    assert present | {"kms:Decrypt"} <= set(statement["Action"])
    assert absent & set(statement["Action"]) == set()
    assert not any("*" in action for action in statement["Action"])


def test_without_indexes_none_are_granted() -> None:
    graph, (statement,) = granted("read", PLAIN)
    assert statement["Resource"] == [graph.only(TABLE).outputs["arn"], key_arn(graph)]


def test_the_stream_is_granted_by_itself() -> None:
    graph, (stream, listing) = granted("read_stream")
    assert stream["Resource"] == [graph.only(TABLE).outputs["streamArn"], key_arn(graph)]
    assert "dynamodb:GetRecords" in stream["Action"]
    assert (listing["Action"], listing["Resource"]) == (["dynamodb:ListStreams"], ["*"])


def test_a_table_without_a_stream_says_so() -> None:
    with pytest.raises(ProgramError, match="sessions has no stream"):
        record(lambda: build(PLAIN).stream_arn)


def test_provisioned_capacity_follows_the_load_of_table_and_indexes() -> None:
    graph = graph_of(billing="provisioned", read={"minimum": 10, "maximum": 50}, write={"minimum": 20, "maximum": 60})
    table = graph.only(TABLE)
    (index,) = table.inputs["globalSecondaryIndexes"]
    for capacity in (table.inputs, index):
        assert (capacity["readCapacity"], capacity["writeCapacity"]) == (10, 20)
    assert table.inputs["billingMode"] == "PROVISIONED"
    assert set(table.ignore_changes) == {
        "readCapacity",
        "writeCapacity",
        "globalSecondaryIndexes[*].readCapacity",
        "globalSecondaryIndexes[*].writeCapacity",
    }
    targets = {node.name: node.inputs for node in graph.of_type("aws:appautoscaling/target:Target")}
    own, indexed = "table/collaboration-sessions", "table/collaboration-sessions/index/userId-index"
    described = {
        name: (t["resourceId"], t["scalableDimension"], t["minCapacity"], t["maxCapacity"])
        for name, t in targets.items()
    }
    assert described == {
        "sessions-capacity-read": (own, "dynamodb:table:ReadCapacityUnits", 10, 50),
        "sessions-capacity-write": (own, "dynamodb:table:WriteCapacityUnits", 20, 60),
        "sessions-capacity-userId-index-read": (indexed, "dynamodb:index:ReadCapacityUnits", 10, 50),
        "sessions-capacity-userId-index-write": (indexed, "dynamodb:index:WriteCapacityUnits", 20, 60),
    }


def test_each_target_has_a_policy_of_its_own_metric() -> None:
    graph = graph_of(PLAIN, billing="provisioned")
    metrics = {}
    for policy in graph.of_type("aws:appautoscaling/policy:Policy"):
        tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
        metrics[policy.inputs["scalableDimension"]] = (
            tracking["predefinedMetricSpecification"]["predefinedMetricType"],
            tracking["targetValue"],
        )
    assert metrics == {
        "dynamodb:table:ReadCapacityUnits": ("DynamoDBReadCapacityUtilization", 70),
        "dynamodb:table:WriteCapacityUnits": ("DynamoDBWriteCapacityUtilization", 70),
    }


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"pitr_days": 36}, "less than or equal to 35"),
        (
            {"billing": "provisioned", "replica_region": "us-west-2"},
            "provisioned and replicaRegion exclude each other; onDemand",
        ),
        ({"read": {"minimum": 9, "maximum": 8}}, r"minimum: 9 is above maximum \(8\)"),
        ({"table_name": "a b"}, "is not the name of a table"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TableSettings.model_validate({"table_name": "sessions", **settings})


def test_a_replica_at_home_is_none() -> None:
    with pytest.raises(ValidationError, match="home region"):
        TableSettings.model_validate(
            {"table_name": "sessions", "replica_region": "us-east-1"}, context={"region": "us-east-1"}
        )


def test_a_replica_needs_its_key() -> None:
    with pytest.raises(ProgramError, match="needs a region and a key of that region"):
        graph_of(replica_region="us-west-2")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (TableSchema(("a", "S"), indexes={"by-a": TableIndex(("a", "N"))}), "cannot be both S and N"),
        (TableSchema(("a", "S"), ttl_attribute="a"), "must be a number"),
    ],
)
def test_schemas_that_contradict_themselves(schema: TableSchema, said: str) -> None:
    with pytest.raises(ProgramError, match=said):
        graph_of(schema)


@pytest.mark.parametrize("more", [{}, {"replicated": True}, {"billing": "provisioned"}])
def test_the_pack_asks_for_a_backup_plan_only(more: dict[str, Any]) -> None:
    found, _ = verdict(graph_of(**more))
    # Backup plans are made elsewhere.
    assert {v.rule.id for v in found if "sessions" in v.urn} == {"backup-plan-covers-data"}


@pytest.mark.parametrize("more", [{}, {"replicated": True}, {"billing": "provisioned"}])
def test_the_same_without_outputs(more: dict[str, Any]) -> None:
    assert unequal_when_unknown(lambda: build(**more)) == []
