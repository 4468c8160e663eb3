"""An entry in the middle of any map or list of the settings changes nothing else; ``every_entry.py`` takes each."""

import pytest

import systems
from tests.scenarios.fields import declared
from tests.scenarios.insertable import ROWS
from tests.scenarios.inserted import differences, surprises, units
from tests.scenarios.opened import ORDERED
from tests.stacks import STACKS

PACKED = ("prod",)
"""That with most of what can be inserted into; ``make soak`` takes all stacks."""


def test_every_map_and_list_has_its_row() -> None:
    every = {name for system in systems.SETTINGS for name in declared(system)}
    assert len(every) > 50
    assert sorted(every - ROWS.keys() - ORDERED.keys()) == [], (
        "what is put into it? a row in tests/scenarios/insertable.py, or the reason why nothing is in opened.py"
    )
    assert sorted((ROWS.keys() | ORDERED.keys()) - every) == [], "no settings have this field"
    assert ROWS.keys() & ORDERED.keys() == set()


def test_every_row_is_in_some_stack() -> None:
    reached = {place.name for stack in STACKS for places in units(stack).values() for place in places}
    assert sorted(ROWS.keys() - reached) == [], "open the section that it is in: tests/scenarios/opened.py"


@pytest.mark.parametrize("stack", PACKED)
def test_entries_change_nothing_but_what_they_are(stack: str) -> None:
    found = units(stack)
    (difference,) = differences(stack, found, [list(found)])
    names = [place.name for places in found.values() for place in places]
    assert surprises(difference, names) == []
    assert len(difference.of("added")) > 20
    assert len(difference.of("updated")) > 10
