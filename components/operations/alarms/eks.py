"""Alarms of an EKS cluster's nodes and pods, by Container Insights."""

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric


def cluster(cluster_name: pulumi.Input[str], settings: AlarmSettings) -> dict[str, Alarm]:
    """Failed and crowded nodes of an EKS cluster whose observability add-on publishes Container Insights.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-EKS.html
    """
    return {
        "nodes-failed": Alarm(
            _insight("cluster_failed_node_count", cluster_name, "Maximum"), 0, "A node of the cluster has failed"
        ),
        "nodes-cpu": Alarm(_insight("node_cpu_utilization", cluster_name), settings.cpu_percent, "The nodes are busy"),
        "nodes-memory": Alarm(
            _insight("node_memory_utilization", cluster_name), settings.memory_percent, "The nodes are full"
        ),
        "nodes-disk": Alarm(
            _insight("node_filesystem_utilization", cluster_name, "Maximum"),
            100 - settings.free_storage_percent,
            f"A node has less than {settings.free_storage_percent} % of its disk free",
        ),
    }


def _insight(name: str, cluster_name: pulumi.Input[str], statistic: str = "Average") -> Metric:
    return Metric("ContainerInsights", name, {"ClusterName": cluster_name}, statistic)
