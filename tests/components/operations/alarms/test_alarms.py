from dataclasses import replace

import pytest

from analyser.run.program import ProgramError
from components.operations.alarms import Alarm, Alarms
from components.operations.metric import EDGE_REGION, Metric
from components.operations.topic import Notices, NoticesSettings
from components.security.key import Key
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

CPU = Alarm(Metric("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "db"}), 80, "busy", missing="missing")
LATENCY = Alarm(Metric("AWS/ApplicationELB", "TargetResponseTime", {"LoadBalancer": "x"}, "p99"), 0.5, "slow")
EDGE = Alarm(Metric("AWS/CloudFront", "5xxErrorRate", {"Region": "Global"}, region=EDGE_REGION), 5, "errors")
SPACE = Alarm(Metric("AWS/RDS", "FreeStorageSpace", {"DBInstanceIdentifier": "db"}), 1, "full", below=True)
ALL = {"cpu": CPU, "latency": LATENCY, "edge": EDGE, "space": SPACE}
TOKEN = "aws:cloudwatch/metricAlarm:MetricAlarm"


def topic(name: str, region: str | None = None) -> Notices:
    key = Key(name, account=ACCOUNT, purpose="test", region=region)
    return Notices(name, NoticesSettings(), account=ACCOUNT, key=key, region=region)


def alarms() -> Alarms:
    return Alarms("records", ALL, notices=topic("notices"))


def test_every_alarm_notifies_when_it_starts_and_when_it_ends() -> None:
    graph = record_once(alarms)
    arn = graph.only("aws:sns/topic:Topic").outputs["arn"]
    nodes = graph.of_type(TOKEN)
    assert {n.name for n in nodes} == {f"records-{key}" for key in ALL}
    for node in nodes:
        assert node.inputs["alarmActions"] == node.inputs["okActions"] == [arn]


def test_alarm_says_what_it_watches() -> None:
    inputs = record_once(alarms).only(TOKEN, "records-cpu").inputs
    assert inputs["namespace"] == "AWS/RDS"
    assert inputs["metricName"] == "CPUUtilization"
    assert inputs["dimensions"] == {"DBInstanceIdentifier": "db"}
    assert (inputs["statistic"], inputs["period"], inputs["evaluationPeriods"]) == ("Average", 300, 2)
    assert (inputs["comparisonOperator"], inputs["threshold"]) == ("GreaterThanThreshold", 80)
    assert inputs["treatMissingData"] == "missing"


def test_percentiles_are_extended_statistics() -> None:
    inputs = record_once(alarms).only(TOKEN, "records-latency").inputs
    assert inputs["extendedStatistic"] == "p99"
    assert "statistic" not in inputs


def test_what_runs_out_is_watched_from_below() -> None:
    inputs = record_once(alarms).only(TOKEN, "records-space").inputs
    assert inputs["comparisonOperator"] == "LessThanThreshold"


def test_alarm_at_the_edge_notifies_a_topic_beside_it() -> None:
    def program() -> None:
        home, edge = topic("notices", "eu-west-1"), topic("edge", EDGE_REGION)
        Alarms("records", ALL, notices=home, edge_notices=edge)

    graph = record(program)
    edge = graph.only(TOKEN, "records-edge").inputs
    assert edge["region"] == EDGE_REGION
    assert edge["alarmActions"] == [graph.only("aws:sns/topic:Topic", "edge-topic").outputs["arn"]]
    cpu = graph.only(TOKEN, "records-cpu").inputs
    assert cpu["alarmActions"] == [graph.only("aws:sns/topic:Topic", "notices-topic").outputs["arn"]]
    assert "region" not in cpu


def test_alarm_with_no_topic_beside_it_is_an_error() -> None:
    with pytest.raises((ValueError, ProgramError), match="alarm edge is in us-east-1"):
        record(lambda: Alarms("records", ALL, notices=topic("notices", "eu-west-1")))


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(alarms) == []


def test_an_alarm_may_have_a_fixed_name() -> None:
    named = {"cpu": replace(CPU, name="HighCPUUtilization"), "space": SPACE}
    graph = record(lambda: Alarms("records", named, notices=topic("notices")))
    assert graph.only(TOKEN, "records-cpu").inputs["name"] == "HighCPUUtilization"
    assert "name" not in graph.only(TOKEN, "records-space").inputs
