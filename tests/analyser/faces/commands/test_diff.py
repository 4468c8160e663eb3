"""strata diff of one stack at two times: what would be replaced, in words and as JSON; and how much is protected."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import CONFIG, write_project

PROGRAM = """
import pulumi
import pulumi_aws as aws

kept = pulumi.ResourceOptions(protect={protect})
database = aws.rds.Instance("database", instance_class="db.t4g.micro", username="{user}", opts=kept)
aws.backup.Selection("backup", plan_id="plan", iam_role_arn="arn", resources=[database.arn])
aws.msk.Cluster("stream", kafka_version="3.9.x", number_of_broker_nodes=3, storage_mode="{storage}",
                broker_node_group_info={{"instance_type": "kafka.m5.large"}})
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, user: str = "app", storage: str = "LOCAL", *, protect: bool = True) -> None:
    write_project(project, PROGRAM.format(user=user, storage=storage, protect=protect), CONFIG)


def replaced(
    project: Path, capsys: pytest.CaptureFixture[str], *arguments: str, user: str = "app", storage: str = "LOCAL"
) -> str:
    write(project)
    cli.run(["preview", "shop", "--json", "--output", "main.json"])
    write(project, user, storage)
    capsys.readouterr()
    assert cli.run(["diff", "main.json", "shop", *arguments]) == 0
    return capsys.readouterr().out


def test_each_is_said_with_its_reason_and_what_is_lost(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = replaced(project, capsys, user="other", storage="TIERED").splitlines()
    assert said[said.index("Replaced: 3, of which 2 with data or identity") + 1 :] == [
        "  Instance database  username; its data would be lost: rows; protected, so `pulumi up` stops",
        "  Cluster stream  storageMode; may force it; its data would be lost: messages",
        "  Selection backup  resources; since database is replaced",
    ]


def test_where_nothing_is_replaced_it_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replaced(project, capsys).splitlines()[-1] == "Replaced: 0"


def test_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(replaced(project, capsys, "--json", user="other"))
    assert [(one["name"], one["properties"], one["protected"]) for one in found["replaced"]] == [
        ("database", ["username"], True),
        ("backup", ["resources"], False),
    ]


def test_two_stacks_do_not_replace_each_other(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    (project / "Pulumi.other.yaml").write_text(CONFIG, encoding="utf-8")
    assert cli.run(["diff", "shop", "other", "--json"]) == 0
    assert "replaced" not in json.loads(capsys.readouterr().out)
    assert cli.run(["diff", "shop", "other"]) == 0
    assert "Replaced" not in capsys.readouterr().out


@pytest.mark.parametrize(("protect", "count"), [(True, 1), (False, 0)])
def test_a_preview_counts_what_is_protected(
    project: Path, capsys: pytest.CaptureFixture[str], protect: bool, count: int
) -> None:
    write(project, protect=protect)
    cli.run(["preview", "shop"])
    assert f" components, {count} protected, " in capsys.readouterr().out.splitlines()[-1]
    cli.run(["preview", "shop", "--json"])
    assert json.loads(capsys.readouterr().out)["summary"]["protected"] == count
    cli.run(["report", "shop", "--output", "shop.html"])
    assert f" components, {count} protected" in (project / "shop.html").read_text(encoding="utf-8")
