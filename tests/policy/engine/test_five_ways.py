"""Stacks, judged in all the ways they can be asked about: one verdict."""

import functools
from collections import Counter
from collections.abc import Callable

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.faces.formats.state import deployment
from analyser.graph import Graph
from policy.pack import all_rules
from tests.policy.engine import calls
from tests.policy.engine.verdicts import TODAY, InProcess, Verdict, told_by, told_offline
from tests.stacks import RUN_ANEW, stack_graph

pytestmark = pytest.mark.long


@functools.cache
def pack() -> InProcess:
    return InProcess()


@functools.cache
def offline(stack: str) -> list[Verdict]:
    """As `strata preview` says."""
    return told_offline(verdict(stack_graph(stack), today=TODAY)[0])


def told(stack: str, made: calls.Calls) -> list[Verdict]:
    graph = stack_graph(stack)
    pack().configure(graph.stack, graph.project, graph.config)
    return told_by(pack(), made)


def most_used(graph: Graph) -> str:
    """The resource that most inputs of others come from, such as a key."""
    used = Counter(urn for node in graph for urns in node.property_dependencies.values() for urn in urns)
    return next(urn for urn, _ in used.most_common() if graph[urn].is_resource)


def updated(known: Graph, unknown: Graph) -> calls.Calls:
    return calls.update(known, unknown, most_used(known))


WAYS: dict[str, Callable[[Graph, Graph], calls.Calls]] = {
    "first preview": lambda known, unknown: calls.first_preview(unknown),
    "update": updated,
    "up": lambda known, unknown: calls.up(known),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stack", RUN_ANEW)
def test_the_engine_is_told_what_the_preview_says(stack: str, way: str) -> None:
    made = WAYS[way](stack_graph(stack), stack_graph(stack, known=False))
    assert told(stack, made) == offline(stack)


@pytest.mark.parametrize("stack", RUN_ANEW)
def test_a_state_file_is_judged_as_the_stack_is(stack: str) -> None:
    known = stack_graph(stack)
    pack().configure()  # of a file, the engine knows no configuration
    found = told_by(pack(), calls.state_file(known, deployment(known)))
    # Without a configuration the reason may be that of another system's exemption for the same resource.
    assert [_verdict(each) for each in found] == [_verdict(each) for each in offline(stack)]


def _verdict(told: tuple[str, str, str, str]) -> tuple[str, ...]:
    """Rule, resource and level; of what is exempt without the reason."""
    rule, urn, _, level = told
    return (rule, urn, level) if level == "exempt" else told


@pytest.mark.parametrize("stack", RUN_ANEW)
def test_a_target_shows_a_part_of_the_verdict(stack: str) -> None:
    unknown = stack_graph(stack, known=False)
    blamed = {urn for _, urn, _, _ in offline(stack)}
    some, none = (told(stack, calls.targeted(unknown, targets)) for targets in (blamed, ()))
    assert set(none) <= set(some) <= set(offline(stack))
    resource_rules = {rule.id for rule in all_rules() if rule.kind == "resource"}
    assert {each for each in offline(stack) if each[0] in resource_rules} <= set(some)
