"""What the policy pack says, and what to do about it."""

from collections.abc import Iterator
from itertools import groupby

from rich.text import Text

from analyser.analyses.report import Report
from policy.model import Level, Violation

_STYLES = {Level.MANDATORY: "bold red", Level.ADVISORY: "yellow"}


def verdicts(report: Report) -> Iterator[Text]:
    """A line on the whole, then each violated rule with its resources, mandatory ones first."""
    yield _whole(report)
    yield from stopping(report)
    yield from _rules(report.advisory)
    spared = sorted(report.exempt, key=lambda violation: (violation.rule.id, _reason(violation)))
    for (rule, reason), group in groupby(spared, key=lambda violation: (violation.rule.id, _reason(violation))):
        names = ", ".join(dict.fromkeys(map(_name, group)))
        yield Text(f"exempt     {rule}  {names}: {reason}", style="dim")


def stopping(report: Report) -> Iterator[Text]:
    """The violated rules that stop a deployment, with their resources."""
    yield from _rules(report.blocking)


def _rules(violations: list[Violation]) -> Iterator[Text]:
    ordered = sorted(violations, key=lambda violation: violation.rule.id)
    for _, group in groupby(ordered, key=lambda violation: (violation.level, violation.rule.id)):
        yield from _rule(list(group))


def _whole(report: Report) -> Text:
    said = [(len(report.blocking), "mandatory", "bold red"), (len(report.advisory), "advisory", "yellow")]
    line = Text("Policies: ")
    for number, kind, style in said:
        line.append(f"{number} {kind}", style if number else "green").append(", ")
    return line.append(f"{len(report.exempt)} exempt, by {report.rules} rules")


def _rule(found: list[Violation]) -> Iterator[Text]:
    first = found[0]
    level = Text(f"{first.level:<11}", style=_STYLES.get(first.level, ""))
    yield level.append(first.rule.id, "bold").append(f"  should hold: {first.rule.title}")
    for violation in found:
        where = f" ({violation.path})" if violation.path else ""
        yield Text(f"           {_name(violation)}: {violation.message}{where}")
    yield Text(f"           mend: {first.rule.remedy}", style="dim")


def _reason(violation: Violation) -> str:
    return " ".join(violation.exemption.reason.split()) if violation.exemption else ""


def _name(violation: Violation) -> str:
    return violation.urn.rpartition("::")[2]
