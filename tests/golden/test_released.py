"""Nothing that the last release deployed vanishes, and nothing that bears data is replaced, unless it was decided."""

import dataclasses

import pytest

from analyser.graph import Graph
from tests.golden.released import allowed, lost, released, resources
from tests.stacks import STACKS, stack_graph

RELEASED = released()
INSTANCE = "aws:rds/instance:Instance"


@pytest.mark.parametrize("stack", sorted(RELEASED))
def test_what_was_deployed_stays(stack: str) -> None:
    assert stack in STACKS, f"{stack} was released, and a stack that is gone must be taken down first"
    found = set(lost(stack, RELEASED[stack], stack_graph(stack, known=False)))
    decided = allowed().get(stack, {})
    assert sorted(found - decided.keys()) == [], "give it an alias, or decide so in tests/golden/allowed.toml"
    assert sorted(decided.keys() - found) == [], "tests/golden/allowed.toml allows what does not happen"


def test_every_decision_is_of_a_released_stack_and_has_a_reason() -> None:
    assert allowed().keys() <= RELEASED.keys()
    assert [urn for stack in allowed().values() for urn, reason in stack.items() if len(reason.split()) < 4] == []


def test_a_name_that_vanished_is_found_unless_an_alias_says_what_it_is() -> None:
    graph = stack_graph("dev", known=False)
    before = resources(graph)
    old = next(urn for urn in before if urn.endswith(f"{INSTANCE}::database-primary"))

    def renamed(*aliases: str) -> Graph:
        return _with(
            graph, urn=f"urn:pulumi:dev::{old}-x", name="database-primary-x", options={"aliases": list(aliases)}
        )

    assert list(lost("dev", before, renamed())) == [old]
    assert list(lost("dev", before, renamed(f"urn:pulumi:dev::{old}"))) == []


@pytest.mark.parametrize(
    ("inputs", "replaced"),
    [({"username": "other"}, True), ({"engine": "mysql"}, True), ({"instanceClass": "db.t4g.large"}, False)],
)
def test_a_database_that_would_be_replaced_is_found(inputs: dict[str, str], replaced: bool) -> None:
    graph = stack_graph("dev", known=False)
    node = graph.only(INSTANCE)
    found = list(lost("dev", resources(graph), _with(graph, inputs={**node.inputs, **inputs})))
    assert [urn.rsplit("::", 1)[1] for urn in found] == (["database-primary"] if replaced else [])


def test_a_key_from_another_resource_is_found() -> None:
    graph = stack_graph("dev", known=False)
    node = graph.only(INSTANCE)
    other = graph.of_type("aws:kms/key:Key")[-1].urn
    assert [other] != list(node.property_dependencies["kmsKeyId"])
    changed = _with(graph, property_dependencies={**node.property_dependencies, "kmsKeyId": (other,)})
    assert [urn.rsplit("::", 1)[1] for urn in lost("dev", resources(graph), changed)] == ["database-primary"]


def _with(graph: Graph, **changed: object) -> Graph:
    """The graph with something else of its database."""
    nodes = [dataclasses.replace(node, **changed) if node.type == INSTANCE else node for node in graph]
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)
