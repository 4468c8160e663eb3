"""A name that is taken twice stops a preview in one line that says both places, and nothing is shown."""

from pathlib import Path

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import CONFIG, write_project

BUCKETS = """
import pulumi_aws as aws

aws.s3.Bucket("drafts", bucket="pages")
aws.s3.Bucket("prints", bucket="pages")
"""
READER = """
import pulumi_aws as aws

aws.iam.Role("reader", name="reader", assume_role_policy="{}")
"""
ACCOUNT = '"aws:allowedAccountIds": ["111122223333"], '


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run(["preview", "shop"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_two_resources_of_one_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(tmp_path, BUCKETS))
    assert refused(capsys) == "shop: drafts and prints have the same name: s3:::pages\n"


def test_two_stacks_of_one_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = CONFIG.replace("{", f"{{{ACCOUNT}", 1)
    monkeypatch.chdir(write_project(tmp_path, READER, config))
    (tmp_path / "Pulumi.staging.yaml").write_text(config, encoding="utf-8")
    told = "shop and staging take the same name in account 111122223333: iam:::role/reader\n"
    assert refused(capsys) == told


def test_what_a_neighbour_does_by_itself_is_its_own_business(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = f"import pulumi\nif pulumi.get_stack() == 'staging':\n{indented(READER, BUCKETS)}\n"
    config = CONFIG.replace("{", f"{{{ACCOUNT}", 1)
    monkeypatch.chdir(write_project(tmp_path, program, config))
    (tmp_path / "Pulumi.staging.yaml").write_text(config, encoding="utf-8")
    assert cli.run(["preview", "shop"]) == 0
    assert "same name" not in capsys.readouterr().err
    assert cli.run(["preview", "staging"]) == 2
    assert capsys.readouterr().err == "staging: drafts and prints have the same name: s3:::pages\n"


def indented(*programs: str) -> str:
    return "\n".join(f"    {line}" for program in programs for line in program.splitlines() if line)
