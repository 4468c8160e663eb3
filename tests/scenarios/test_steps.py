"""Every step of a runbook that changes a setting is a scenario."""

import re
from collections.abc import Iterator

import pytest

from settings import Settings
from systems import SETTINGS
from tests.scenarios.every import SCENARIOS
from tests.scenarios.steps import NO_STEP, OUTSIDE, STEPS
from tests.stacks import ROOT

PAGES = {
    page.stem: page.stem.split("-")[0]
    for page in sorted((ROOT / "docs" / "runbooks").glob("*.md"))
    if page.stem.split("-")[0] in SETTINGS
}
CODE = re.compile(r"`([^`\n]+)`")
SETTING = re.compile(r"(?<![\w./-])([a-z][A-Za-z]*(?:\.[a-zA-Z<>-]+)*)(?=$|[:},\s])|(strata:deletable|aws:defaultTags)")
OF_ALL = ("strata:deletable",)
"""Settings of every system, of which one scenario is enough."""
COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:\$ )?([a-z][a-z0-9_]*) [a-z-]")


def names(model: type[Settings]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def settings_of(page: str) -> Iterator[str]:
    """The settings that a page names in its text, by their paths."""
    known = names(SETTINGS[PAGES[page]])
    for code in CODE.findall((ROOT / "docs" / "runbooks" / f"{page}.md").read_text(encoding="utf-8")):
        if command(code) not in OUTSIDE:
            for plain, whole in SETTING.findall(code):
                if whole or plain.split(".")[0] in known:
                    yield whole or plain


def command(code: str) -> str:
    found = COMMAND.match(code)
    return found[1] if found else ""


def covered(setting: str, system: str) -> bool:
    pattern = re.compile(
        re.sub(r"<[^>]+>", r"[^.]+", re.escape(setting).replace(r"\<", "<").replace(r"\>", ">")) + r"(\.|$)"
    )
    return any(
        pattern.match(path)
        for scenario in SCENARIOS
        if setting in OF_ALL or system_of(scenario.stack) == system
        for path in scenario.paths
    )


def system_of(stack: str) -> str:
    start = stack.split("-")[0]
    return start if start in SETTINGS else "records"


def test_pages_are_those_of_the_systems() -> None:
    assert set(PAGES.values()) == set(SETTINGS)
    assert sum(1 for page in PAGES for _ in settings_of(page)) > 50


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_a_runbook_changes_has_a_scenario(page: str) -> None:
    missing = {
        setting
        for setting in settings_of(page)
        if f"{page} {setting}" not in NO_STEP and not covered(setting, PAGES[page])
    }
    assert missing == set(), "add a scenario to tests/scenarios/steps.py, or say there why it is no step"


def test_what_is_no_step_is_named_on_its_page() -> None:
    named = {f"{page} {setting}" for page in PAGES for setting in settings_of(page)}
    assert sorted(NO_STEP.keys() - named) == []


def test_every_program_that_a_runbook_runs_is_known_to_change_nothing_in_the_graph() -> None:
    known = {*OUTSIDE}
    for page in sorted((ROOT / "docs" / "runbooks").glob("*.md")):
        blocks = re.findall(r"^ *```\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        found = {
            command(line)
            for block in blocks
            for line in block.splitlines()
            if not line.startswith((" ", "import ", "TOKEN=", "CLIENT="))
        }
        assert sorted(found - known - {""}) == [], page.name


def test_wrong_orders_are_among_the_steps() -> None:
    assert len([step for step in STEPS if step.refused]) >= 5
