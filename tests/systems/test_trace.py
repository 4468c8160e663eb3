"""Every link of every stack's trace, and what happens to each kind of link when its other side is gone."""

import pytest

from analyser.analyses.reach.graph_view import view_of
from analyser.analyses.trace import BEFORE, State, Story
from analyser.analyses.trace.survey import Survey
from analyser.graph import Graph
from tests.stacks import EVERY_STACK, STACKS, home_of, serving
from tests.traces import BREAKS, broken, kinds, lacking, retold, traced

ELSEWHERE = {
    (Story.ALARM, "publisher"): "alarm",
    (Story.STORE, "value"): "value",
    (Story.ALARM, "inbox"): "inbox",
}
"""Kinds that are never missing under their own name: an alarm that tells nobody has a chain of its own; a value that
nothing of the program puts in is not known."""


OF_ANOTHER_STACK = "the account's role for API Gateway"
"""Which one stack of an account and region makes: tests/analyser/analyses/test_unique_names.py."""


@pytest.mark.parametrize("stack", STACKS)
def test_no_link_is_missing(stack: str) -> None:
    found = [
        (chain.title, link.says, link.because)
        for chain in traced(stack)
        for link in chain.links
        if link.state is State.MISSING
    ]
    assert found == [], f"what each story misses, to be given in the system; strata trace {stack} shows the rest of it"


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_not_known_is_what_nobody_inside_can_know(stack: str) -> None:
    """Browsers come to a recovery stack by what is of its home stack: tests/systems/test_*_recovery.py."""
    open_kinds = {
        link.kind
        for chain in traced(stack)
        for link in chain.links
        if link.state is State.NOT_KNOWN and not link.because.startswith(OF_ANOTHER_STACK)
    }
    homes = {*BEFORE, "selected"} if home_of(stack) else set()
    assert open_kinds <= {"delegation", "trust", "image", "inbox", "value", "tls", "reader"} | homes


@pytest.mark.parametrize("stack", STACKS)
def test_every_kind_of_link_has_a_break(stack: str) -> None:
    unbroken = [kind for kind in kinds(stack) if kind not in BREAKS and kind not in ELSEWHERE]
    assert unbroken == [], "what takes such a link away belongs into BREAKS of tests/traces.py"


BROKEN = (
    "mdreader-amplify",
    "collaboration-prod",
    "mdreader-prod",
    "consulting-prod",
    "confluence-lambda",
    "prod",
    "confluence-prod",
)
"""Where links are broken: the smallest first, for each break is tried with the first stack that it touches."""


@pytest.mark.parametrize(("story", "kind"), BREAKS)
def test_a_link_without_its_other_side_is_missing(story: Story, kind: str) -> None:
    """``make soak`` breaks the links of each of these stacks."""
    untouched = set(range(len(BREAKS[story, kind])))
    for stack in BROKEN:
        if not untouched and not EVERY_STACK:
            break
        before = set(lacking(traced(stack), kind))
        for number, graphs in enumerate(broken(stack, story, kind)):
            if graphs and (number in untouched or EVERY_STACK):
                untouched.discard(number)
                missed = any(new not in before for graph in graphs for new in lacking(retold(graph, story), kind))
                assert missed, f"{stack}: no link is missing by break {number} of {kind}"
    assert untouched == set(), f"these breaks of {kind} touch no stack"


def test_a_survey_sees_one_view_of_a_graph_however_many_were_seen_since() -> None:
    survey = Survey(serving("dev"))
    for number in range(view_of.cache_parameters()["maxsize"] or 0):
        view_of(Graph("strata", f"s{number}", [], {}))
    assert survey.reach.view is survey.view
