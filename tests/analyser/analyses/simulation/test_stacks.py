"""The real pairs: nothing that is known to keep a recovery from working, and what is stated of the region holds."""

import pytest

from analyser.analyses.recovery.stores import with_images
from analyser.analyses.simulation import Outcome, Pair
from analyser.analyses.simulation.answering import Answering, uncertified
from analyser.analyses.simulation.remaining import taken_over
from analyser.analyses.simulation.run import lost_region, standing
from settings.recovery import copying_images, recovery_of
from settings.stackfile import read
from tests.analyser.analyses.simulation.made import changed, told
from tests.stacks import ROOT, STACKS, stack_graph

HOMES = {said.home: name for name in STACKS if (said := recovery_of(read(ROOT, name).config))}


def lost(home: str) -> Outcome:
    forms = (stack_graph(HOMES[home], promoted=promoted) for promoted in (False, True))
    graph = stack_graph(home)
    images = [stack_graph(other) for other in copying_images(home, graph.config)]
    pair = Pair(with_images(graph, images), *forms)
    return lost_region(Answering(pair.home), standing(pair.home, pair), pair)


def test_there_are_pairs() -> None:
    assert {"prod", "collaboration-prod"} <= HOMES.keys()


@pytest.mark.parametrize("home", HOMES)
def test_the_loss_of_a_region_is_survived(home: str) -> None:
    found = lost(home)
    assert [*found.faults, *found.silent, *found.broken, *found.failing] == []
    assert found.stated
    assert found.steps


def test_images_of_all_stacks_are_copied_by_one_of_their_account() -> None:
    said = {home: [*copying_images(home, read(ROOT, home).config)] for home in (*HOMES, "mdreader-dev")}
    assert said == {home: [] if home in ("prod", "mdreader-dev") else ["prod"] for home in said}


def test_a_certificate_of_the_promoted_stack_that_is_for_other_names_is_told() -> None:
    """Of an API behind the home stack's CDN too, which asks for the name of the API's own domain."""
    home = "confluence-lambda"
    other = told("rest-certificate-certificate", domainName="other.invalid")
    promoted = changed(stack_graph(HOMES[home], promoted=True), other)
    assert [*uncertified(Answering(taken_over(stack_graph(home), promoted)))] == [
        "rest-domain shows a certificate for active.lambda.confluence-clone.app: its certificates are for other.invalid"
    ]
