"""A handful of the scenarios; ``make soak`` runs every one (``every.py``)."""

import pytest

from tests.scenarios.every import SCENARIOS, SHORT
from tests.scenarios.run import SAID, Scenario, check


@pytest.mark.parametrize(
    "scenario", [one for one in SCENARIOS if one.name in SHORT], ids=lambda scenario: scenario.name
)
def test_the_diff_says_what_was_agreed(scenario: Scenario, pytestconfig: pytest.Config) -> None:
    check(scenario, pytestconfig)


def test_every_scenario_is_agreed_on_and_nothing_else_is() -> None:
    assert sorted(file.stem for file in SAID.iterdir()) == sorted(
        scenario.name for scenario in SCENARIOS if not scenario.refused
    )
