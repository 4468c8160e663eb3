"""Whose assumptions a stack has."""

import pytest

from analyser.analyses.cost.usage import SYSTEMS, usage_of
from settings import Usage

PROD = {"strata:system": "records", "strata:environment": "prod"}


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_every_system_assumes_something_of_everything(system: str) -> None:
    assert [name for name, value in SYSTEMS[system].model_dump().items() if value is None] == []


def test_production_has_its_systems_assumptions() -> None:
    assert usage_of(PROD) == SYSTEMS["records"]


def test_other_environments_have_a_tenth_of_them_in_calls_as_long() -> None:
    dev = usage_of({**PROD, "strata:environment": "dev"})
    assert dev.request_millions == 10
    assert dev.function_milliseconds == SYSTEMS["records"].function_milliseconds


def test_a_stack_file_says_otherwise_one_by_one_and_as_it_is() -> None:
    own = {**PROD, "strata:environment": "dev", "strata:usage": '{"requestMillions": 7, "logsGb": 0}'}
    found = usage_of(own)
    assert (found.request_millions, found.logs_gb, found.egress_gb) == (7, 0, 100)


def test_an_unknown_system_has_modest_assumptions() -> None:
    assert usage_of({"strata:environment": "prod"}).request_millions == 10


def test_only_what_is_said_replaces() -> None:
    assert Usage(logs_gb=1).over(Usage(logs_gb=2, nat_gb=3)) == Usage(logs_gb=1, nat_gb=3)
