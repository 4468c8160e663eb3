"""Container Insights on EKS: what its agent tells of a cluster every minute.

The metrics are those that AWS's agent declares where observability is enhanced, without GPUs, volumes and HyperPod:
https://github.com/aws/amazon-cloudwatch-agent/blob/ab55b8daa/translator/translate/otel/exporter/awsemf/kubernetes.go
Each counts once for each thing that it is of; of what the API server tells by verb, code or resource, once.
"""

from collections.abc import Iterator
from typing import Any

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.result import HOURS, Line
from analyser.graph import Graph, Node

OF_CONTAINER, OF_POD, OF_NODE, OF_DEPLOYMENT, OF_DAEMON_SET, OF_SERVICE, OF_NAMESPACE = 12, 35, 26, 4, 2, 1, 2
OF_CLUSTER = 3 + 20
"""Of the cluster itself, and of its control plane."""
ON_EACH_NODE = {
    "amazon-cloudwatch-observability": 2,
    "aws-ebs-csi-driver": 1,
    "aws-efs-csi-driver": 1,
    "eks-pod-identity-agent": 1,
    "kube-proxy": 1,
    "vpc-cni": 1,
}
"""Pods that an add-on has on each node: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html"""
_MILLIONS_A_MONTH = 60 * HOURS / 1e6

_ADDON, _GROUP, _SCALING = "aws:eks/addon:Addon", "aws:eks/nodeGroup:NodeGroup", "aws:autoscaling/group:Group"
_DEPLOYMENT, _DAEMON_SET = "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DaemonSet"
_STATEFUL_SET, _SERVICE = "kubernetes:apps/v1:StatefulSet", "kubernetes:core/v1:Service"
_NAMESPACE, _SCALER = "kubernetes:core/v1:Namespace", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"

Bounds = tuple[float, float, float]
"""How many there are, at least and at most."""


def observations(item: Item) -> Iterator[Line]:
    """By nodes and pods, between the bounds that both have; pods of charts and of Karpenter's nodes come on top."""
    usual, least, most = (_a_minute(item.graph, index) * _MILLIONS_A_MONTH for index in range(3))
    label, sku = "Observations of Container Insights", "cloudwatch.observations"
    yield item.scaled(label, sku, usual, low=least, high=most, basis="scalingConfig, scaling")


def _a_minute(graph: Graph, index: int) -> float:
    """All that is told in a minute: usually, at least or at most."""
    nodes = sum(_nodes(node)[index] for token in (_GROUP, _SCALING) for node in graph.of_type(token))
    on_each = sum(ON_EACH_NODE.get(str(node.inputs.get("addonName")), 0) for node in graph.of_type(_ADDON))
    told = OF_CLUSTER + nodes * (OF_NODE + on_each * (OF_POD + OF_CONTAINER))
    for token in (_DEPLOYMENT, _STATEFUL_SET):
        told += sum(_pods(graph, node)[index] * _of_one(node) for node in graph.of_type(token))
    told += sum(nodes * _of_one(node) for node in graph.of_type(_DAEMON_SET))
    kinds = {_DEPLOYMENT: OF_DEPLOYMENT, _DAEMON_SET: OF_DAEMON_SET, _SERVICE: OF_SERVICE, _NAMESPACE: OF_NAMESPACE}
    return told + sum(len(graph.of_type(token)) * each for token, each in kinds.items())


def _of_one(node: Node) -> int:
    """What is told of one pod of a workload, with its containers."""
    containers = _at(node.inputs, "spec", "template", "spec", "containers")
    return OF_POD + OF_CONTAINER * (len(containers) if isinstance(containers, list) else 1)


def _nodes(group: Node) -> Bounds:
    keys = ("scalingConfig.desiredSize", "scalingConfig.minSize", "scalingConfig.maxSize")
    if group.type == _SCALING:
        keys = ("desiredCapacity", "minSize", "maxSize")
    usual, least, most = (_number(_at(group.inputs, *key.split("."))) for key in keys)
    return usual, least, most


def _pods(graph: Graph, workload: Node) -> Bounds:
    name = _at(workload.inputs, "metadata", "name")
    for scaler in graph.of_type(_SCALER):
        if _at(scaler.inputs, "spec", "scaleTargetRef", "name") == name:
            least, most = (_number(_at(scaler.inputs, "spec", key), 1) for key in ("minReplicas", "maxReplicas"))
            return max(least, _number(_at(workload.inputs, "spec", "replicas"))), least, most
    replicas = _number(_at(workload.inputs, "spec", "replicas"), 1)
    return replicas, replicas, replicas


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _number(value: Any, default: float = 0) -> float:
    return float(value) if isinstance(value, int | float) else default
