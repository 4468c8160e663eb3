"""``strata report`` writes one file."""

from pathlib import Path

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import write_project

CLEAN = "import pulumi\npulumi.export('answer', '42')\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, CLEAN)


def test_it_goes_to_build_unless_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "shop"]) == 0
    assert capsys.readouterr().out == "wrote build/shop.html\n"
    assert (project / "build" / "shop.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert cli.run(["report", "shop", "--output", "page.html"]) == 0
    assert capsys.readouterr().out == "wrote page.html\n"
    assert (project / "page.html").read_bytes() == (project / "build" / "shop.html").read_bytes()


def test_a_stack_that_would_be_stopped_is_1_and_has_its_report(project: Path) -> None:
    write_project(project)
    assert cli.run(["report", "shop"]) == 1
    assert "Would be stopped" in (project / "build" / "shop.html").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "file").write_text("", encoding="utf-8")
    assert cli.run(["report", "shop", "--output", "file/page.html"]) == 2
    assert capsys.readouterr().err == "file/page.html: cannot be written: Not a directory\n"
