"""Whoever is granted something, and whatever is named, exists: a resource, or what a migration makes."""

import pytest

from analyser.graph import Graph
from tests.stacks import STACKS, stack_graph
from tests.systems.in_kubernetes import KUBERNETES_KINDS
from tests.systems.other_sides import AWS_KINDS
from tests.systems.told import VARIABLES

pytestmark = pytest.mark.xdist_group("stacks")
KINDS = {**AWS_KINDS, "what code is told": VARIABLES, **KUBERNETES_KINDS}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("kind", KINDS)
def test_somebody_makes_what_is_named(kind: str, stack: str) -> None:
    assert KINDS[kind].missing(stack_graph(stack)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_makes_is_missing(kind: str) -> None:
    """Each kind is named somewhere, and found in what the stack makes alone."""
    nothing = Graph("strata", "nothing", (), {})
    assert any(KINDS[kind].missing(stack_graph(stack), nothing) for stack in STACKS)


OTHERS = ("STACK=", "DEPLOYMENT_ROLE_ARN=", "DATABASE_READERS=[]")


@pytest.mark.parametrize("stack", STACKS)
def test_no_variable_is_found_where_nothing_is_made(stack: str) -> None:
    """Each row of the table looks into the graph; no stack makes files, the role that deploys it, or an empty list."""
    graph, nothing = stack_graph(stack), Graph("strata", "nothing", (), {})
    told = {f"{who}: {what}" for who, what in VARIABLES.asked(graph) if not what.startswith(OTHERS)}
    assert set(VARIABLES.missing(graph, nothing)) == told
