"""`strata policies`: rules by what they are about, a framework by control, and how a stack stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyser.faces.commands import cli
from analyser.graph import Graph
from analyser.run import program as run
from policy.pack import all_rules
from tests.stacks import ROOT, stack_graph


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_stack(root: Path, stack: str, **_: object) -> Graph:
        return stack_graph(stack)

    monkeypatch.setattr(run, "run_stack", run_stack)
    monkeypatch.chdir(ROOT)


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert cli.run(["policies", *arguments]) == code
    said = capsys.readouterr()
    return said.err if code == 2 else said.out


def rules(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    return json.loads(told(capsys, *arguments, "--json"))["rules"]


def test_rules_are_listed_by_severity_and_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(rules(capsys)) == len(all_rules())
    critical = rules(capsys, "--severity", "critical")
    assert {rule["severity"] for rule in critical} == {"critical"}
    assert len(critical) == sum(rule.severity == "critical" for rule in all_rules())
    queues = {rule["id"] for rule in rules(capsys, "--type", "aws:sqs/queue:Queue")}
    assert {"sqs-encrypted", "tags-required"} <= queues  # the latter is about every type
    part = {rule["id"] for rule in rules(capsys, "--type", "sqs")}
    assert "sqs-encrypted" in part
    assert "s3-bucket-tls-only" not in queues | part
    both = rules(capsys, "sqs", "--type", "sqs", "--severity", "high")
    assert both
    assert all("sqs" in rule["id"] and rule["severity"] == "high" for rule in both)
    listed = told(capsys, "--severity", "critical")
    assert listed.splitlines()[-1] == f"{len(critical)} rules"


def test_a_framework_is_listed_by_control(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--framework", "cis").splitlines()
    assert lines[0] == "CIS AWS Foundations Benchmark 7.0"
    assert "3.1.1  Buckets refuse plain HTTP: s3-bucket-tls-only" in lines
    assert "5.3    Use of root raises an alarm: no rule sees it" in lines
    assert lines[-1].startswith("70 controls: ")
    said = json.loads(told(capsys, "--framework", "cis", "--json"))
    assert len(said["controls"]) == 70
    queues = told(capsys, "--framework", "fsbp", "--type", "aws:sqs/queue:Queue").splitlines()
    assert any(line.startswith("SQS.1 ") for line in queues)
    assert not any(line.startswith("S3.5 ") for line in queues)


@pytest.mark.usefixtures("known")
def test_a_stack_stands_by_control(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "dev", "--framework", "cis").splitlines()
    assert lines[0] == "CIS AWS Foundations Benchmark 7.0 in dev, as far as rules see it"
    assert (
        "3.1.1  passed            5 judged by 1 of 1 rules: 5 passed                Buckets refuse plain HTTP" in lines
    )
    failed = lines.index("3.2.4  failed            1 judged by 1 of 2 rules: 1 failed                RDS spans zones")
    assert lines[failed + 1] == "       rds-multi-az  database-primary: runs in one availability zone (multiAz)"
    assert any(line.endswith("exempt until 2027-11-30") for line in lines)
    said = json.loads(told(capsys, "dev", "--framework", "cis", "--json"))
    states = [each["state"] for each in said["controls"]]
    assert lines[-1].startswith(f"70 controls: {states.count('failed')} failed")
    assert f"{states.count('no rule')} no rule" in lines[-1]


@pytest.mark.usefixtures("known")
def test_what_stops_a_deployment_is_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "strata-policy.yaml"
    file.write_text("rules: {rds-multi-az: mandatory}\n", encoding="utf-8")
    monkeypatch.setenv("STRATA_POLICY", str(file))
    assert "3.2.4  failed" in told(capsys, "dev", "--framework", "cis", code=1)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--framework", "soc2"], "strata: --framework 'soc2' is none of cis, fsbp, hipaa, nist, pci"),
        (["--severity", "bad"], "strata: --severity bad is none of critical, high, medium, low"),
        (["--severity", "hgih"], "strata: --severity hgih is none of critical, high, medium, low; did you mean high?"),
        (["--type", "shop:nothing"], "strata: there is no rule of type shop:nothing; strata policies lists them"),
        (
            ["rds", "--type", "aws:s3/buckt:Bucket"],
            "strata: there is no rule of id rds, type aws:s3/buckt:Bucket; did you mean aws:s3/bucket:Bucket?",
        ),
        (["rds-bakups"], "strata: no rule's id holds 'rds-bakups'; did you mean rds-backups?"),
        (
            ["--framework", "pcidss"],
            "strata: --framework 'pcidss' is none of cis, fsbp, hipaa, nist, pci; did you mean pci?",
        ),
        (["nothing"], "strata: no rule's id holds 'nothing'; strata policies lists them"),
        (
            ["dev", "--framework", "cis", "--type", "sqs"],
            "strata: --severity and --type choose rules to list; a stack is judged by all",
        ),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], line: str) -> None:
    assert told(capsys, *arguments, code=2).splitlines() == [line]


@pytest.mark.usefixtures("known")
def test_a_file_that_is_none_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "strata-policy.yaml"
    file.write_text("frameworks: [soc2]\n", encoding="utf-8")
    monkeypatch.setenv("STRATA_POLICY", str(file))
    (line,) = told(capsys, "dev", "--framework", "cis", code=2).splitlines()
    assert line == "policy: strata-policy.yaml: frameworks: 'soc2' is none of cis, fsbp, hipaa, nist, pci"
