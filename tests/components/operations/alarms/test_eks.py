from components.operations.alarms import AlarmSettings
from components.operations.alarms.eks import cluster


def test_nodes_are_watched_by_the_cluster_name() -> None:
    alarms = cluster("microservice-prod", AlarmSettings(cpu_percent=70))
    assert {a.metric.name: a.threshold for a in alarms.values()} == {
        "cluster_failed_node_count": 0,
        "node_cpu_utilization": 70,
        "node_memory_utilization": 80,
        "node_filesystem_utilization": 80,
    }
    assert {a.metric.namespace for a in alarms.values()} == {"ContainerInsights"}
    assert all(a.metric.dimensions == {"ClusterName": "microservice-prod"} for a in alarms.values())
