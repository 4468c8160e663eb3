"""Services that are busy, thin or stuck, and deployments that failed, are noticed."""

import json

from components.operations.alarms import AlarmSettings
from components.operations.alarms.ecs import deployments, panels, service
from components.operations.deployment_failures import DeploymentFailures
from components.security.key import Key, publishers
from tests.support import ACCOUNT, record, unequal_when_unknown

ARN = f"arn:aws:ecs:us-east-1:{ACCOUNT.id}:service/prod/live"
DIMENSIONS = {"ClusterName": "prod", "ServiceName": "live"}


def test_what_is_watched_at_a_service() -> None:
    alarms = service("live", "prod", "live", AlarmSettings(), min_count=2)
    told = {
        key: (a.metric.namespace, a.metric.name, a.metric.statistic, a.threshold, a.below, a.missing)
        for key, a in alarms.items()
    }
    assert told == {
        "live-cpu": ("AWS/ECS", "CPUUtilization", "Average", 80, False, "notBreaching"),
        "live-memory": ("AWS/ECS", "MemoryUtilization", "Average", 80, False, "notBreaching"),
        "live-running": ("ECS/ContainerInsights", "RunningTaskCount", "Minimum", 2, True, "breaching"),
        "live-pending": ("ECS/ContainerInsights", "PendingTaskCount", "Minimum", 0, False, "notBreaching"),
    }
    assert all(alarm.metric.dimensions == DIMENSIONS for alarm in alarms.values())


def test_one_failed_deployment_is_enough() -> None:
    alarm = deployments("live", "rule")["live-deployment"]
    assert (alarm.metric.namespace, alarm.metric.name) == ("AWS/Events", "TriggeredRules")
    assert alarm.metric.dimensions == {"RuleName": "rule"}
    assert (alarm.threshold, alarm.below, alarm.periods) == (0, False, 1)


def test_load_tasks_and_network_have_panels() -> None:
    found = {title: [metric.name for metric in metrics] for title, metrics in panels("live", "prod", "live").items()}
    assert found == {
        "live load": ["CPUUtilization", "MemoryUtilization"],
        "live tasks": ["DesiredTaskCount", "RunningTaskCount", "PendingTaskCount"],
        "live network": ["NetworkRxBytes", "NetworkTxBytes"],
    }


def failures() -> DeploymentFailures:
    key = Key("notices", account=ACCOUNT, purpose="Notices", usable_by=[publishers(ACCOUNT, "events")])
    return DeploymentFailures("live-deployments", key=key, service_arn=ARN)


def test_failed_deployments_of_one_service_are_kept() -> None:
    graph = record(failures)
    rule, queue = graph.only("aws:cloudwatch/eventRule:EventRule"), graph.only("aws:sqs/queue:Queue")
    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "resources": [ARN],
        "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
    }
    assert queue.inputs == {
        "messageRetentionSeconds": 1209600,
        "kmsMasterKeyId": graph.only("aws:kms/key:Key").outputs["arn"],
    }
    target = graph.only("aws:cloudwatch/eventTarget:EventTarget")
    assert (target.inputs["arn"], target.inputs["rule"]) == (queue.outputs["arn"], rule.outputs["name"])
    policy = graph.only("aws:sqs/queuePolicy:QueuePolicy")
    assert policy.urn in target.dependencies
    events, transport = json.loads(policy.inputs["policy"])["Statement"]
    assert events["Condition"] == {"ArnEquals": {"aws:SourceArn": rule.outputs["arn"]}}
    assert transport["Effect"] == "Deny"


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(failures) == []
