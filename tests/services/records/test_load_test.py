"""The load test of the records system: it states what the stack file does, and its requests are answered by the real
service over data that ``loadtests/records.sql`` made."""

from collections.abc import Generator

import pytest

from tests.loadtests.test_scripts import run
from tests.postgres import MASTER
from tests.services.records.conftest import Stores
from tests.services.records.service import Client, migrate, running
from tests.stacks import ROOT

SCRIPT, DATA = ROOT / "loadtests/records.js", ROOT / "loadtests/records.sql"
RATES = {"READS": "2000", "PAGES": "100", "WRITES": "500"}
PATHS = {"read", "page", "write", "batch", "replace"}


@pytest.fixture(scope="module")
def prepared(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Generator[Client]:
    """A service over tenants and records as the runbook has them made."""
    migrate(stores.postgres, "loaded", tmp_path_factory.mktemp("migrations"))
    values = ("key=secret", "tenants=3", "rows=600", "months=2")
    variables = [part for value in values for part in ("-v", value)]
    stores.postgres.run(*variables, "-f", str(DATA), user=MASTER, database="loaded")
    with running(stores.told("loaded")) as client:
        yield client


def asked(client: Client, **more: str) -> dict[str, str]:
    own = {"BASE": f"http://127.0.0.1:{client.port}", "KEY": "secret", "TENANTS": "3", "MONTHS": "2", "CACHED": "50"}
    return {**RATES, **own, **more}


def test_every_request_is_answered_as_the_contract_says(prepared: Client) -> None:
    found = run(SCRIPT, asked(prepared), turns=20)
    assert "failure" not in found
    assert {request["status"] for request in found["sent"]} == {200, 201}
    assert {request["path"] for request in found["sent"]} == PATHS | {"setup"}
    assert {name: check["failed"] for name, check in found["checks"].items()} == dict.fromkeys(found["checks"], 0)
    assert len(found["checks"]) == len(PATHS)


@pytest.mark.usefixtures("prepared")
def test_data_are_spread_over_tenants_and_months(stores: Stores) -> None:
    spread = "SELECT count(DISTINCT t.name) || ' ' || count(DISTINCT date_trunc('month', records.made_at(r.id))) "
    spread += "FROM records.record r JOIN records.tenant t USING (tenant_id) WHERE t.name LIKE 'load-%'"
    tenants, months = map(int, stores.sql(spread, "loaded").split())
    assert tenants == 3
    assert months >= 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"KEY": "other"}, "load-0 is answered 401"),
        ({"TENANTS": "0"}, "there are no records"),
        ({"READS": "x"}, "READS is missing"),
    ],
)
def test_what_is_not_prepared_is_said_before_anything_is_asked(
    prepared: Client, wrong: dict[str, str], said: str
) -> None:
    assert said in run(SCRIPT, asked(prepared, **wrong), turns=1)["failure"]


def test_each_path_ramps_to_the_stated_rate_and_has_limits() -> None:
    options = run(SCRIPT, {**RATES, "PACE": "0.1", "HOLD": "480"})["options"]
    full = {name: scenario["stages"][-1] for name, scenario in options["scenarios"].items()}
    assert {name: stage["target"] / 60 for name, stage in full.items()} == {
        "read": 2000, "page": 100, "write": 250, "batch": 5,
    }  # fmt: skip
    assert {stage["duration"] for stage in full.values()} == {f"{480 * 6}s"}
    assert all(
        options["thresholds"][f"http_req_duration{{path:{path}}}"] == ["p(99)<500"]
        and options["thresholds"][f"http_req_failed{{path:{path}}}"] == ["rate<0.001"]
        for path in PATHS
    )
    assert options["thresholds"]["dropped_iterations"] == ["count==0"]
