"""What watches the collaboration platform: dashboard, alarms, queries, and how long logs are kept."""

import json

import pytest

from analyser.graph import Graph
from tests.stacks import stack_graph
from tests.systems.collaboration import FUNCTION, STACKS, environment


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return stack_graph("collaboration-prod")


@pytest.fixture(scope="module")
def dev() -> Graph:
    return stack_graph("collaboration-dev")


def test_one_dashboard_shows_what_the_plan_lists(graph: Graph) -> None:
    body = json.loads(graph.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    shown = {
        (metric[0], metric[1])
        for widget in body["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if isinstance(metric[0], str)
    }
    assert {
        ("AWS/ECS", "CPUUtilization"),
        ("AWS/ECS", "MemoryUtilization"),
        ("ECS/ContainerInsights", "RunningTaskCount"),
        ("AWS/ApplicationELB", "RequestCount"),
        ("AWS/ApplicationELB", "TargetResponseTime"),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"),
        ("AWS/DynamoDB", "ConsumedReadCapacityUnits"),
        ("AWS/DynamoDB", "WriteThrottleEvents"),
        ("AWS/ElastiCache", "EngineCPUUtilization"),
        ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage"),
        ("AWS/ElastiCache", "NetworkBytesIn"),
        ("AWS/ApiGateway", "ConnectCount"),
        ("AWS/ApiGateway", "IntegrationLatency"),
    } <= shown
    assert f"Collaboration/{environment(graph)}" in json.dumps(body)


def test_failures_are_told_and_logs_can_be_asked(graph: Graph) -> None:
    watched = {n.inputs["namespace"] for n in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert {
        "AWS/ECS",
        "AWS/ApplicationELB",
        "AWS/ElastiCache",
        "AWS/DynamoDB",
        "AWS/ApiGateway",
        "AWS/Lambda",
    } <= watched
    queries = {
        n.name: n.inputs["logGroupNames"] for n in graph.of_type("aws:cloudwatch/queryDefinition:QueryDefinition")
    }
    assert set(queries) == {"queries-errors", "queries-error-rate", "queries-slow-functions"}
    assert f"/ecs/{environment(graph)}-collaboration-service" in queries["queries-errors"]
    (subscriber,) = graph.only("aws:costexplorer/anomalySubscription:AnomalySubscription").inputs["subscribers"]
    policy = graph.only("aws:sns/topicPolicy:TopicPolicy", "notices-policy")
    assert subscriber["address"] == policy.outputs["arn"]
    assert "costalerts.amazonaws.com" in policy.inputs["policy"]


def test_logs_get_colder_and_go(prod: Graph, dev: Graph) -> None:
    kind = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    (rule,) = prod.only(kind, "access-logs-lifecycle").inputs["rules"]
    assert rule["transitions"] == [{"days": 90, "storageClass": "GLACIER_IR"}]
    assert rule["expiration"] == {"days": 365}
    (rule,) = dev.only(kind, "access-logs-lifecycle").inputs["rules"]
    assert rule["expiration"] == {"days": 90}


def test_rotations_that_fail_are_told(graph: Graph) -> None:
    topic = graph.only("aws:sns/topic:Topic", "notices-topic").outputs["arn"]
    for secret in ("redis-secret", "jwt-secret"):
        alarm = graph.only("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarms-{secret}-rotation-errors").inputs
        rotation = graph.only(FUNCTION, f"{secret}-rotation-function").outputs["name"]
        assert alarm["dimensions"] == {"FunctionName": rotation}
        assert (alarm["metricName"], alarm["threshold"], alarm["alarmActions"]) == ("Errors", 0, [topic])
