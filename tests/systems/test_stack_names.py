"""Whatever Pulumi takes as a name works for every stack file that is shipped: a user renames one first of all."""

import re
import shutil
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.run.program import run_stack
from tests.stacks import ROOT, RUN_ANEW, STACKS, stack_graph
from tests.support import record
from tests.systems.service_models import refusals

pytestmark = pytest.mark.long

ODD = "My.Odd_Stack-" + "x" * 87
"""As long as Pulumi takes it, with every kind of character that it takes."""


def named_so(file: str, stack: str) -> str:
    """A stack's file, in which ``stack`` is called otherwise wherever it is named as the stack that it is."""
    text = (ROOT / f"Pulumi.{file}.yaml").read_text(encoding="utf-8")
    return re.sub(rf"\b(stack|pipelineOf|after|home): {re.escape(stack)}(?=[,}}\n])", rf"\1: {ODD}", text)


@pytest.mark.parametrize("stack", RUN_ANEW)
def test_a_shipped_file_works_under_any_name(stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = sorted(node.name for node in stack_graph(stack, known=False))
    monkeypatch.setattr("settings.stack.ROOT", tmp_path)
    for shared in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / shared, tmp_path)
    (tmp_path / f"Pulumi.{ODD}.yaml").write_text(named_so(stack, stack), encoding="utf-8")
    for other in STACKS:
        if other != stack:
            (tmp_path / f"Pulumi.{other}.yaml").write_text(named_so(other, stack), encoding="utf-8")
    renamed = run_stack(tmp_path, ODD, known=False)
    assert [line for node in renamed for line in refusals(node)] == []
    assert [found.urn for found in verdict(renamed)[0] if found.blocks] == []
    assert sorted(node.name for node in renamed) == shipped


def named_after_the_stack() -> None:
    """A name that is derived and never shortened, as X-Ray's groups had them."""
    aws.xray.Group("group", group_name=f"{pulumi.get_stack()}-traces", filter_expression="ok")


@pytest.mark.parametrize(("stack", "characters"), [("dev", 0), (ODD, len(ODD) + len("-traces"))])
def test_a_name_that_outgrows_its_limit_is_refused_under_a_long_stack_alone(stack: str, characters: int) -> None:
    lines = [line for node in record(named_after_the_stack, stack=stack) for line in refusals(node)]
    told = [line for line in lines if f"groupName: {characters} characters is above 32" in line]
    assert len(told) == bool(characters)
    assert len([line for line in lines if "characters is above" in line]) == len(told)
