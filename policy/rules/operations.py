"""What a production stack as a whole needs to be looked after: alarms on its data, a budget."""

from collections.abc import Iterator
from functools import lru_cache

from policy.model import STACK_TYPE, Finding, Graph, Level, Resource, Severity, known, stack_rule, wholly_known
from policy.rules.cloudwatch import ALARM

BUDGET = "aws:budgets/budget:Budget"
_STORES = (
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:msk/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:dynamodb/table:Table",
)
_MEMBER = "aws:rds/clusterInstance:ClusterInstance"
"""What runs a cluster's queries: an alarm on one is on the cluster."""
_COSTLY = (
    *_STORES,
    "aws:eks/cluster:Cluster",
    "aws:ec2/instance:Instance",
    "aws:ec2/natGateway:NatGateway",
    "aws:autoscaling/group:Group",
    "aws:ecs/service:Service",
)


@stack_rule(
    "cloudwatch-data-alarms",
    title="Data stores in production have alarms",
    severity=Severity.LOW,
    types=[STACK_TYPE],
    frameworks={"Well-Architected": "REL06-BP01"},
    remedy="Add metric alarms on storage, load and errors with the store's dimension.",
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
    level=Level.ADVISORY,
)
def data_alarms(_: Resource, graph: Graph) -> Iterator[Finding]:
    """A full disk is known a day ahead to whoever asks."""
    watched = _watched(graph)
    if not graph.production or watched is None:
        return
    for store in graph.of(*_STORES):
        members = graph.companions(store, _MEMBER, by="clusterIdentifier")
        if not watched & {store.urn, *(one.urn for one in members)} and _names(store):
            yield Finding(f"has no alarm on {store.name}")


@lru_cache(maxsize=8)
def _watched(graph: Graph) -> frozenset[str] | None:
    """What alarms look at; None where that of some alarm cannot be told."""
    found: set[str] = set()
    stores: dict[str, list[str]] = {}
    for store in graph.of(*_STORES, _MEMBER):
        for name in _names(store):
            stores.setdefault(name, []).append(store.urn)
    for alarm in graph.of(ALARM):
        for path in ("dimensions", "metricQueries"):
            targets = graph.refers(alarm, path)
            if not targets and not wholly_known(alarm.get(path)):
                return None
            found |= {target.urn for target in targets}
        groups = [alarm.get("dimensions"), *(query.get("metric.dimensions") for query in alarm.blocks("metricQueries"))]
        values = [value for group in groups if isinstance(group, dict) for value in group.values() if known(value)]
        found |= {urn for value in values if isinstance(value, str) for urn in stores.get(value, ())}
    return frozenset(found)


def _names(store: Resource) -> set[str]:
    keys = ("identifier", "clusterIdentifier", "replicationGroupId", "clusterName", "domainName", "name")
    values = [source.get(key) for source in (store.inputs, store.outputs) for key in keys]
    return {value for value in values if isinstance(value, str)}


@stack_rule(
    "budgets-in-production",
    title="Production stacks have a budget",
    severity=Severity.LOW,
    types=[STACK_TYPE],
    frameworks={"Well-Architected": "COST02-BP05"},
    remedy="Add a Budget of type COST with notifications.",
    link="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
    level=Level.ADVISORY,
)
def budget(_: Resource, graph: Graph) -> Iterator[Finding]:
    """A stolen credential or a runaway autoscaler is often first seen on the bill, a month late."""
    if graph.production and graph.of(*_COSTLY) and not graph.of(BUDGET):
        yield Finding("has no budget")
