"""The order of a graph does not depend on what the SDK sends first."""

import random

import pulumi
import pulumi_aws as aws
import pytest

from analyser.graph import Graph, Node
from analyser.run.program import run_program
from analyser.run.registration_order import in_order
from tests.analyser.analyses.timeline.nodes import TOPIC, VPC, node
from tests.stacks import stack_graph


def names(nodes: list[Node]) -> list[str]:
    return [found.name for found in nodes]


def test_the_program_s_order_stands_where_nothing_is_needed_before() -> None:
    first, second, third = (node(TOPIC, name) for name in ("b", "a", "c"))
    turns = {second.urn: 2, third.urn: 3, first.urn: 1}
    assert names(in_order({n.urn: n for n in (third, second, first)}, turns)) == ["b", "a", "c"]


def test_what_is_needed_comes_first_whenever_it_was_asked_for() -> None:
    late = node(VPC, "late")
    early = node(TOPIC, "early", after=[late])
    child = node(TOPIC, "child", parent=early.urn)
    nodes = {n.urn: n for n in (child, early, late)}
    assert names(in_order(nodes, {child.urn: 1, early.urn: 2, late.urn: 3})) == ["late", "early", "child"]


def test_a_circle_loses_nothing() -> None:
    one = node(TOPIC, "one", parent="urn:pulumi:test::strata::aws:sns/topic:Topic::other")
    other = node(TOPIC, "other", after=[one])
    assert names(in_order({other.urn: other, one.urn: one}, {one.urn: 1, other.urn: 2})) == ["one", "other"]


def test_what_waits_for_one_thing_is_recorded_as_the_program_has_it() -> None:
    wanted = [f"topic-{number}" for number in range(30)]

    def program() -> None:
        key = aws.kms.Key("key")
        others = [aws.sns.Topic(name, kms_master_key_id=key.id) for name in wanted]
        # Waits for many at once, which the SDK keeps in a set.
        aws.ssm.Parameter("last", type="String", value="1", opts=pulumi.ResourceOptions(depends_on=others))

    graph = run_program(program, stack="test", config={"aws:region": "us-east-1"})
    assert names(list(graph)) == ["key", *wanted, "last"]


@pytest.mark.parametrize("stack", ["prod", "confluence-prod"])
def test_a_real_stack_is_in_one_order_however_it_arrives(stack: str) -> None:
    graph: Graph = stack_graph(stack)
    turns = {found.urn: number for number, found in enumerate(graph)}
    seen: set[str] = set()
    for found in graph:
        assert {*found.dependencies, found.parent} - {""} <= seen, found.name
        seen.add(found.urn)
    shuffled = list(graph)
    random.Random(1).shuffle(shuffled)
    assert in_order({found.urn: found for found in shuffled}, turns) == list(graph)
