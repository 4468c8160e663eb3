"""Where things stand and lines run on the pictures of real stacks."""

import re

import pytest

from analyser.faces.picture.layout import PITCH
from analyser.faces.picture.routes import Drawing
from analyser.faces.picture.style import STYLE
from analyser.faces.picture.svg import svg
from tests.analyser.faces.picture.drawings import QUICK, drawing
from tests.analyser.faces.picture.geometry import faults
from tests.stacks import ROOT


@pytest.fixture(scope="module", name="drawn", params=QUICK)
def _drawn(request: pytest.FixtureRequest) -> Drawing:
    return drawing(request.param)


def test_no_line_crosses_a_box_or_a_label(drawn: Drawing) -> None:
    assert faults(drawn) == []


def test_every_flow_is_drawn_once(drawn: Drawing) -> None:
    assert [route.flow for route in drawn.routes] == list(drawn.scene.flows)
    pairs = [(flow.source, flow.target, flow.kind) for flow in drawn.scene.flows]
    assert len(pairs) == len(set(pairs))


def test_the_picture_fits_a_page(drawn: Drawing) -> None:
    """On A4 its text is still as large as a footnote's."""
    width, height = drawn.paper.width * PITCH, drawn.paper.height * PITCH
    assert width <= 1280
    assert height <= 2 * width


def test_the_picture_can_stand_in_a_page(drawn: Drawing) -> None:
    rules = re.sub(r"@media[^{]*\{|\{[^{}]*\}", "", STYLE).replace("}", "").split("\n")
    assert [rule for rule in rules if rule.strip() and not rule.strip().startswith(".architecture")] == []
    assert " style=" not in svg(drawn)


def test_the_picture_is_the_one_that_was_looked_at(drawn: Drawing) -> None:
    """Byte for byte; ``make update`` writes it anew, to be looked at again."""
    golden = ROOT / "tests" / "golden" / "pictures" / f"{drawn.scene.stack}.svg"
    assert svg(drawn) == golden.read_text(encoding="utf-8")
