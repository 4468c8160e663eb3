"""The geometry of every other stack's picture, and of every stack's with nothing folded; ``make soak`` runs it."""

import pytest

from tests.analyser.faces.picture.drawings import OTHERS, drawing
from tests.analyser.faces.picture.geometry import faults
from tests.stacks import STACKS


@pytest.mark.parametrize("stack", OTHERS)
def test_no_line_crosses_a_box_or_a_label(stack: str) -> None:
    assert faults(drawing(stack)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_nor_does_one_when_nothing_is_folded(stack: str) -> None:
    assert faults(drawing(stack, unfolded=True)) == []
