"""Where things stand and flows run on the pictures of real stacks."""

import re
from itertools import combinations

import pytest

from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.view import View
from analyser.faces.picture.layout import Paper, Placed, lay_out
from analyser.faces.picture.routes import routes
from analyser.faces.picture.scene import Scene, scene
from analyser.faces.picture.svg import STYLE, svg
from tests.stacks import stack_graph


@pytest.fixture(scope="module", name="drawn", params=["prod", "confluence-lambda"])
def _drawn(request: pytest.FixtureRequest) -> Scene:
    graph = stack_graph(request.param)
    return scene(Reach(graph), View(graph))


@pytest.fixture(scope="module", name="paper")
def _paper(drawn: Scene) -> Paper:
    return lay_out(drawn)


def meet(one: Placed, other: Placed) -> bool:
    beside = one.x >= other.x + other.width or other.x >= one.x + one.width
    return not beside and one.y < other.y + other.height and other.y < one.y + one.height


def within(inner: Placed, outer: Placed) -> bool:
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


def test_things_do_not_meet_and_stand_in_their_box(paper: Paper) -> None:
    leaves = paper.leaves()
    assert [pair for pair in combinations(leaves.values(), 2) if meet(*pair)] == []
    for outer in paper.boxes:
        for leaf in outer.box.leaves():
            assert within(leaves[leaf.key], outer), (leaf.key, outer.box.key)


def test_the_picture_fits_a_page(paper: Paper) -> None:
    assert paper.width <= 1120
    assert all(placed.x >= 0 and placed.x + placed.width <= paper.width for placed in paper.boxes)


def test_flows_end_at_the_edges_of_their_boxes_and_apart(drawn: Scene, paper: Paper) -> None:
    leaves = paper.leaves()
    ends: list[tuple[str, int, int]] = []
    for route in routes(drawn, paper):
        numbers = [int(number) for number in re.findall(r"-?\d+", route.line)]
        for key, x, y in ((route.flow.source, *numbers[:2]), (route.flow.target, *numbers[-2:])):
            box = leaves[key]
            assert box.x < x < box.x + box.width
            assert y in (round(box.y), round(box.y + box.height))
            ends.append((key, x, y))
    assert len(ends) == 2 * len(drawn.flows)
    assert len(ends) == len(set(ends))


def test_the_picture_can_stand_in_a_page(drawn: Scene) -> None:
    rules = re.sub(r"@media[^{]*\{|\{[^{}]*\}", "", STYLE).replace("}", "").split("\n")
    assert [rule for rule in rules if rule.strip() and not rule.strip().startswith(".architecture")] == []
    assert " style=" not in svg(drawn)
