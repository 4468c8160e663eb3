"""Costs on the command line: the page, the bill, budgets, differences."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.policies import verdict
from analyser.faces.commands import cli
from tests.analyser.project import CONFIG, write_project

KEY = "import pulumi_aws as aws\naws.kms.Key('own', enable_key_rotation=True)\n"
TWO = KEY + "aws.ec2.NatGateway('nat', subnet_id='subnet-1', allocation_id='eipalloc-1')\n"
USED = """config:
  aws:region: us-east-1
  strata:system: records
  strata:environment: prod
  strata:usage: {keyRequestMillions: 0, natGb: 0}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, TWO, USED)


def out(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out(capsys))
    return found


def test_the_page_has_the_cost_of_components_and_their_sum(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["preview", "shop"])
    said = out(capsys)
    section = said[said.index("Cost in USD a month") :]
    assert [line.split()[:2] for line in section.splitlines()[1:4]] == [
        ["nat", "32.85"],
        ["own", "1.00"],
        ["total", "33.85"],
    ]


def test_json_has_the_whole_bill(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["preview", "shop", "--json"])
    cost = shown(capsys)["cost"]
    assert cost["total"] == {"usd": 33.85, "low": 33.85, "high": 33.85}
    (line,) = (line for resource in cost["resources"] for line in resource["lines"] if line["sku"] == "nat.hours")
    assert (line["quantity"], line["price"], line["usd"], line["basis"]) == (730, 0.045, 32.85, None)
    assert cost["unpriced"] == []


@pytest.mark.parametrize(("budget", "code"), [("33.85", 0), ("33.84", 1), ("0", 1)])
def test_a_budget_is_kept_or_the_command_fails(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    budget: str,
    code: int,
) -> None:
    monkeypatch.setattr(verdict, "read_exemptions", tuple)  # those of the records system would be unused here
    assert cli.run(["preview", "shop", "--budget", budget]) == code
    said = capsys.readouterr().err
    assert said == ("" if code == 0 else f"shop: $33.85 a month is above the budget of ${float(budget):,.2f}\n")


@pytest.mark.parametrize("budget", ["nan", "inf", "-5", "much"])
def test_a_budget_that_nothing_could_exceed_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], budget: str
) -> None:
    assert cli.run(["preview", "shop", "--budget", budget]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "--budget" in said.err
    assert said.err.count("\n") == 1


def test_no_budget_is_kept_by_what_has_no_price(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(
        project,
        "import pulumi_aws as aws\naws.gamelift.Alias('it', routing_strategy={'type': 'TERMINAL', 'message': 'x'})\n",
        USED,
    )
    assert cli.run(["preview", "shop", "--budget", "1000000"]) == 1
    assert capsys.readouterr().err == "shop: a resource or type has no price, so no budget can be kept\n"


def test_the_bill_names_each_line_its_price_and_its_assumption(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(project, TWO, CONFIG)
    assert cli.run(["cost", "shop"]) == 0
    said = out(capsys)
    assert "NAT gateway: 730 hour at $0.045" in said
    assert "Data through NAT: ~500 GB at $0.045  [natGb]" in said
    assert "The design's monthly breakdown, reserved" in said


BOX = """
import pulumi
import pulumi_aws as aws

box = pulumi.ComponentResource("strata:test:Box", "box")
for letter in "abcde":
    aws.kms.Key(f"key-{letter}", enable_key_rotation=True, opts=pulumi.ResourceOptions(parent=box))
"""


def test_what_costs_the_same_shares_its_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, BOX, USED)
    cli.run(["cost", "shop"])
    lines = [line.strip() for line in out(capsys).splitlines()]
    assert "5x Key key-a, key-b, key-c and 2 more" in lines
    assert "5.00    Customer key: 5x 1 month at $1" in lines


def test_the_bill_as_json_has_the_designs_tables(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["cost", "shop", "--json"]) == 0
    found = shown(capsys)
    assert (found["stack"], found["total"]["usd"]) == ("shop", 33.85)
    assert [table["title"] for table in found["published"]] == [
        "The design's monthly breakdown, reserved",
        "The design's on-demand prices",
    ]


def saved(project: Path, capsys: pytest.CaptureFixture[str], program: str) -> str:
    write_project(project, program, USED)
    cli.run(["preview", "shop", "--json"])
    (project / "saved.json").write_text(out(capsys), encoding="utf-8")
    return "saved.json"


def test_a_saved_preview_and_the_stack_today_differ_by_a_nat_gateway(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = saved(project, capsys, KEY)
    write_project(project, TWO, USED)
    assert cli.run(["diff", before, "shop"]) == 0
    lines = [line.split() for line in out(capsys).splitlines()]
    assert ["0.00", "32.85", "+32.85", "nat"] in lines
    assert ["1.00", "33.85", "+32.85", "total"] in lines
    assert ["+", "aws:ec2/natGateway:NatGateway", "nat"] in lines
    assert lines[0][:3] == ["saved.json", "to", "shop"]


def test_a_difference_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = saved(project, capsys, KEY)
    write_project(project, TWO, USED)
    assert cli.run(["diff", "shop", before, "--json"]) == 0
    found = shown(capsys)
    assert found["total"] == {"name": "total", "before": 33.85, "after": 1.0, "usd": -32.85}
    assert found["resources"]["onlyBefore"] == [{"type": "aws:ec2/natGateway:NatGateway", "name": "nat"}]
    assert found["resources"]["onlyAfter"] == []
    assert found["resources"]["same"] == 1


def test_a_stack_differs_from_itself_by_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["diff", "shop", "shop", "--json"]) == 0
    found = shown(capsys)
    assert (found["components"], found["resources"]["cost"], found["total"]["usd"]) == ([], [], 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("{", "is no JSON"),
        ("[]", "is no preview of one stack"),
        ('{"version": 1, "stacks": []}', "is no preview of one stack"),
    ],
)
def test_a_file_that_is_no_preview_is_bad_input(
    project: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    if text is not None:
        (project / "other.json").write_text(text, encoding="utf-8")
    assert cli.run(["diff", "other.json", "shop"]) == 2
    assert capsys.readouterr().err.startswith(f"other.json: {said}")
