"""What a changed size may do: to change in place, and whatever stands in these tables."""

from collections.abc import Mapping
from typing import Any

from analyser.analyses.changes.difference import Difference, compare
from analyser.analyses.report import compared
from tests.scenarios.run import graph_of
from tests.scenarios.sizes import with_sizes
from tests.stacks import stack_graph

REPLACED: Mapping[str, str] = {
    "aws:apigateway/deployment:Deployment": "what is published is a deployment of its own",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "the provider puts a policy anew",
    "aws:ecs/taskDefinition:TaskDefinition": "a revision never changes; tasks move to the next one",
    "aws:eks/nodeGroup:NodeGroup": "EKS changes no instance types: the new group is there before the old one drains",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication":
        "RDS changes no retention of copies; those that are there stay until their end",
    "kubernetes:core/v1:ConfigMap": "the provider makes one anew, for pods to be led over",
    "kubernetes:storage.k8s.io/v1:StorageClass": "Kubernetes changes no parameters; volumes that are there keep theirs",
}  # fmt: skip
"""What is made anew for a size, none of which bears data, and why."""
COUNTS = ("readReplicas", "cache.nodes", "cache.shards", "stream.brokers")
"""How many there are of something: they come and go with what belongs to each of them."""
OF_EACH = frozenset(
    {
        "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:rds/instance:Instance", "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    }
)  # fmt: skip
REFUSED: Mapping[str, str] = {
    "database.storageGib": "RDS never shrinks storage",
    "topic.partitions": "Kafka takes no partition away",
    "stream.brokers": "MSK removes a broker only when it holds no partition",
}
"""Sizes that their services do not lower; the facts in ``resource_types`` have the sources."""


def sized(stack: str, changed: Mapping[str, Any]) -> Difference:
    """From the stack as it is to the same with other sizes."""
    graphs = (stack_graph(stack), graph_of(stack, with_sizes(stack, changed)))
    return compare(*(compared(graph) for graph in graphs))


def surprises(found: Difference, changed: Mapping[str, Any], *, lowered: bool) -> list[str]:
    """What nobody expects of these sizes, a line each."""
    counted = any(path.endswith(COUNTS) for path in changed)
    expected = {why for path, why in REFUSED.items() if lowered and path in changed}
    told = {why.split(": ", 1)[1] for change in found.changes for why in change.refused}
    strange = [f"refused: {why}" for why in sorted(told ^ expected)]
    for change in found.of("replaced", "removed", "added"):
        known = change.type in REPLACED if change.kind == "replaced" else counted and change.type in OF_EACH
        if change.loses or not known:
            strange.append(f"{change.name} ({change.type}) is {change.kind}")
    return strange
