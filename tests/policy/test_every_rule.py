"""What holds for every rule of the pack, by the tables (CASES) of tests/policy/rules."""

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import pytest

import tests.policy.rules
from policy.model import Kind, Level
from policy.pack import all_rules, rule_named
from tests.policy.cases import Case
from tests.policy.ignorance import blurred, hidden
from tests.policy.support import assert_exempt, check, resource, verdict

CASES: dict[str, list[Case]] = {}
for found in pkgutil.iter_modules(tests.policy.rules.__path__):
    for one in getattr(import_module(f"tests.policy.rules.{found.name}"), "CASES", []):
        CASES.setdefault(one.rule, []).append(one)


def test_every_rule_has_a_table() -> None:
    expected = {rule.id for rule in all_rules() if rule.kind is not Kind.EXEMPTION}
    assert {rule for rule, cases in CASES.items() if any(case.breaks for case in cases)} == expected


def content_with_its_baseline(case: Case) -> None:
    assert check(case.rule, *case.baseline, **case.thresholds) == []


def fires_on_each_change(case: Case) -> None:
    silent = [
        change for change in case.breaks if not check(case.rule, *change.broken(case.baseline), **case.thresholds)
    ]
    assert silent == []


def says_nothing_of_what_is_unknown(case: Case) -> None:
    wrong = [
        change
        for change in case.breaks
        if bool(check(case.rule, *change.unknown(case.baseline), **case.thresholds)) is not change.judged_when_unknown
    ]
    assert wrong == []


def knowing_less_adds_no_finding(case: Case) -> None:
    for resources in (case.baseline, *(change.broken(case.baseline) for change in case.breaks)):
        found = where(check(case.rule, *resources, **case.thresholds))
        for partial in (*hidden(resources), *blurred(resources)):
            assert where(check(case.rule, *partial, **case.thresholds)) <= found


def where(found: list[str]) -> set[str]:
    """Findings by resource and path; without a path by what they say."""
    return {f"{each.partition(':')[0]} ({each.rpartition(' (')[2]}" for each in found}


def exempt_does_not_block(case: Case) -> None:
    for change in case.breaks:
        assert_exempt(case.rule, *change.broken(case.baseline), **case.thresholds)


def blind_to_other_types(case: Case) -> None:
    inputs: dict[str, Any] = dict.fromkeys(case.baseline[0].inputs)
    other = resource("aws:other/thing:Thing", "other", **inputs)
    assert check(case.rule, other, **case.thresholds) == []


def level_in_dev_and_prod(case: Case) -> None:
    rule = rule_named(case.rule)
    broken = case.breaks[0].broken(case.baseline)
    config = {case.rule: case.thresholds} if case.thresholds else None
    blocking = {
        environment: any(
            found.blocks for found in verdict(*broken, rules=[rule], config=config, environment=environment)
        )
        for environment in ("dev", "prod")
    }
    assert blocking == {
        "dev": rule.level is Level.MANDATORY,
        "prod": rule.level in (Level.MANDATORY, Level.MANDATORY_IN_PROD),
    }


HOLDS: Mapping[str, Callable[[Case], None]] = {
    holds.__name__: holds
    for holds in (
        content_with_its_baseline,
        fires_on_each_change,
        says_nothing_of_what_is_unknown,
        knowing_less_adds_no_finding,
        exempt_does_not_block,
        blind_to_other_types,
        level_in_dev_and_prod,
    )
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_right_in_each_of_its_cases(rule: str) -> None:
    """All at once: thousands of tests of a millisecond cost more to collect, share out and report than to run."""
    wrong = [
        f"case {number}: {name}: {fault}"
        for number, case in enumerate(CASES[rule])
        for name, holds in HOLDS.items()
        if (fault := _fault(holds, case)) is not None
    ]
    assert not wrong, "\n".join(wrong)


def _fault(holds: Callable[[Case], None], case: Case) -> str | None:
    try:
        holds(case)
    except Exception as error:  # the other cases are told too
        return f"{type(error).__name__}: {error}"
    return None


def test_identity_of_rules() -> None:
    for rule in all_rules():
        module = rule.module.rpartition(".")[2]
        assert rule.id == rule.id.lower()
        assert " " not in rule.id
        assert rule.explanation, f"{rule.id} ({module}) does not say why"
        assert rule.link.startswith("https://")
        assert rule.remedy.endswith(".")
        assert not rule.title.endswith(".")
        assert rule.frameworks or rule.kind is Kind.EXEMPTION, f"{rule.id} names no framework: policy/rules/{module}.py"
