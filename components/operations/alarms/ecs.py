"""Alarms of an ECS service."""

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric

_MINUTE = 60


def service(
    key: str,
    cluster_name: pulumi.Input[str],
    service_name: pulumi.Input[str],
    settings: AlarmSettings,
    *,
    min_count: int,
) -> dict[str, Alarm]:
    """CPU and memory of a service, too few tasks, and tasks that do not get to run.

    ``min_count`` is how many tasks there are at the least, off peak too. Tasks are counted by Container Insights:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    """
    dimensions = {"ClusterName": cluster_name, "ServiceName": service_name}
    return {
        f"{key}-cpu": Alarm(
            Metric("AWS/ECS", "CPUUtilization", dimensions), settings.cpu_percent, f"The tasks of {key} are busy"
        ),
        f"{key}-memory": Alarm(
            Metric("AWS/ECS", "MemoryUtilization", dimensions), settings.memory_percent, f"The tasks of {key} are full"
        ),
        f"{key}-running": Alarm(
            Metric("ECS/ContainerInsights", "RunningTaskCount", dimensions, "Minimum", period=_MINUTE),
            min_count,
            f"Fewer than {min_count} tasks of {key} run",
            below=True,
            periods=5,
            missing="breaching",
        ),
        f"{key}-pending": Alarm(
            Metric("ECS/ContainerInsights", "PendingTaskCount", dimensions, "Minimum"),
            0,
            f"Tasks of {key} have been waiting to run for 15 minutes",
            periods=3,
        ),
    }


def deployments(key: str, rule_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """Deployments that ECS gave up and rolled back, by the rule of ``DeploymentFailures``.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    metric = Metric("AWS/Events", "TriggeredRules", {"RuleName": rule_name}, "Sum")
    return {f"{key}-deployment": Alarm(metric, 0, f"A deployment of {key} failed and was rolled back", periods=1)}


def panels(key: str, cluster_name: pulumi.Input[str], service_name: pulumi.Input[str]) -> dict[str, list[Metric]]:
    """Dashboard metrics of a service: CPU and memory, number of tasks, network traffic."""
    dimensions = {"ClusterName": cluster_name, "ServiceName": service_name}
    counts = ("DesiredTaskCount", "RunningTaskCount", "PendingTaskCount")
    return {
        f"{key} load": [Metric("AWS/ECS", name, dimensions) for name in ("CPUUtilization", "MemoryUtilization")],
        f"{key} tasks": [Metric("ECS/ContainerInsights", name, dimensions, period=_MINUTE) for name in counts],
        f"{key} network": [
            # Bytes a second, which are not to be added up.
            Metric("ECS/ContainerInsights", name, dimensions)
            for name in ("NetworkRxBytes", "NetworkTxBytes")
        ],
    }
