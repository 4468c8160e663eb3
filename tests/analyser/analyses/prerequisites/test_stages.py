"""Two runs: the first waits for nobody and reaches no cluster; together they make everything."""

import re
from collections.abc import Iterable

import pytest

from analyser.analyses.prerequisites.stages import WAITING, first_stage
from analyser.graph import Graph, Node
from tests.stacks import STACKS, stack_graph


def excluded(patterns: tuple[str, ...], urns: Iterable[str]) -> set[str]:
    """The URNs that Pulumi takes for one of the patterns: ``**`` is anything, ``*`` anything without a colon.

    https://github.com/pulumi/pulumi/blob/v3.260.0/pkg/resource/deploy/deployment.go
    """
    meant = [".*".join("[^:]*".join(map(re.escape, part.split("*"))) for part in one.split("**")) for one in patterns]
    return {urn for urn in urns if any(re.fullmatch(pattern, urn) for pattern in meant)}


@pytest.mark.parametrize("stack", STACKS)
def test_the_patterns_name_exactly_what_waits(stack: str) -> None:
    graph = stack_graph(stack)
    named = excluded(first_stage(graph).patterns, (node.urn for node in graph))
    assert named == {node.urn for node in graph if node.type in WAITING}
    assert named or not graph.of_type("aws:eks/cluster:Cluster")


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_of_the_first_run_needs_what_is_left_out(stack: str) -> None:
    graph = stack_graph(stack)
    stage = first_stage(graph)
    later = {node.urn for node in stage.left_out}
    for node in graph.resources:
        needed = {*node.dependencies, node.provider.rpartition("::")[0]}
        waiting = {graph[urn].type for urn in needed if graph.get(urn)} & set(WAITING)
        if node.urn not in later:
            assert not needed & later, node.name
            assert not waiting, node.name


@pytest.mark.parametrize("stack", STACKS)
def test_the_first_run_makes_most_of_a_stack_and_all_that_the_steps_between_need(stack: str) -> None:
    graph = stack_graph(stack)
    stage = first_stage(graph)
    later = {node.urn for node in stage.left_out}
    assert len(later) < stage.total / 4
    assert not [node.name for node in stage.left_out if node.package == "kubernetes" and node.urn not in later]
    assert {node.urn for node in graph.resources if node.package == "kubernetes"} <= later
    for token in (
        "aws:route53/zone:Zone",
        "aws:ecr/repository:Repository",
        "aws:secretsmanager/secret:Secret",
        "aws:codeconnections/connection:Connection",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:rds/instance:Instance",
    ):
        assert not {node.urn for node in graph.of_type(token)} & later, token
    for node in graph:
        if "deployment-runner" in node.name and node.is_resource:
            assert node.urn not in later, node.name


def test_a_stack_that_waits_for_nothing_is_made_in_one() -> None:
    bucket = Node("urn:pulumi:s::p::aws:s3/bucket:Bucket::b", "aws:s3/bucket:Bucket", "b", {}, {})
    stage = first_stage(Graph("p", "s", (bucket,), {}, region="us-east-1"))
    assert (stage.patterns, stage.left_out, stage.total) == ((), (), 1)
