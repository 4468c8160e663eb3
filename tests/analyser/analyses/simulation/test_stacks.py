"""The real pairs: nothing that is known to keep a recovery from working, and what is stated of the region holds."""

import pytest

from analyser.analyses.recovery.stores import with_images
from analyser.analyses.simulation import Outcome, Pair
from analyser.analyses.simulation.answering import Answering
from analyser.analyses.simulation.run import lost_region, standing
from settings.recovery import copying_images, recovery_of
from settings.stackfile import read
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
