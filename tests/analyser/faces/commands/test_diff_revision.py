"""strata diff --rev: a stack as a git revision has it, and nothing left behind."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from analyser.faces.commands import cli, revision
from analyser.faces.commands.usage_error import UsageError
from tests.analyser.project import CONFIG, write_project

PROGRAM = 'import pulumi_aws as aws; aws.sqs.Queue("q", delay_seconds={delay})'


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the project in a folder of it, and a place of its own for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    folder = tmp_path / "repository" / "infra"
    folder.mkdir(parents=True)
    write_project(folder, PROGRAM.format(delay=1), CONFIG)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    monkeypatch.chdir(folder)
    return folder


def left_behind(project: Path) -> list[str]:
    worktrees = git(project, "worktree", "list", "--porcelain").split("\n\n")
    temporary = project.parent.parent / "temporary"
    return [*filter(None, worktrees[1:]), *(file.name for file in temporary.iterdir())]


def test_a_revision_is_previewed_by_its_own_program(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, PROGRAM.format(delay=2), CONFIG)
    assert cli.run(["diff", "shop", "--rev", "main", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == "strata: shop is compared with its changes that are not committed\n"
    found = json.loads(said.out)
    assert (found["before"], found["after"]) == ("shop at main", "shop")
    assert [one["edits"] for one in found["changes"]] == [
        [{"path": "delaySeconds", "kind": "changed", "before": 1, "after": 2}]
    ]
    assert left_behind(project) == []


def test_what_is_otherwise_than_at_a_revision_and_what_is_gone_is_told(project: Path) -> None:
    (project / "Pulumi.gone.yaml").write_text("config: {}\n")
    (project / "site").mkdir()
    (project / "site" / "index.html").write_text("one")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "second")
    assert revision.stacks_at(project, "main") == ["gone", "shop"]
    assert not revision.changed(project, ["site", "nowhere"], "main")
    (project / "site" / "index.html").write_text("two")
    assert revision.changed(project, ["site"], "main")
    assert not revision.changed(project, [], "main")
    with pytest.raises(UsageError, match="--rev nope"):
        revision.stacks_at(project, "nope")


def test_a_program_that_fails_there_leaves_nothing(project: Path) -> None:
    with pytest.raises(UsageError, match=r"^none at main: .*Pulumi\.none\.yaml"):
        revision.preview_at(project, "none", "main")
    assert left_behind(project) == []


def test_ctrl_c_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: Any) -> None:
        assert len(left_behind(project)) == 2
        raise KeyboardInterrupt

    monkeypatch.setattr(revision, "_preview", interrupted)
    with pytest.raises(KeyboardInterrupt):
        revision.preview_at(project, "shop", "main")
    assert left_behind(project) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shop", "--rev", "nowhere"], "strata: --rev nowhere: git knows no such revision"),
        (["shop", "--rev=-x"], "strata: --rev -x is no git revision"),
        (["a.json", "shop", "--rev", "main"], "strata: --rev main: a.json is a file, which is of no revision"),
    ],
)
def test_a_revision_that_is_none_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.run(["diff", *arguments]) == 2
    assert capsys.readouterr().err == f"{said}\n"
    assert left_behind(project) == []


def test_outside_of_a_repository_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert cli.run(["diff", "shop", "--rev", "main"]) == 2
    assert capsys.readouterr().err.startswith("strata: --rev: fatal: not a git repository")


def test_without_git_it_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(UsageError, match=r"^strata: --rev needs git, which is not on the path$"):
        revision.preview_at(project, "shop", "main")


def test_both_sides_may_be_revisions(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def preview_at(_root: Path, _stack: str, name: str) -> dict[str, Any]:
        asked.append(name)
        return {"stack": "shop", "resources": [], "cost": {"total": {"usd": 0}, "components": [], "resources": []}}

    monkeypatch.setattr("analyser.faces.commands.diff.preview_at", preview_at)
    assert cli.run(["diff", "shop", "--rev", "v1..v2"]) == 0
    assert asked == ["v1", "v2"]
