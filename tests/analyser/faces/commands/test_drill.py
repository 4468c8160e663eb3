"""``strata drill``: what it prints, and what it exits with."""

import json
from pathlib import Path

import pytest

from analyser.faces.commands.cli import run
from tests.analyser.faces.commands.test_recovery import VERSIONED
from tests.analyser.project import CONFIG, write_project


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_are_filled_in_with_what_to_see_and_the_way_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(folder, VERSIONED)
    assert run(["drill", "shop", "restore"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("shop: drill restore, 2 steps")
    assert "   aws s3api list-object-versions --bucket records-store " in told
    assert told.count("   see:  ") == told.count("   back: ") == 1


def test_a_kind_that_does_not_apply_says_so_in_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder)
    for kind in ("zone", "region", "restore", "rotate", "scale"):
        assert run(["drill", "shop", kind]) == 0
        told = capsys.readouterr().out
        assert told.startswith(f"shop: no drill {kind}: ")
        assert told.count("\n") == 1


def test_a_kind_that_is_not_known_is_refused_in_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder)
    assert run(["drill", "shop", "fire"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "strata: drill fire is not known; zone, region, restore, rotate, scale, stuck\n"


def test_a_home_that_cannot_be_read_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, config=CONFIG + '  strata:settings: "no object"\n')
    assert run(["drill", "shop", "region"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(folder, VERSIONED)
    assert run(["drill", "shop", "restore", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == "restore"
    assert set(found["steps"][1]) == {"what", "commands", "see", "back", "role"}
