"""What is judged by a day: it is an input, of the run or of the configuration, and reaches the engine as such."""

from datetime import date
from pathlib import Path

import pytest

from policy.dates import Dates, strictly
from policy.exemptions import Exemption
from policy.levels import Config
from policy.listing import policies_of
from policy.model import PolicyConfigError, read_config
from policy.pack import all_rules, rule_named
from policy.version_support import read_support
from tests.policy.support import TODAY, resource, verdict

BARE = resource("aws:sns/topic:Topic", "orders")
ENDING = "exemption-ending"


def told(expires: date, **thresholds: object) -> list[tuple[str, bool]]:
    given = Exemption("sns-encrypted", BARE.urn, "tested", "team@example.com", expires)
    config = {ENDING: thresholds} if thresholds else None
    found = verdict(BARE, rules=[rule_named(ENDING)], exemptions=[given], config=config)
    return [(one.message.rpartition(": ")[2], one.blocks) for one in found]


def test_the_end_of_an_exemption_is_told_half_a_year_before() -> None:
    assert told(date(2026, 7, 31)) == []
    assert told(date(2026, 7, 30)) == [("its last day is 2026-07-30, in 180 days", False)]
    assert told(TODAY) == [(f"its last day is {TODAY}, in 0 days", False)]
    assert told(date(2026, 1, 30)) == [], "exemption-current tells of what is over"


def test_another_day_and_level_are_configuration() -> None:
    assert told(date(2026, 7, 31), day="2026-02-01", enforcementLevel="mandatory") == [
        ("its last day is 2026-07-31, in 180 days", True)
    ]
    with pytest.raises(PolicyConfigError, match=f"{ENDING}.day"):
        read_config({ENDING: {"day": "next week"}}, all_rules())


def test_strictly_is_every_rule_that_judges_by_a_day() -> None:
    assert strictly(all_rules()) == {ENDING: "mandatory", "version-support": "mandatory"}


def test_the_engine_is_given_no_default_that_its_own_schema_refuses() -> None:
    (policy,) = policies_of([rule_named("version-support")], "dev", Config())
    assert policy.config_schema is not None
    day = policy.config_schema.properties["day"]
    assert (day["type"], day["format"]) == ("string", "date")
    assert "default" not in day
    assert policy.config_schema.properties["noticeDays"]["default"] == Dates().notice_days


@pytest.mark.parametrize("end", ["soon", "2026-1-1", "null", "2026-01-01T00:00:00Z"])
def test_an_end_is_a_day_or_not_announced(tmp_path: Path, end: str) -> None:
    file = tmp_path / "support.yaml"
    file.write_text(f'- {{service: a, said: "(.+)", source: "https://a", ends: {{"1": {end}}}}}\n')
    with pytest.raises(ValueError, match=r"support.yaml: a: '1': .* is no day, nor \"not announced\""):
        read_support(file)
