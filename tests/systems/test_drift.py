"""What AWS, autoscalers, rotations and operators change by themselves is taken back by no update, in any stack."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from analyser.graph import Graph, Node
from components import drift
from components.drift import DRIFTS, Drift, ignored
from policy.pack import rule_named
from tests.stacks import STACKS, stack_graph
from tests.systems.records import made


def within(value: Any, path: str) -> Iterator[Any]:
    """What an input says at a path of ``components.drift``; nothing where it says nothing."""
    name, _, rest = path.partition(".")
    steps = re.fullmatch(r"(\w+)((?:\[\*\])?)", name)
    assert steps is not None, f"{path} is no path"
    found = value.get(steps[1]) if isinstance(value, dict) else None
    for one in (found or []) if steps[2] else [found]:
        if one is not None:
            yield from within(one, rest) if rest else [one]


def refers(graph: Graph, kind: str, key: str, node: Node) -> bool:
    """Whether a resource of a kind names this one in a property."""
    return any(node.urn in other.property_dependencies.get(key, ()) for other in graph.of_type(kind))


def _in_datastore(graph: Graph, node: Node) -> bool:
    return "globalReplicationGroupId" in node.inputs or _leads_datastore(graph, node)


def _leads_datastore(graph: Graph, node: Node) -> bool:
    kind = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"
    return refers(graph, kind, "primaryReplicationGroupId", node)


def _moved(graph: Graph, node: Node) -> bool:
    groups = graph.of_type("aws:codedeploy/deploymentGroup:DeploymentGroup")
    return any(node.inputs["functionName"] in json.dumps(group.inputs) for group in groups) or bool(
        graph.of_type("aws:codedeploy/application:Application") and groups
    )


def _pods_scaled(graph: Graph, node: Node) -> bool:
    scalers = graph.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")
    return node.inputs["metadata"]["name"] in {one.inputs["spec"]["scaleTargetRef"]["name"] for one in scalers}


CONDITIONS: dict[str, Callable[[Graph, Node], bool]] = {
    drift.ALWAYS: lambda _, node: True,
    drift.PROVISIONED: lambda _, node: node.inputs["billingMode"] == "PROVISIONED",
    drift.PROVISIONED_INDEXES: lambda _, node: (
        node.inputs["billingMode"] == "PROVISIONED" and "globalSecondaryIndexes" in node.inputs
    ),
    drift.BY_THE_CLOCK: lambda graph, node: refers(
        graph, "aws:appautoscaling/scheduledAction:ScheduledAction", "resourceId", node
    ),
    drift.GLOBAL_PRIMARY: _leads_datastore,
    drift.GLOBAL_MEMBER: _in_datastore,
    drift.GLOBAL_COPY: lambda _, node: "globalReplicationGroupId" in node.inputs,
    drift.GROWS: lambda _, node: "maxAllocatedStorage" in node.inputs and "replicateSourceDb" not in node.inputs,
    drift.FOLLOWS: lambda _, node: "replicationSourceIdentifier" in node.inputs,
    drift.STANDBY: lambda _, node: node.inputs.get("multiAz") is True,
    drift.PASSWORDS: lambda _, node: node.inputs["authenticationMode"]["type"] == "password",
    drift.CANARY: _moved,
    drift.SCALED_PODS: _pods_scaled,
    drift.SCALED_TASKS: lambda graph, _: "home" not in graph.exports,
    drift.WITHIN_BOUNDS: lambda _, node: (
        node.inputs["minSize"] <= node.inputs["desiredCapacity"] <= node.inputs["maxSize"]
    ),
}


def taken_back(graph: Graph, row: Drift, node: Node) -> bool:
    """Whether the next update would undo what changed meanwhile."""
    if row.path in node.ignore_changes or not CONDITIONS[row.when](graph, node):
        return False
    if row.kept == "told":
        return row.type not in rule_named("version-support").types
    given = list(within(node.inputs, row.path))
    if row.kept == "unread":
        made = {graph[urn].type for urn in node.property_dependencies.get(row.path, ())}
        return bool(given) and made != {"random:index/randomPassword:RandomPassword"}
    if row.kept == "pinned":
        return any(not re.fullmatch(row.form, str(value)) for value in given)
    return row.kept == "ignored" or bool(given)


@pytest.mark.parametrize("stack", STACKS)
def test_no_update_takes_back_what_others_change(stack: str) -> None:
    graph = stack_graph(stack)
    found = [
        (row.type, node.name, row.path)
        for row in DRIFTS
        for node in graph.of_type(row.type)
        if taken_back(graph, row, node)
    ]
    assert found == []


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_ignored_that_the_table_does_not_name(stack: str) -> None:
    """But for what pulumi-eks ignores of its own."""
    graph = stack_graph(stack)
    rows = {(row.type, row.path): row for row in DRIFTS if row.kept == "ignored"}
    for node in graph:
        for path in node.ignore_changes if node.type != "aws:eks/cluster:Cluster" else ():
            row = rows[node.type, path]
            assert CONDITIONS[row.when](graph, node), f"{node.name} ignores {path} although {row.when} does not hold"


@pytest.mark.parametrize("row", DRIFTS, ids=lambda row: f"{row.type.rsplit(':', 1)[-1]}.{row.path}-{row.kept}")
def test_a_row_says_who_and_why(row: Drift) -> None:
    assert row.why
    assert row.source.startswith("https://")
    assert (row.kept == "pinned") == bool(row.form)
    assert row.when in CONDITIONS


def test_every_type_of_the_table_is_in_some_stack() -> None:
    """Or in one with a setting that is off."""
    registered = {node.type for stack in STACKS for node in stack_graph(stack)}
    registered |= set(made("follower", "dev").counts)
    assert {row.type for row in DRIFTS} <= registered


def test_what_is_ignored_depends_on_the_conditions() -> None:
    assert ignored("aws:rds/instance:Instance") == []
    assert ignored("aws:rds/instance:Instance", drift.GROWS) == ["allocatedStorage"]
    assert ignored("aws:ecs/service:Service", drift.SCALED_TASKS) == ["desiredCount"]


CLUSTER = "aws:eks/cluster:Cluster"


@pytest.mark.parametrize(
    ("token", "kept", "inputs", "ignores", "taken"),
    [
        (CLUSTER, "ignored", {"size": 3}, [], True),
        (CLUSTER, "ignored", {"size": 3}, ["size"], False),
        (CLUSTER, "unset", {"size": 3}, [], True),
        (CLUSTER, "unset", {}, [], False),
        (CLUSTER, "pinned", {"size": "3"}, [], True),
        (CLUSTER, "pinned", {"size": "4"}, [], False),
        (CLUSTER, "told", {"size": 3}, [], False),
        ("aws:sqs/queue:Queue", "told", {"size": 3}, [], True),
    ],
)
def test_each_way_of_keeping_what_changed_is_asked_for(
    token: str, kept: Any, inputs: dict[str, Any], ignores: list[str], taken: bool
) -> None:
    row = Drift(token, "size", "AWS", kept, "a test", "https://example.com", form="4" if kept == "pinned" else "")
    graph = Graph("shop", "dev", [], {})
    node = Node(urn="urn:it", type=token, name="it", inputs=inputs, outputs={}, ignore_changes=tuple(ignores))
    assert taken_back(graph, row, node) is taken
