"""What a stack copies to another region has an objective there, and no longer holds it once the copy stops."""

from typing import Any

import pytest

from analyser.analyses.recovery import State, recovery
from analyser.analyses.recovery.model import NO_TIME, Recovery, StandingBy, Step
from analyser.analyses.recovery.ways import WORDS
from analyser.graph import Graph
from settings.objectives import Loss
from tests.analyser.analyses.recovery.test_stacks import PRODUCTION, changed, given
from tests.stacks import STACKS, home_of, stack_graph

STANDS_BY = {home: stack for stack in STACKS if (home := home_of(stack))}
COPIED = {
    "prod": {"archives", "backups"},
    "confluence-prod": {"backups", "static", "uploads"},
    "confluence-lambda": {"backups", "static", "uploads"},
    "mdreader-prod": {"uploads", "web"},
    "collaboration-prod": {"static"},
}
"""The buckets of each home that S3 copies."""


def _found(stack: str, graph: Graph | None = None) -> Recovery:
    """The region is taken to be taken over at once: only what is lost is asked here."""
    standby = STANDS_BY.get(stack)
    at_once = StandingBy(stack_graph(standby), (Step("at once", NO_TIME),)) if standby else None
    return recovery(graph or stack_graph(stack), at_once)


@pytest.mark.parametrize("stack", PRODUCTION)
def test_whatever_has_a_copy_in_another_region_states_what_is_lost_with_its_own(stack: str) -> None:
    region = [each for each in _found(stack).verdicts if each.loss is Loss.REGION]
    copied = [each for each in region if each.way and each.way.name != WORDS["rebuild"]]
    assert [each.store.name for each in copied if each.objective is None] == []
    assert [each.store.name for each in copied if each.state.fails] == []


@pytest.mark.parametrize("rule", [{"status": "Disabled"}, {"filter": {"prefix": "logs/"}}], ids=["off", "narrowed"])
@pytest.mark.parametrize("stack", STANDS_BY.values())
def test_a_bucket_that_is_not_copied_whole_misses_its_objective(stack: str, rule: dict[str, Any]) -> None:
    home = home_of(stack)
    assert home is not None
    graph = changed(
        stack_graph(home),
        lambda node: (
            given(node, rules=[{**each, **rule} for each in node.inputs["rules"]])
            if node.kind == "BucketReplicationConfig"
            else node
        ),
    )
    missed = {each.store.name for each in _found(home, graph).failing if each.state is State.MISSED}
    assert missed == COPIED[home]
