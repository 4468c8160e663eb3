"""Every type that the project can make costs something or is said to be free, and none is both."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pulumi_aws as aws
import pytest

from analyser.analyses.cost.free import FREE, is_free
from analyser.analyses.cost.services import PRICERS
from tests.stacks import ROOT, STACKS, stack_graph


def made_by_code() -> dict[str, str]:
    """Type tokens of the classes of pulumi_aws that components and systems call, with a file that does."""
    return {
        token: str(path.relative_to(ROOT))
        for room in ("components", "systems")
        for path in sorted((ROOT / room).rglob("*.py"))
        for token in _called(path)
    }


def _called(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            module = call.func.value
            if isinstance(module, ast.Attribute) and isinstance(module.value, ast.Name) and module.value.id == "aws":
                token = getattr(getattr(getattr(aws, module.attr), call.func.attr, None), "pulumi_type", None)
                if isinstance(token, str):
                    yield token


def test_the_code_makes_many_types() -> None:
    assert len(made_by_code()) > 150
    assert "aws:ecs/service:Service" in made_by_code()


def test_every_type_that_the_code_makes_is_priced_or_free() -> None:
    missing = {token: path for token, path in made_by_code().items() if token not in PRICERS and not is_free(token)}
    assert missing == {}


@pytest.mark.parametrize("stack", STACKS)
def test_every_type_of_every_stack_is_priced_or_free(stack: str) -> None:
    assert [token for token in stack_graph(stack).counts if token not in PRICERS and not is_free(token)] == []


def test_no_type_is_both() -> None:
    assert FREE & PRICERS.keys() == set()
