"""What docs/systems/promises.md says to be shown is shown: the tests that it names are there."""

import ast
import re

from tests.stacks import ROOT

PAGE = ROOT / "docs" / "systems" / "promises.md"
NAMED = re.compile(r"`((?:c|tests)/[\w/]+\.py)(?:::(\w+))?`")
UNPROVEN = ("by RDS", "by DynamoDB")
"""What AWS promises, and no test of this project can show."""


def test_each_failure_names_tests_that_are_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = []
    for path, function in NAMED.findall(text):
        file = ROOT / re.sub("^c/", "tests/functions/collaboration/", path)
        there = {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
        if function and function not in there:
            missing.append(f"{path}::{function}")
    assert missing == []


def test_no_failure_goes_without() -> None:
    tables = PAGE.read_text(encoding="utf-8").partition("## What survives")[2]
    rows = [
        line for line in tables.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| Failure"))
    ]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row) and not any(promise in row for promise in UNPROVEN)] == []
