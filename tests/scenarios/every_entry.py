"""An entry in every map and list of every stack, each field alone: ``make soak``. An hour."""

import pytest

from tests.scenarios.inserted import differences, surprises, units
from tests.stacks import STACKS


@pytest.mark.parametrize("stack", STACKS)
def test_an_entry_changes_nothing_but_what_it_is(stack: str) -> None:
    found = units(stack)
    strange = {
        unit: lines
        for unit, difference in zip(found, differences(stack, found, [[unit] for unit in found]), strict=True)
        if (lines := surprises(difference, [place.name for place in found[unit]]))
    }
    assert strange == {}
