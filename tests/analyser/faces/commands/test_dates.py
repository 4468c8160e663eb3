"""The day on the command line: what ends is told, and stops a deployment only where that is asked for."""

from pathlib import Path

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import write_project

# At the end of 2026 the runtime has half a year left.
FUNCTION = """
import pulumi
import pulumi_aws as aws

role = aws.iam.Role("role", assume_role_policy="{}")
aws.lambda_.Function("function", role=role.arn, runtime="python3.11", handler="a.b", code=pulumi.AssetArchive({}))
"""
SAID = "function: asks for Lambda python3.11, whose support ends on 2027-06-30, in {} days (runtime)"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, FUNCTION, "config: {aws:region: us-east-1, strata:environment: dev}\n")


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str]]:
    """The level and the words by which the preview tells of the runtime."""
    cli.run(["preview", "shop", *arguments])
    lines = capsys.readouterr().out.splitlines()
    levels = [line.split()[0] for line in lines if line.split()[1:2] == ["version-support"]]
    return list(zip(levels, [line.strip() for line in lines if "whose support" in line], strict=True))


def test_the_day_is_an_input(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(capsys, "--day", "2026-12-31") == []
    assert judged(capsys, "--day", "2027-01-01") == [("advisory", SAID.format(180))]
    assert judged(capsys) == [], "the tests' own day is in November"


def test_it_stops_a_deployment_where_it_is_asked_to(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(capsys, "--day", "2027-01-01", "--strict-dates") == [("mandatory", SAID.format(180))]
    assert judged(capsys, "--day", "2026-12-31", "--strict-dates") == []


def test_every_stack_is_judged_by_the_same_day(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def reported(*arguments: str) -> bool:
        cli.run(["preview", "--all", "--json", *arguments])
        return "whose support ends" in capsys.readouterr().out

    assert reported("--day", "2027-01-01")
    assert not reported("--day", "2026-12-31")


def test_a_day_that_is_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["preview", "shop", "--day", "2027-02-30"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "strata: --day 2027-02-30 is no day; say one as 2027-01-31"
