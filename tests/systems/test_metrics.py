"""Every alarm and every widget of every stack against what its metric is (``metric_facts``)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from analyser.graph import Graph
from tests.stacks import STACKS, stack_graph
from tests.systems.metric_facts import Fact, fact, search_problems
from tests.systems.metric_table import FAMILIES, OWN
from tests.systems.records import made as aurora

ALARM, DASHBOARD = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/dashboard:Dashboard"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
_OF_AWS = {"ALL", "Global", "USD"}
"""Values of dimensions that name nothing of the stack's."""


@dataclass(frozen=True)
class Use:
    """One place that names a metric."""

    place: str
    namespace: str
    name: str
    dimensions: dict[str, str]
    statistic: str
    period: int
    region: str
    halved: bool = False
    few: bool = False
    """Whether it says something of a percentile even where hardly anything was measured."""

    @property
    def fact(self) -> Fact | None:
        return fact(self.namespace, self.name, frozenset(self.dimensions))


def alarms(graph: Graph) -> Iterator[tuple[Use, dict[str, Any]]]:
    for node in graph.of_type(ALARM):
        one = node.inputs
        statistic = one.get("statistic") or one["extendedStatistic"]
        where = (one["namespace"], one["metricName"], one.get("dimensions") or {})
        few = "extendedStatistic" in one and one.get("evaluateLowSampleCountPercentiles") != "ignore"
        yield Use(node.name, *where, statistic, one["period"], one.get("region") or graph.region, few=few), one


def widgets(graph: Graph) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in graph.of_type(DASHBOARD):
        for widget in json.loads(node.inputs["dashboardBody"])["widgets"]:
            if widget["type"] == "metric":
                yield f"{node.name}: {widget['properties']['title']}", widget["properties"]


def shown(graph: Graph) -> Iterator[Use]:
    for place, properties in widgets(graph):
        expressions = " ".join(line[0]["expression"] for line in properties["metrics"] if isinstance(line[0], dict))
        for line in properties["metrics"]:
            if isinstance(line[0], dict):
                continue
            *named, options = line if isinstance(line[-1], dict) else (*line, {})
            yield Use(
                place,
                named[0],
                named[1],
                dict(zip(named[2::2], named[3::2], strict=True)),
                options.get("stat") or properties["stat"],
                options.get("period") or properties["period"],
                options.get("region") or properties["region"],
                f"{options.get('id')} / 2" in expressions,
            )


def counted(graph: Graph, use: Use) -> list[str]:
    """Problems of a metric that the stack counts from a log of its own."""
    for node in graph.of_type(FILTER):
        made = node.inputs["metricTransformation"]
        if (made["namespace"], made["name"]) == (use.namespace, use.name):
            fits = {"Count": "Sum", "Milliseconds": "Maximum"}[made["unit"]]
            wrong = [] if use.statistic == fits else [f"{use.place}: {use.statistic} of {made['unit']}"]
            return wrong + [f"{use.place}: {name} is no dimension" for name in use.dimensions]
    return [f"{use.place}: nothing counts {use.namespace} {use.name}"]


def problems(graph: Graph, use: Use) -> list[str]:
    """What is wrong with a use of a metric, whoever makes it."""
    if use.namespace.startswith("Strata/"):
        return counted(graph, use)
    found = use.fact
    if found is None:
        return [f"{use.place}: {use.namespace} {use.name} is not published by {sorted(use.dimensions)}"]
    wrong = {
        f"{use.statistic} does not fit {found.unit}": use.statistic not in found.statistics,
        "judges a percentile of a few": use.few,
        f"is published every {found.publishes} s": use.period % found.publishes != 0,
        f"a level summed over {use.period} s": found.level and use.statistic == "Sum" and use.period > found.publishes,
        "counts each connection twice": found.level and not use.halved,
        f"is published in us-east-1, not {use.region}": found.edge and use.region != "us-east-1",
        f"is published in none of {sorted(regions(graph))}": not found.edge and use.region not in regions(graph),
    }
    return [f"{use.place}: {use.name} {what}" for what, is_so in wrong.items() if is_so]


def regions(graph: Graph) -> set[str]:
    """Where there are metrics: the stack's own region, those of what stands by for it, and of rules on its copies."""
    stores = (
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:cloudwatch/eventRule:EventRule",
    )
    return {graph.region, *(n.inputs["region"] for kind in stores for n in graph.of_type(kind) if "region" in n.inputs)}


