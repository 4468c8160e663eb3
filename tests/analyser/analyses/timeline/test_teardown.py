"""How long it takes to take a stack away, checked against sums made by hand."""

import pytest

from analyser.analyses.timeline import teardown
from analyser.analyses.timeline.document import teardown_document
from tests.analyser.analyses.timeline.nodes import DATABASE, KAFKA, TOPIC, VPC, graph, node
from tests.stacks import STACKS, stack_graph

vpc = node(VPC, "vpc")  # goes as quickly as most: 2 s, at worst 20
database = node(DATABASE, "database", values=[vpc])  # 330 s, at worst 1200


def test_what_needs_others_goes_before_them() -> None:
    replica = node(DATABASE, "replica", values=[database])
    found = teardown(graph(vpc, database, replica))
    assert (found.typical, found.worst) == (330 + 330 + 2, 1200 + 1200 + 20)
    assert [(link.node.name, link.start) for link in found.path] == [("replica", 0), ("database", 330), ("vpc", 660)]


def test_children_go_before_their_parent_and_what_waited_goes_first() -> None:
    parent = node(TOPIC, "parent")
    child = node(DATABASE, "child", parent=parent.urn)
    waiting = node(DATABASE, "waiting", after=[child])
    assert teardown(graph(parent, child, waiting)).typical == 330 + 330 + 2


def test_what_is_retained_takes_no_time_and_what_is_protected_is_named() -> None:
    kept = node(DATABASE, "kept", values=[vpc], options={"retainOnDelete": True})
    held = node(TOPIC, "held", protect=True)
    found = teardown(graph(vpc, kept, held))
    assert found.typical == 2
    assert [one.name for one in found.retained] == ["kept"]
    assert [one.name for one in found.protected] == ["held"]
    told = teardown_document(found)
    assert (told["protected"], told["retained"]) == ([held.urn], [kept.urn])


def test_a_slow_type_of_which_nobody_has_said_it_is_named() -> None:
    assert teardown(graph(vpc, database, node(KAFKA, "stream"))).guessed == (KAFKA,)


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_can_be_taken_away_in_the_order_that_it_has(stack: str) -> None:
    found = teardown(stack_graph(stack))
    assert 10 < found.typical <= found.parallel
    assert found.typical <= found.worst
