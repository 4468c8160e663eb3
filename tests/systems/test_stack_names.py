"""Whatever Pulumi takes as a name works for every stack file that is shipped: a user renames one first of all."""

import shutil
from pathlib import Path

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.run.program import run_stack
from tests.stacks import ROOT, STACKS, stack_graph
from tests.systems.service_models import refusals

pytestmark = pytest.mark.long

ODD = "My.Odd_Stack-" + "x" * 87
"""As long as Pulumi takes it, with every kind of character that it takes."""


@pytest.mark.parametrize("stack", STACKS)
def test_a_shipped_file_works_under_any_name(stack: str, tmp_path: Path) -> None:
    for shared in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / shared, tmp_path)
    shutil.copy(ROOT / f"Pulumi.{stack}.yaml", tmp_path / f"Pulumi.{ODD}.yaml")
    renamed = run_stack(tmp_path, ODD, known=False)
    assert [line for node in renamed for line in refusals(node)] == []
    assert [found.urn for found in verdict(renamed)[0] if found.blocks] == []
    assert sorted(node.name for node in renamed) == sorted(node.name for node in stack_graph(stack, known=False))
