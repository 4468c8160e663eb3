"""The command writes forms, all stacks, and timelines."""

import json
from pathlib import Path

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import BUCKET, CONFIG, write_project

CLEAN = "import pulumi\npulumi.export('answer', '42')\n"
PROGRAM = """
import pulumi
if pulumi.get_stack() == "shop":
    import pulumi_aws as aws

    aws.s3.Bucket("store", bucket="records-store")
elif pulumi.get_stack() == "broken":
    raise pulumi.RunError("out of paper")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, PROGRAM)


def add_stack(project: Path, name: str) -> None:
    (project / f"Pulumi.{name}.yaml").write_text(CONFIG, encoding="utf-8")


def test_all_stacks_end_with_the_worst_of_their_codes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_stack(project, "attic")
    assert cli.run(["preview", "--all"]) == 1
    said = capsys.readouterr()
    attic, shop = [line.split() for line in said.out.splitlines()[1:3]]
    assert attic[:5] == ["attic", "records", "us-east-1", "passes", "0"]
    assert shop[:6] == ["shop", "records", "us-east-1", "would", "be", "stopped"]
    assert "mandatory  s3-" in said.out
    assert "2 stacks, 1 resources" in said.out

    add_stack(project, "broken")
    assert cli.run(["preview", "--all"]) == 2
    said = capsys.readouterr()
    assert said.err == "out of paper\n"
    assert "broken" in said.out
    assert "3 stacks, 1 resources" in said.out


def test_all_clean_stacks_are_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, CLEAN)
    add_stack(project, "attic")
    assert cli.run(["preview", "--all"]) == 0
    assert "stopped" not in capsys.readouterr().out


def test_all_stacks_in_one_form(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_stack(project, "attic")
    assert cli.run(["preview", "--all", "--format", "sarif"]) == 1
    assert len(json.loads(capsys.readouterr().out)["runs"]) == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "strata: name one stack, such as strata preview prod, or give --all; strata stacks lists them"),
        (
            ["shop", "--all"],
            "strata: name one stack, such as strata preview prod, or give --all; strata stacks lists them",
        ),
        (["shop", "--format", "csv"], "strata: --format csv is none of json, junit, sarif, github, state"),
        (["--all", "--format", "state"], "strata: a state file holds one stack; name one"),
        (["shop", "--output", "Pulumi.yaml/x"], "Pulumi.yaml/x: cannot be written: Not a directory"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    add_stack(project, "attic")
    assert cli.run(["preview", *arguments]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{problem}\n")


def test_a_file_takes_what_stdout_would(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["preview", "shop", "--json"]) == 1
    printed = capsys.readouterr().out
    assert cli.run(["preview", "shop", "--format", "json", "--output", "new/report.json"]) == 1
    assert capsys.readouterr().out == "wrote new/report.json\n"
    assert (project / "new" / "report.json").read_text(encoding="utf-8") == printed
    assert cli.run(["preview", "shop", "--output", "page.txt"]) == 1
    assert "shop would be stopped" in (project / "page.txt").read_text(encoding="utf-8")


def test_the_page_says_how_long_a_deployment_takes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["preview", "shop"])
    assert "Deployment: about 4 s, at worst 60 s; strata timeline shop" in capsys.readouterr().out


def test_a_timeline_as_a_chart_and_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, BUCKET)
    assert cli.run(["timeline", "shop"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "shop  deployment to an empty account: about 4 s, at worst 60 s"
    assert any(line.startswith("Bucket store") and "█" * 48 in line for line in lines)
    assert any(line.split() == ["0:00", "4", "s", "Bucket", "store", "starts", "at", "once"] for line in lines)
    assert cli.run(["timeline", "shop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["typicalSeconds"] == 4
