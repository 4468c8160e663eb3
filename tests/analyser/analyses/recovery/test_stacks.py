"""What the real stacks state of recovery holds, and no longer does when what it rests on is taken away."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from analyser.analyses.recovery import State, recovery
from analyser.faces.recovery_text import complaints
from analyser.graph import Graph, Node
from resource_types.bearing import bearing
from settings.objectives import Loss
from tests.stacks import STACKS, home_of, serving, stack_graph

PRODUCTION = [
    stack
    for stack in STACKS
    if not stack.endswith("-dr") and ("prod" in stack or stack in ("confluence-lambda", "mdreader-amplify"))
]


def changed(graph: Graph, change: Callable[[Node], Node | None]) -> Graph:
    """The same graph with every node as a function leaves it; without those of which it leaves nothing."""
    nodes = [after for node in graph if (after := change(node)) is not None]
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)


def given(node: Node, **inputs: Any) -> Node:
    """A node with other inputs."""
    return replace(node, inputs={**node.inputs, **inputs})


@pytest.mark.parametrize("stack", STACKS)
def test_what_a_stack_states_can_be_met(stack: str) -> None:
    """But for the loss of the region, which takes two stacks: tests/analyser/analyses/simulation/test_stacks.py.

    Of a recovery stack that is promoted, what its home stack states as well.
    """
    for graph in (stack_graph(stack), *([serving(stack)] if home_of(stack) else ())):
        assert list(complaints(recovery(graph).without(Loss.REGION))) == []


@pytest.mark.parametrize("stack", PRODUCTION)
def test_production_states_something_of_every_store_or_says_why_not(stack: str) -> None:
    found = recovery(stack_graph(stack))
    losses = [each for each in found.verdicts if each.loss in ("zone", "corruption", "deletion")]
    assert [each.store.name for each in losses if each.objective is None] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_store_of_users_data_is_judged(stack: str) -> None:
    graph = stack_graph(stack)
    judged = {verdict.store.node.urn for verdict in recovery(graph).verdicts}
    bearers = {n.urn for n in graph.resources if (b := bearing(n.type, n.inputs)) and b.kind == "data"}
    others = {graph[urn].type for urn in bearers - judged if graph[urn].inputs.get("region") in (None, graph.region)}
    assert others <= {"aws:kms/key:Key", "aws:backup/vault:Vault", "aws:msk/topic:Topic"}


def test_five_and_fifteen_minutes_hold_for_what_their_judgement_counts() -> None:
    """J-REC-15: where AWS names a most, no figure is taken on trust; what is taken is Redis' and Kafka's alone."""
    found = recovery(stack_graph("prod")).verdicts
    zone = {each.store.name: each for each in found if each.loss is Loss.ZONE}
    held = {name for name, each in zone.items() if each.state is State.HOLDS}
    assert zone.keys() - held == {"cache", "stream"}
    for name in held:
        objective, way = zone[name].objective, zone[name].way
        assert objective is not None
        assert way is not None
        assert (objective.rpo_minutes, objective.rto_minutes) == (5, 15)
        assert way.loses.most is not None
        assert way.takes.most is not None
        assert way.loses.most <= 5 * 60
        assert way.takes.most <= 15 * 60
    (wrong,) = [each for each in found if (each.store.name, each.loss) == ("database", Loss.CORRUPTION)]
    assert wrong.state is State.HOLDS
    assert wrong.way is not None
    assert wrong.way.loses.most == 5 * 60


def _failing(graph: Graph) -> set[tuple[str, str]]:
    return {(each.store.name, str(each.loss)) for each in recovery(graph).without(Loss.REGION).failing}


@pytest.mark.parametrize(
    ("stack", "kind", "inputs", "lost"),
    [
        ("prod", "Instance", {"multiAz": False}, {("database", "zone")}),
        ("prod", "BucketVersioning", {"versioningConfiguration": {"status": "Suspended"}}, {
            (name, loss) for loss in ("corruption", "deletion")
            for name in ("access-logs", "archives", "backups", "deployment-runner-bundles", "logs")
        }),
        ("prod", "Cluster", {"brokerNodeGroupInfo": {"clientSubnets": ["a", "b"]}}, {("stream", "zone")}),
        ("collaboration-prod", "Table", {"pointInTimeRecovery": {"enabled": False}}, set()),
        ("confluence-prod", "ReplicationGroup", {"multiAzEnabled": False}, {("cache", "zone")}),
    ],
)  # fmt: skip
def test_a_setting_that_is_changed_makes_it_fail(
    stack: str, kind: str, inputs: dict[str, Any], lost: set[tuple[str, str]]
) -> None:
    graph = changed(stack_graph(stack), lambda node: given(node, **inputs) if node.kind == kind else node)
    assert _failing(graph) == lost


@pytest.mark.parametrize(("stack", "store"), [("collaboration-prod", "state"), ("confluence-prod", "files")])
def test_a_store_without_any_backup_fails(stack: str, store: str) -> None:
    """Without a plan, and without what its service keeps by itself."""

    def change(node: Node) -> Node | None:
        if node.type.startswith("aws:backup/") or node.kind == "BackupPolicy":
            return None
        return given(node, pointInTimeRecovery={"enabled": False}) if node.kind == "Table" else node

    assert {(store, "corruption"), (store, "deletion")} <= _failing(changed(stack_graph(stack), change))


def test_what_nobody_bounds_is_taken_with_a_reason_and_counted() -> None:
    taken = [
        each for each in recovery(stack_graph("prod")).without(Loss.REGION).verdicts if each.state is State.ACCEPTED
    ]
    assert [(each.store.name, str(each.loss)) for each in taken] == [("cache", "zone"), ("stream", "zone")]
    assert all(each.objective and each.objective.unknown for each in taken)
