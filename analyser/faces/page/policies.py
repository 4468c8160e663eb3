"""The policies section: violated rules with their resources, and what exemptions spare."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from analyser.analyses.report import Report
from analyser.faces.page.amounts import counted
from policy.model import Exemption, Rule, Violation


@dataclass(frozen=True)
class Found:
    """One finding: the resource's name, and what is wrong with it."""

    name: str
    message: str
    path: str


@dataclass(frozen=True)
class Broken:
    """A rule with everything that breaks it at one level, or that one reason spares from it."""

    rule: Rule
    level: str
    found: tuple[Found, ...]
    frameworks: str
    reason: str = ""
    owner: str = ""
    expires: str = ""


@dataclass(frozen=True)
class Policies:
    """The contents of the policies section."""

    rules: str
    blocking: tuple[Broken, ...]
    advisory: tuple[Broken, ...]
    exempt: tuple[Broken, ...]


def policies(report: Report) -> Policies:
    """The policies section of a report."""
    return Policies(
        rules=counted(report.rules, "rule"),
        blocking=tuple(_by_rule(report.blocking)),
        advisory=tuple(_by_rule(report.advisory)),
        exempt=tuple(_by_rule(report.exempt)),
    )


def _by_rule(violations: Iterable[Violation]) -> Iterable[Broken]:
    for _, group in groupby(sorted(violations, key=_order), key=_order):
        members = list(group)
        first = members[0]
        yield Broken(
            rule=first.rule,
            level=str(first.level),
            found=tuple(Found(v.urn.rpartition("::")[2], v.message, v.path or "") for v in members),
            frameworks=" · ".join(f"{name} {', '.join(ids)}" for name, ids in first.rule.frameworks.items()),
            **_spared(first.exemption),
        )


def _order(violation: Violation) -> tuple[str, ...]:
    spared = violation.exemption
    return violation.rule.id, str(violation.level), *((spared.reason, str(spared.expires)) if spared else ())


def _spared(exemption: Exemption | None) -> dict[str, str]:
    if exemption is None:
        return {}
    reason = " ".join(exemption.reason.split())
    return {"reason": reason, "owner": exemption.owner, "expires": str(exemption.expires)}
