"""What assets hold is seen: changed code is a changed input."""

import hashlib
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from analyser.analyses.changes.changes import Change, changes
from analyser.analyses.changes.pairing import pairs
from analyser.analyses.report import compared
from analyser.run.program import run_program
from policy.unknown import UNKNOWN
from tests.golden.compact import compact

ARCHIVES: dict[str, Any] = {
    "files": lambda: pulumi.AssetArchive({"a.py": pulumi.FileAsset("code/a.py")}),
    "folder": lambda: pulumi.FileArchive("code"),
    "zip": lambda: pulumi.FileArchive("code.zip"),
    "text": lambda: pulumi.AssetArchive({"a.py": pulumi.StringAsset(Path("code/a.py").read_text(encoding="utf-8"))}),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code").mkdir()
    write(tmp_path, "pass")
    return tmp_path


def write(folder: Path, code: str) -> None:
    (folder / "code" / "a.py").write_text(code, encoding="utf-8")
    (folder / "code.zip").write_bytes(b"PK" + code.encode())


def graph(kind: str, root: Path | None = None) -> Any:
    def program() -> None:
        aws.lambda_.Function("f", role="arn:aws:iam::123456789012:role/f", code=ARCHIVES[kind]())

    return run_program(program, stack="shop", config={"aws:region": "us-east-1"}, root=root)


def between(before: Any, after: Any) -> tuple[Change, ...]:
    return changes(pairs(*(compared(one) for one in (before, after))), one_stack=True)


@pytest.mark.parametrize("kind", ARCHIVES)
def test_changed_code_updates_a_function_and_renews_no_golden_graph(kind: str, folder: Path) -> None:
    before, same = graph(kind), graph(kind)
    write(folder, "raise")
    after = graph(kind)
    assert between(before, same) == ()
    (change,) = between(before, after)
    assert (change.kind, change.name, {edit.path.split(".")[0] for edit in change.edits}) == ("updated", "f", {"code"})
    if kind != "text":  # its text is an input of its own
        assert compact(before) == compact(after)


def test_a_file_that_another_name_holds_is_another_folder(folder: Path) -> None:
    before = graph("folder")
    (folder / "code" / "a.py").rename(folder / "code" / "b.py")
    assert [change.name for change in between(before, graph("folder"))] == ["f"]


def test_digests_are_those_of_a_state(folder: Path) -> None:
    (function,) = graph("files").resources
    assert function.inputs["code"]["assets"]["a.py"]["hash"] == hashlib.sha256(b"pass").hexdigest()
    (function,) = graph("zip").resources
    assert function.inputs["code"]["hash"] == hashlib.sha256(b"PKpass").hexdigest()


def test_a_build_that_was_not_run_is_no_change(folder: Path) -> None:
    before = graph("zip")
    (folder / "code.zip").unlink()
    after = graph("zip")
    assert next(iter(after.resources)).inputs["code"]["hash"] is UNKNOWN
    (change,) = between(before, after)
    assert (change.tells, [edit.path for edit in change.not_known]) == (False, ["code.hash"])


def test_paths_are_from_the_project_s_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = graph("files")
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert between(there, graph("files", folder)) == ()