@pytest.mark.parametrize("stack", STACKS)
def test_every_alarm_and_widget_asks_for_a_metric_as_it_is_published(stack: str) -> None:
    graph = stack_graph(stack)
    uses = [*(use for use, _ in alarms(graph)), *shown(graph)]
    assert [wrong for use in uses for wrong in problems(graph, use)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_what_the_application_publishes_is_summed_only_where_a_sum_means_something(stack: str) -> None:
    searches = [
        (place, line[0]["expression"])
        for place, properties in widgets(stack_graph(stack))
        for line in properties["metrics"]
        if isinstance(line[0], dict) and "SEARCH" in line[0]["expression"]
    ]
    assert [f"{place}: {why}" for place, one in searches for why in search_problems(one)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_dimension_names_something_of_the_stack(stack: str) -> None:
    graph = stack_graph(stack)
    known = {*_OF_AWS, graph.region, *names(graph)}
    unknown = [
        f"{use.place}: {key} {value}"
        for use in (*(use for use, _ in alarms(graph)), *shown(graph))
        for key, value in use.dimensions.items()
        if value not in known
        and key not in {"Service", "ServiceName", "ReceivingRegion", "Broker ID", "ClientId", "Path", "ResourceType"}
        and not (key == "CacheClusterId" and value.rstrip("0123456789").rstrip("-").rstrip("0123456789-") in known)
    ]
    assert unknown == []


def names(graph: Graph) -> Iterator[str]:
    """All that resources are called."""
    for node in graph.resources:
        yield node.id
        for holder in (node.inputs, node.outputs):
            yield from (value for value in holder.values() if isinstance(value, str))
        metric = (node.inputs.get("visibilityConfig") or {}) if node.type == "aws:wafv2/webAcl:WebAcl" else {}
        yield from (value for value in metric.values() if isinstance(value, str))


@pytest.mark.parametrize("stack", STACKS)
def test_every_alarm_can_go_off_and_be_over(stack: str) -> None:
    graph = stack_graph(stack)
    limits = most(graph)
    never = []
    for use, alarm in alarms(graph):
        found = use.fact
        low, high = found.within if found else (0, None)
        high = limits.get((use.name, next(iter(use.dimensions.values()), "")), high)
        threshold = alarm["threshold"]
        below = alarm["comparisonOperator"] == "LessThanThreshold"
        if below and (threshold <= low or (high is not None and threshold > high)):
            never.append(f"{use.place}: below {threshold} of {low} to {high}")
        if not below and (threshold < low or (high is not None and threshold >= high)):
            never.append(f"{use.place}: above {threshold} of {low} to {high}")
    assert never == []


def most(graph: Graph) -> dict[tuple[str, str], float]:
    """The most that a metric can be of one thing, by the metric's name and the thing's."""
    found: dict[tuple[str, str], float] = {}
    for node in graph.of_type("aws:elasticache/replicationGroup:ReplicationGroup"):
        if not (node.inputs.get("replicasPerNodeGroup") or node.inputs.get("numCacheClusters", 1) > 1):
            # What stands alone lags behind nobody.
            found["ReplicationLag", f"{node.inputs['replicationGroupId']}-001"] = 0
            found["ReplicationLag", f"{node.inputs['replicationGroupId']}-0001-001"] = 0
    for node in graph.of_type("aws:lambda/function:Function"):
        name = node.outputs["name"]
        found["Duration", name] = node.inputs.get("timeout", 3) * 1000
        found["ConcurrentExecutions", name] = node.inputs.get("reservedConcurrentExecutions") or 1000
    for node in graph.of_type("aws:rds/instance:Instance"):
        identifier = node.inputs["identifier"]
        storage = node.inputs.get("allocatedStorage")
        if storage:
            found["FreeStorageSpace", identifier] = storage * 1024**3
    return found


def test_a_table_of_facts_holds_nothing_that_nobody_names_and_says_where_each_is_from() -> None:
    graphs = (*map(stack_graph, STACKS), aurora("follower"), aurora("primary"))
    used = {(use.namespace, use.name) for graph in graphs for use in uses_of(graph)}
    listed = {(space, name) for space, families in FAMILIES.items() for one in families for name in one.metrics}
    assert listed - used == set()
    assert all(one.source.startswith("https://docs.aws.amazon.com/") for many in FAMILIES.values() for one in many)
    assert {name for space, name in used if not space.startswith(("AWS/", "Strata/", "C", "EC"))} <= {
        name for one in OWN for name in one.metrics
    }


def uses_of(graph: Graph) -> Iterator[Use]:
    yield from (use for use, _ in alarms(graph))
    yield from shown(graph)


@pytest.mark.parametrize(
    "wrong",
    [
        "SEARCH('Namespace=\"A\"', 'Sum', 300)",
        "SEARCH('Namespace=\"A\" MetricName=\"Connections\"', 'Sum', 300)",
        "SEARCH('Namespace=\"A\" MetricName=\"OnPage\"', 'Sum', 60)",
        "SEARCH('Namespace=\"A\" NOT MetricName=(\"Connections\")', 'Sum', 300)",
    ],
)
def test_a_search_that_multiplies_is_found(wrong: str) -> None:
    assert search_problems(wrong)
