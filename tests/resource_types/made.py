"""Every type of resource that the project can make, whether a stack has it or not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pulumi_aws as aws

from tests.stacks import ROOT


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
