"""Which nodes pods start on: those whose labels they name and whose taints they bear."""

from collections.abc import Iterable, Iterator, Mapping

from components.compute.node_settings import NodeGroupSettings
from components.workloads.pod import PodSettings
from settings import Problem


def misplaced(workloads: Mapping[str, PodSettings], groups: Iterable[NodeGroupSettings]) -> Iterator[Problem]:
    """Why pods, by their key in the settings, start on no node, where there are no nodes but those of the groups."""
    groups = list(groups)
    for key, pods in workloads.items():
        if pods.node_pool is not None:
            yield Problem(f"{key}.nodePool", "is Karpenter's, which is not here; nodeSelector chooses a node group")
        elif not any(_takes(group, pods.node_selector) for group in groups):
            unknown = "no node group has these labels, and no taint besides"
            said = unknown if pods.node_selector else "is needed: each node group has a taint"
            yield Problem(f"{key}.nodeSelector", said)


def _takes(group: NodeGroupSettings, selector: Mapping[str, str]) -> bool:
    refused = (
        taint.effect != "PREFER_NO_SCHEDULE" and selector.get(taint.key) != taint.value for taint in group.taints
    )
    return selector.items() <= group.labels.items() and not any(refused)
