"""What recovery stacks read is written down as it is."""

from tests.outputs import FILE, outputs
from tests.stacks import ROOT


def test_the_outputs_that_are_read_are_those_of_today() -> None:
    """``make update`` writes them."""
    assert (ROOT / FILE).read_text(encoding="utf-8") == outputs()
