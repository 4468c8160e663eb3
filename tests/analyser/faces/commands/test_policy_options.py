"""Which rules a preview is judged by, by what configuration, and the budget that a stack makes for itself."""

import json
from pathlib import Path

import pytest

from analyser.analyses.policies import verdict
from analyser.faces.commands import cli
from tests.analyser.project import BUCKET, write_project

MADE_BUDGET = """
import pulumi_aws as aws

aws.ec2.NatGateway("nat", connectivity_type="private", subnet_id="subnet-1")
aws.budgets.Budget("own", budget_type="COST", time_unit="MONTHLY", limit_amount="{usd}", limit_unit="{unit}")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verdict, "read_exemptions", tuple)  # those of this project would be unused here
    return write_project(tmp_path, BUCKET)


def preview(*options: str) -> int:
    return cli.run(["preview", "shop", *options])


def told(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The ids of the rules that JSON names as violated."""
    assert preview("--json") in (0, 1)
    return {one["rule"] for one in json.loads(capsys.readouterr().out)["violations"]}


@pytest.mark.parametrize(
    "options",
    [("--rule", "tls"), ("--severity", "low"), ("--rule", "versioned"), ("--framework", "fsbp")],
)
def test_a_choice_of_rules_is_told_and_judged_alone(
    project: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    whole = told(capsys)
    code = preview(*options, "--json")
    found = json.loads(capsys.readouterr().out)["violations"]
    assert {one["rule"] for one in found} < whole
    assert found
    assert code == int(any(one["level"] == "mandatory" for one in found))


def test_what_is_chosen_away_stops_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preview() == 1
    assert preview("--type", "aws:sqs/queue:Queue") == 0
    assert "Policies: 0 mandatory, 0 advisory" in capsys.readouterr().out


def test_a_configuration_of_the_pack_is_what_the_engine_takes(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "levels.json").write_text('{"all": "disabled"}', encoding="utf-8")
    assert preview("--policy-pack-config", "levels.json") == 0
    assert "Policies: 0 mandatory, 0 advisory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"no-such-rule": "disabled"}', "levels.json: no-such-rule"),
        ('{"all": "loud"}', "levels.json: all"),
        ("[]", "levels.json: is no object of rules"),
        ("{", "levels.json: is no JSON"),
        (None, "levels.json: cannot be read: No such file or directory"),
    ],
)
def test_a_configuration_that_is_none_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    if text is not None:
        (project / "levels.json").write_text(text, encoding="utf-8")
    assert preview("--policy-pack-config", "levels.json") == 2
    found = capsys.readouterr()
    assert found.out == ""
    (line,) = found.err.splitlines()
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("usd", "unit", "code", "said"),
    [
        ("56", "USD", 0, ""),
        ("32", "USD", 1, "shop: $55.35 a month is above the budget of $32.00\n"),
        ("32", "GB", 1, "shop: makes no monthly budget of its own in USD\n"),
    ],
)
def test_a_stack_keeps_to_the_budget_that_it_makes(
    project: Path, capsys: pytest.CaptureFixture[str], usd: str, unit: str, code: int, said: str
) -> None:
    write_project(project, MADE_BUDGET.format(usd=usd, unit=unit))
    assert preview("--rule", "budgets-in-production", "--budget", "own") == code
    found = capsys.readouterr()
    assert found.err == said
    assert ("is above the stack's own" in found.out) is (usd == "32" and unit == "USD")
