"""No stack waits where AWS would not have it wait."""

import dataclasses

import pytest

from analyser.analyses.timeline import Timeline, timeline
from analyser.graph import Graph
from tests.stacks import STACKS, stack_graph

MOST = 1.1
"""Times the slowest chain that AWS imposes."""


def needless(found: Timeline) -> str:
    """What to look at when a stack takes too long."""
    links = ", ".join(f"{link.node.type} {link.node.name} ({link.why})" for link in found.needless)
    return f"{found.ratio:.2f} times what AWS imposes; waits that it would not need: {links}"


@pytest.mark.parametrize("stack", STACKS)
def test_a_deployment_takes_hardly_longer_than_aws_imposes(stack: str) -> None:
    found = timeline(stack_graph(stack))
    assert found.typical > 30
    assert found.ratio <= MOST, needless(found)


@pytest.mark.parametrize("stack", STACKS)
def test_providers_wait_for_the_worst_case(stack: str) -> None:
    late = timeline(stack_graph(stack)).impatient
    assert [f"{node.type} {node.name}: {limit} s, worst {worst} s" for node, limit, worst in late] == []


def test_a_depends_on_by_hand_does_not_pass() -> None:
    graph = stack_graph("prod")
    stream, database = (
        graph.only("aws:msk/cluster:Cluster"),
        graph.only("aws:rds/instance:Instance", "database-primary"),
    )
    waiting = dataclasses.replace(database, dependencies=(*database.dependencies, stream.urn))
    nodes = [waiting if node.urn == database.urn else node for node in graph]
    found = timeline(Graph(graph.project, graph.stack, nodes, graph.exports))
    assert found.ratio > MOST
    assert "database-primary (depends_on)" in needless(found)
