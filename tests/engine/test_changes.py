"""The change that each stack is taken through is one that its runbook describes, and is one."""

import json

import pytest

from settings.stackfile import read
from tests.engine.changes import change
from tests.stacks import ROOT, STACKS


def text_at(settings: object, path: str) -> object:
    for key in path.split("."):
        settings = settings.get(key) if isinstance(settings, dict) else None
    return settings


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_has_a_change_that_its_runbook_describes(stack: str) -> None:
    config = read(ROOT, stack).config
    runbook = (ROOT / "docs" / "runbooks" / f"{config['strata:system']}.md").read_text(encoding="utf-8")
    changed = change(ROOT, stack)
    assert changed
    for path, value in changed.items():
        key, _, inner = path.partition(".")
        assert text_at(json.loads(config[key]), inner) != value
        assert inner.rpartition(".")[2] in runbook


def test_a_cost_allocation_tag_is_no_image() -> None:
    assert change(ROOT, "prod") == {"strata:settings.application.tag": "1.1.0"}
