"""``strata recovery``: what it prints, and what it exits with."""

import json
from pathlib import Path

import pytest

from analyser.faces.commands.cli import run
from tests.analyser.project import CONFIG, write_project

STATED = CONFIG.replace("environment: prod", "environment: prod, strata:objectives: {0}")
VERSIONED = """
import pulumi_aws as aws

bucket = aws.s3.Bucket("store", bucket="records-store")
aws.s3.BucketVersioning("versions", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_holds_is_shown_with_the_way_and_its_source(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, VERSIONED)
    assert run(["recovery", "shop"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("shop  3 of 3 objectives hold\n")
    row = next(line for line in told.splitlines() if line.startswith("store  zone"))
    assert " ".join(row.split()) == "store zone holds 5 min 0 s 15 min 0 s kept in several zones"
    assert "older versions: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html" in told
    assert "nothing stated, and nothing that brings it back from loss by region: store" in told


def test_what_cannot_be_met_fails_with_file_and_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder)
    assert run(["recovery", "shop"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[-2] == (
        "Pulumi.shop.yaml: objectives.corruption.rpoMinutes: 1500 of store: nothing brings it back from loss by "
        "corruption"
    )


def test_reasons_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reason = '{corruption: {none: "it is a copy"}, deletion: {none: "it is a copy"}}'
    write_project(folder, config=STATED.replace("{0}", reason))
    assert run(["recovery", "shop"]) == 0
    assert "it is a copy" in capsys.readouterr().out


def test_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder)
    assert run(["recovery", "shop", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["summary"] == {"stated": 3, "hold": 1, "accepted": 0, "notKnown": 0, "missed": 2}


def test_a_store_that_is_not_there_is_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, config=STATED.replace("{0}", "{stores: {sture: {zone: {rpoMinutes: 1}}}}"))
    assert run(["recovery", "shop"]) == 2
    said = "Pulumi.shop.yaml: objectives.stores.sture: is no store; did you mean store? its stores: store\n"
    assert capsys.readouterr().err.endswith(said)
