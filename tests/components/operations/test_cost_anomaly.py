"""Unusual spending is told, and the topic lets those tell it who find it."""

import json

import pytest
from pydantic import ValidationError

from components.operations.budget import CostTag
from components.operations.cost_anomaly import PUBLISHER, CostAnomaly, CostAnomalySettings
from components.operations.topic import PUBLISHERS, Notices, NoticesSettings
from components.security.key import Key, publishers
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription"
EXISTING = f"arn:aws:ce::{ACCOUNT.id}:anomalymonitor/12345678-1234-1234-1234-123456789012"


def anomaly(settings: CostAnomalySettings | None = None) -> None:
    allowed = (*PUBLISHERS, PUBLISHER)
    key = Key("notices", account=ACCOUNT, purpose="test", usable_by=[publishers(ACCOUNT, *allowed)])
    notices = Notices("notices", NoticesSettings(), account=ACCOUNT, key=key, publishers=allowed)
    CostAnomaly("costs", settings or CostAnomalySettings(), notices=notices)


def test_it_is_told_at_once_when_it_costs_enough() -> None:
    graph = record(lambda: anomaly(CostAnomalySettings(minimum_usd=35)))
    node = graph.only(SUBSCRIPTION)
    assert node.inputs["frequency"] == "IMMEDIATE"
    assert node.inputs["monitorArnLists"] == [graph.only(MONITOR).outputs["arn"]]
    topic = graph.only("aws:sns/topic:Topic").outputs["arn"]
    assert node.inputs["subscribers"] == [{"type": "SNS", "address": topic}]
    assert node.inputs["thresholdExpression"] == {
        "dimension": {
            "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "matchOptions": ["GREATER_THAN_OR_EQUAL"],
            "values": ["35"],
        }
    }
    assert graph.only("aws:sns/topicPolicy:TopicPolicy").urn in node.dependencies


def test_the_service_that_finds_it_may_use_topic_and_key() -> None:
    graph = record_once(anomaly)
    for kind in ("aws:sns/topicPolicy:TopicPolicy", "aws:kms/key:Key"):
        statements = json.loads(graph.only(kind).inputs["policy"])["Statement"]
        (allowed,) = [s for s in statements if "Service" in s["Principal"]]
        assert "costalerts.amazonaws.com" in allowed["Principal"]["Service"]
        assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT.id}}


def test_every_service_is_watched_or_what_a_tag_marks_or_what_is_watched_already() -> None:
    inputs = record_once(anomaly).only(MONITOR).inputs
    assert (inputs["monitorType"], inputs["monitorDimension"]) == ("DIMENSIONAL", "SERVICE")
    tagged = CostAnomalySettings(tag=CostTag(key="project", value="reader"))
    inputs = record(lambda: anomaly(tagged)).only(MONITOR).inputs
    assert inputs["monitorType"] == "CUSTOM"
    assert "monitorDimension" not in inputs
    assert json.loads(inputs["monitorSpecification"]) == {
        "And": None,
        "CostCategories": None,
        "Dimensions": None,
        "Not": None,
        "Or": None,
        "Tags": {"Key": "project", "MatchOptions": None, "Values": ["reader"]},
    }
    graph = record(lambda: anomaly(CostAnomalySettings(monitor_arn=EXISTING)))
    assert not graph.of_type(MONITOR)
    assert graph.only(SUBSCRIPTION).inputs["monitorArnLists"] == [EXISTING]


def test_an_existing_monitor_has_its_scope() -> None:
    with pytest.raises(ValidationError, match="either tag or monitorArn"):
        CostAnomalySettings(tag=CostTag(key="a", value="b"), monitor_arn=EXISTING)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(anomaly) == []
