"""A preview answers what a recovery stack reads by previewing the stack that it reads."""

import json
from pathlib import Path

import pytest

from analyser.graph import Graph
from analyser.run import references
from analyser.run.deployed import deployed
from analyser.run.program import ProgramError, run_stack
from policy.unknown import UNKNOWN
from settings import SettingsError

PROGRAM = """
import dataclasses

import pulumi
import pulumi_aws as aws

from settings.recovery import recovery_of
from pulumi.runtime import config
from systems.recovery_stack import contract_outputs, read_home

@dataclasses.dataclass(frozen=True)
class Contract:
    topic: pulumi.Input[str]

recovery = recovery_of(config.CONFIG.get())
topic = aws.sns.Topic("topic")
if recovery is None:
    for key, value in contract_outputs(Contract(topic.arn)).items():
        pulumi.export(key, value)
else:
    aws.ssm.Parameter("of-home", type="String", value=read_home(recovery, Contract).topic)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: strata\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    write(tmp_path, "shop", "us-east-1", {})
    write(tmp_path, "shop-dr", "us-west-2", {"recovery": {"home": "shop"}})
    return tmp_path


def write(folder: Path, name: str, region: str, settings: object) -> None:
    text = json.dumps({"config": {"aws:region": region, "strata:settings": settings}})
    (folder / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")


def read(graph: Graph) -> object:
    return graph.only("aws:ssm/parameter:Parameter").inputs["value"]


@pytest.mark.parametrize("promoted", [False, True])
def test_what_the_home_stack_puts_out_is_what_is_read(project: Path, promoted: bool) -> None:
    home, graph = run_stack(project, "shop"), run_stack(project, "shop-dr", promoted=promoted)
    assert read(graph) == home.only("aws:sns/topic:Topic").outputs["arn"]
    assert graph.exports == {"home": {"topic": read(graph)}}


def test_a_contract_that_the_home_stack_breaks_is_one_line(project: Path) -> None:
    program = project / "__main__.py"
    program.write_text(PROGRAM.replace("contract_outputs(Contract(topic.arn)).items()", "()"), encoding="utf-8")
    with pytest.raises(ProgramError) as caught:
        run_stack(project, "shop-dr")
    assert str(caught.value) == "Pulumi.shop-dr.yaml: settings.recovery.home: shop has no output recovery"


def test_a_stack_that_is_read_is_previewed_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_kept", {})
    asked = []

    def standby(stack: str) -> Graph:
        asked.append(stack)
        return run_stack(project, stack)

    for _ in range(2):
        run_stack(project, "shop-dr", standby=standby)
    assert asked == ["shop"]
    write(project, "shop", "eu-west-1", {})
    assert "eu-west-1" in str(read(run_stack(project, "shop-dr", standby=standby)))


def test_nothing_is_known_of_it_before_anything_is_there(project: Path) -> None:
    assert read(run_stack(project, "shop-dr", known=False)) is UNKNOWN


def test_what_is_deployed_says_what_it_has_read(project: Path) -> None:
    there = deployed(Graph("strata", "shop-dr", [], {"home": {"topic": "arn:of-home"}, "other": "x"}))
    for promoted in (False, True):
        assert read(run_stack(project, "shop-dr", deployed=there, promoted=promoted)) == "arn:of-home"


def test_two_stacks_that_read_each_other_are_no_circle(project: Path) -> None:
    write(project, "shop", "us-east-1", {"recovery": {"home": "shop-dr"}})
    with pytest.raises(ProgramError, match=r"answers for what settings\.recovery\.home names"):
        run_stack(project, "shop-dr")


def test_a_home_whose_file_cannot_be_read_is_said_of_its_file(project: Path) -> None:
    (project / "Pulumi.shop.yaml").write_text("config: [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^Pulumi\.shop\.yaml: "):
        run_stack(project, "shop-dr")
