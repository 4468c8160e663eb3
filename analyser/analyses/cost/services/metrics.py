"""Which resources send custom metrics; Container Insights on EKS is paid by the observation instead."""

from collections.abc import Iterator, Mapping

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.result import Line
from analyser.graph import Node


def sent_metrics(item: Item) -> Iterator[Line]:
    """The item's part of the stack's custom metrics, when it sends any."""
    if not sends(item.node):
        return
    yield item.used("Custom metrics", "cloudwatch.metric", "custom_metrics", share=1 / senders(item))


def senders(item: Item) -> int:
    """How many resources of the stack share its metrics."""
    return sum(1 for token in _SENDERS for node in item.graph.of_type(token) if sends(node))


def sends(node: Node) -> bool:
    """Whether a resource sends metrics that are paid for."""
    check = _SENDERS.get(node.type)
    return check is not None and check(node.inputs)


def _msk(inputs: Mapping[str, object]) -> bool:
    return inputs.get("enhancedMonitoring", "DEFAULT") != "DEFAULT"


def _ecs(inputs: Mapping[str, object]) -> bool:
    settings = inputs.get("settings")
    return isinstance(settings, list) and any(
        setting.get("name") == "containerInsights" and setting.get("value") != "disabled" for setting in settings
    )


_SENDERS = {"aws:msk/cluster:Cluster": _msk, "aws:ecs/cluster:Cluster": _ecs}
