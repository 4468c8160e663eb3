"""The command: exit codes, one line a problem, results on stdout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import BUCKET, CONFIG, write_project

ROOT = Path(cli.__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, "import pulumi\npulumi.export('answer', '42')\n")


def problems(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """What is said on stderr about input that cannot be used, after checking that nothing else is said."""
    assert cli.run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err.splitlines()


def test_a_clean_stack_is_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["preview", "shop"]) == 0
    said = capsys.readouterr()
    assert "answer  42" in said.out
    assert "shop passes: 0 resources" in said.out
    assert said.err == ""


def test_a_mandatory_violation_is_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, BUCKET)
    assert cli.run(["preview", "shop"]) == 1
    assert "shop would be stopped: 1 resources" in capsys.readouterr().out


def test_json_is_all_there_is_on_stdout(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, BUCKET)
    assert cli.run(["preview", "shop", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["summary"]["resources"]) == (1, 1)
    assert found["outputs"] == {"bucket": "records-store"}


def test_the_root_is_found_from_below(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(project / "a" / "b")
    assert cli.run(["stacks"]) == 0
    assert capsys.readouterr().out.split() == ["shop", "records", "prod", "us-east-1"]


def test_outside_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = problems(capsys, "preview", "shop")
    assert line.startswith("strata: no Pulumi.yaml in ")


def test_a_stack_without_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert problems(capsys, "preview", "shp") == [
        "Pulumi.shp.yaml: there is no such stack file; did you mean shop? stacks here: shop"
    ]


def test_an_error_of_the_program(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, "import pulumi\nraise pulumi.RunError('out of paper')\n")
    assert problems(capsys, "preview", "shop") == ["out of paper"]


def test_a_fault_of_the_program(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, "1 / 0\n")
    assert problems(capsys, "preview", "shop") == ["ZeroDivisionError: division by zero"]


@pytest.mark.parametrize("arguments", [["preview"], ["preview", "shop", "--nope"], ["predict"], ["preview", "a", "b"]])
def test_a_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = problems(capsys, *arguments)
    assert line.startswith("strata: ")


def test_without_a_command_it_says_which_there_are_each_in_a_whole_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.run([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Usage: strata ")
    assert "  deploy-plan  " in said
    assert [line for line in said.splitlines() if line.endswith("...")] == ["Usage: strata [OPTIONS] COMMAND [ARGS]..."]


def test_a_broken_stack_file_does_not_hide_the_others(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "Pulumi.dev.yaml").write_text("config: [", encoding="utf-8")
    assert cli.run(["stacks"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("shop ")
    assert said.err.startswith("Pulumi.dev.yaml: is not valid YAML: line 2")


def test_the_schema_is_written_and_checked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = problems(capsys, "schema", "--check")
    assert line == "schemas/stack.json: is not up to date; run: make schema"
    assert cli.run(["schema"]) == 0
    assert cli.run(["schema", "--check"]) == 0
    schema = json.loads((project / "schemas" / "stack.json").read_text(encoding="utf-8"))
    assert "records" in schema["properties"]["config"]["properties"]["strata:system"]["enum"]


def test_the_projects_own_schema_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.run(["schema", "--check"]) == 0


def test_the_process_ends_with_the_same_code(tmp_path: Path) -> None:
    """With the two others in test_process.py."""
    write_project(tmp_path, BUCKET, CONFIG)
    command = [sys.executable, "-c", "from analyser.faces.commands.cli import main; main()", "preview", "shop"]
    ended = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize("command", ["diagram", "preview"])
def test_a_file_that_cannot_be_written_is_one_line(
    command: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(project, "", CONFIG)
    (line,) = problems(capsys, command, "shop", "--output", "Pulumi.yaml/shop.svg")
    assert line == "Pulumi.yaml/shop.svg: cannot be written: Not a directory"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "shop.pdf"), "--output shop.pdf ends in .pdf, which no picture is; .svg, or .mmd for Mermaid"),
        (("--output", "a.svg", "--format", "mermaid"), "--output a.svg is for svg, and --format says mermaid"),
        (("--format", "png"), "--format png is not known; svg or mermaid"),
    ],
)
def test_a_picture_is_in_the_form_that_its_file_is_named_for(
    arguments: tuple[str, ...], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(project, "", CONFIG)
    assert problems(capsys, "diagram", "shop", *arguments) == [f"strata: {said}"]
    assert cli.run(["diagram", "shop", "--output", "shop.mmd"]) == 0
    assert Path("shop.mmd").read_text(encoding="utf-8").startswith("flowchart")


def test_whoever_reads_the_first_lines_alone_is_told_of_no_fault() -> None:
    program = "from analyser.faces.commands.cli import main; main()"
    command = [sys.executable, "-c", program, "policies"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()  # as head does
        assert process.stderr.read() == ""
        assert process.wait() == 0


def test_policies_counts_one_rule_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["policies", "rds-multi-az"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 rule"
    assert cli.run(["policies", "rds"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" rules")


def test_policies_explains_a_rule_and_what_it_mends(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["policies", "elb-tls-policy"]) == 0
    said = capsys.readouterr().out
    assert "    sets      sslPolicy, by itself at level remediate\n" in said
    assert cli.run(["policies", "rds-backups"]) == 0
    assert "by itself" not in capsys.readouterr().out
    assert problems(capsys, "policies", "no-such") == [
        "strata: no rule's id holds 'no-such'; strata policies lists them"
    ]
