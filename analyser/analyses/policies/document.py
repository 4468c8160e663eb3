"""Frameworks, and what became of their controls, as JSON documents."""

from collections.abc import Iterable, Sequence
from typing import Any

from analyser.analyses.policies.evidence import Evidence
from policy.model import Rule, Violation
from policy.profiles import Control, Framework

VERSION = 1
"""Of the documents. Members may be added under the same version; none changes its meaning or goes away."""


def rules_document(rules: Iterable[Rule]) -> dict[str, Any]:
    """The rules with what each is about."""
    return {"version": VERSION, "rules": [_rule(rule) for rule in rules]}


def framework_document(framework: Framework, controls: Iterable[Control]) -> dict[str, Any]:
    """These controls of a framework with the rules that see each."""
    return {**_head(framework), "controls": [_control(control) for control in controls]}


def evidence_document(framework: Framework, stack: str, found: Sequence[Evidence]) -> dict[str, Any]:
    """The same for one stack, with how each control stands and by what."""
    return {**_head(framework), "stack": stack, "controls": [_stands(each) for each in found]}


def _head(framework: Framework) -> dict[str, Any]:
    said = {"key": framework.key, "name": framework.name, "version": framework.version, "source": framework.source}
    return {"version": VERSION, "framework": said}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "level": rule.level.value,
        "types": list(rule.types),
        "frameworks": {name: list(ids) for name, ids in rule.frameworks.items()},
        "remedy": rule.remedy,
        "link": rule.link,
    }


def _control(control: Control) -> dict[str, Any]:
    said = {"id": control.id, "title": control.title, "rules": [rule.id for rule in control.rules]}
    return said if control.unseen is None else {**said, "notInAStack": control.unseen.value}


def _stands(each: Evidence) -> dict[str, Any]:
    return {
        **_control(each.control),
        "state": each.state.value,
        "rulesThatJudged": each.asked,
        "judged": each.judged,
        "passed": each.passed,
        "failed": each.failed,
        "exempt": each.exempt,
        "notKnown": each.unknown,
        "findings": [_finding(violation) for violation in each.findings],
    }


def _finding(violation: Violation) -> dict[str, Any]:
    spared = violation.exemption
    said = {"rule": violation.rule.id, "urn": violation.urn, "message": violation.message, "path": violation.path}
    if spared is None:
        return {**said, "level": violation.level.value}
    return {
        **said,
        "exemptUntil": str(spared.expires),
        "owner": spared.owner,
        "reason": " ".join(spared.reason.split()),
    }
