"""``strata --version``, and that nothing tells another version."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from analyser import version
from analyser.faces.commands import cli
from policy.analyzer import PACK_VERSION

ROOT = Path(cli.__file__).resolve().parents[3]


def test_the_version_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    told = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert told
    assert capsys.readouterr().out == f"strata {told.group(1)}\n"


def test_it_is_told_from_any_folder(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from analyser.faces.commands.cli import main; main()",
    ]
    said = subprocess.run([*command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout == f"strata {version.version()}\n"


def test_without_a_checkout_it_is_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "__file__", str(tmp_path / "analyser" / "version.py"))
    monkeypatch.setattr(version.metadata, "version", lambda name: f"{name}'s own")
    assert version.version() == "strata's own"


def test_the_pack_goes_with_it_and_the_changelog_begins_with_it() -> None:
    pack = yaml.safe_load((ROOT / "policy" / "PulumiPolicy.yaml").read_text())
    releases = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version.version() == PACK_VERSION == pack["version"] == releases[0]
