"""``strata teardown``: what it prints, and what it exits with."""

import json
from pathlib import Path

import pytest

from analyser.faces.commands.cli import run
from tests.analyser.faces.commands.test_recovery import VERSIONED
from tests.analyser.project import write_project

UNNAMED = """
import pulumi_aws as aws

aws.rds.Instance("database", instance_class="db.t3.micro", identifier="orders", engine="postgres")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_steps_and_what_survives_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, VERSIONED)
    assert run(["teardown", "shop"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("shop: destroy takes about ")
    assert "   pulumi destroy --stack shop ${keep?}\n" in told
    assert "- bucket records-store, unless it was emptied\n" in told
    assert "in the way" not in told


def test_what_is_in_the_way_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, UNNAMED)
    assert run(["teardown", "shop"]) == 1
    assert "\nin the way: database: its final snapshot has no name" in capsys.readouterr().out


def test_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, UNNAMED)
    assert run(["teardown", "shop", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["blocks"][0]["resource"] == "database"
    assert found["survives"][0] == "the final snapshot of PostgreSQL orders"
