"""What ``strata diff`` says when one setting of a real stack changes, and that nothing with data goes by it.

What it says of a scenario stands in ``said/NAME.txt``; ``--golden-update`` writes it anew, for people to review.
"""

import copy
import io
import json
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.changes.difference import Difference, compare
from analyser.analyses.report import compared
from analyser.faces.terminal.changes import show_changes
from analyser.graph import Graph
from analyser.run.program import ProgramError, run_program
from analyser.run.references import references
from settings import stackfile
from tests.stacks import ROOT, stack_graph

SAID = Path(__file__).with_name("said")
Settings = dict[str, Any]
NULL = object()
"""A setting that says ``null``, which is not one that is taken away."""


@dataclass(frozen=True)
class Scenario:
    """A change of a stack's settings."""

    name: str
    stack: str
    change: Mapping[str, Any] = field(default_factory=dict)
    """By path, dotted: the new value; None takes the setting away. A path with a colon is one outside of
    ``strata:settings``."""
    inserted: Mapping[str, Any] = field(default_factory=dict)
    """By path: what comes second in a map or a list, so that what is made by place instead of by name is found."""
    goes: tuple[str, ...] = ()
    """Names of what bears data and goes on purpose."""
    anew: tuple[str, ...] = ()
    """Names of what an insertion makes anew on purpose, which bears nothing."""
    before: Mapping[str, Any] = field(default_factory=dict)
    """By path: what the steps before this one have changed already."""
    refused: str = ""
    """What the program says instead, where this is the wrong order."""

    @property
    def paths(self) -> set[str]:
        """All settings that it changes, and those before it."""
        return {*self.change, *self.inserted, *self.before}


def check(scenario: Scenario, config: pytest.Config) -> None:
    """Asserts that the diff says what was agreed, and that nothing with data or identity is lost beside.

    What only may be replaced stands in the file: nobody knows more.
    """
    if scenario.refused:
        with pytest.raises(ProgramError) as refusal:
            _changed(scenario)
        (line,) = str(refusal.value).splitlines()
        assert scenario.refused in line
        return
    found = difference(scenario)
    gone = [change for change in found.of("removed", "replaced") if change.replaced is None or change.replaced.certain]
    assert [change.name for change in gone if change.loses] == list(scenario.goes)
    anew = [change.name for change in gone]
    assert not scenario.inserted or anew == list(scenario.anew), "what was there before is not as it was"
    out = io.StringIO()
    show_changes(found, file=out)
    file = SAID / f"{scenario.name}.txt"
    if config.getoption("--golden-update", default=False):
        file.write_text(out.getvalue().lstrip("\n"), encoding="utf-8")
    assert file.is_file(), f"nobody agreed on {scenario.name}; --golden-update writes it"
    assert out.getvalue().strip().splitlines() == file.read_text(encoding="utf-8").strip().splitlines()


def difference(scenario: Scenario) -> Difference:
    """From the stack as it is to the stack as it would be."""
    first = replace(scenario, change=scenario.before, before={}, inserted={})
    before = _changed(first) if scenario.before else stack_graph(scenario.stack)
    after = _changed(scenario)
    return compare(*(compared(graph) for graph in (before, after)))


def _changed(scenario: Scenario) -> Graph:
    file = stackfile.read(ROOT, scenario.stack)
    settings: Settings = json.loads(file.config["strata:settings"])
    outside: dict[str, str] = {}
    for path, value in [*scenario.before.items(), *scenario.change.items()]:
        if ":" in path:
            outside[path] = value
        else:
            _set(settings, path, value)
    for path, value in scenario.inserted.items():
        _insert(settings, path, value)
    return graph_of(scenario.stack, settings, outside)


def graph_of(stack: str, settings: Settings, outside: Mapping[str, str] | None = None) -> Graph:
    """A stack with other settings; ``outside`` of them, what else its file has."""
    file = stackfile.read(ROOT, stack)
    config = {**file.config, "strata:settings": json.dumps(settings), **(outside or {})}
    answers = references(ROOT, replace(file, config=config), stack_graph, known=True)

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return run_program(program, stack=stack, config=config, answers=answers)


def _set(settings: Settings, path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        settings = settings.setdefault(name, {})
    if value is None:
        del settings[last]
    else:
        settings[last] = None if value is NULL else copy.deepcopy(value)


def _insert(settings: Settings, path: str, value: Any) -> None:
    *above, last = path.split(".")
    outer, inner = settings, settings
    for name in above:
        outer, inner = inner, inner.setdefault(name, {})
    if isinstance(inner, list):
        inner.insert(int(last), value)
        return
    first, rest = list(inner.items())[:1], list(inner.items())[1:]
    outer[above[-1]] = dict([*first, (last, value), *rest])
