"""SARIF 2.1.0, as code scanning reads it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from analyser.analyses.report import Report
from analyser.faces.formats.stack_lines import StackLines
from policy.model import Rule, Violation

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub sorts by these: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}


def sarif(reports: Sequence[Report], folder: Path) -> str:
    """A run a stack, a result a violation; exempt ones are suppressed with the exemption's reason.

    Results point into the stacks' files, named from ``folder``, that of the project.
    """
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, folder) for report in reports]}
    return json.dumps(log, indent=2) + "\n"


def _run(report: Report, folder: Path) -> dict[str, Any]:
    lines = StackLines(folder / report.graph.file)
    rules = _rules(report.violations)
    places = {rule.id: index for index, rule in enumerate(rules)}
    return {
        "tool": {"driver": {"name": "strata", "rules": [_rule(rule) for rule in rules]}},
        # Tells the runs of one upload apart.
        "automationDetails": {"id": f"strata/{report.graph.stack}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, violation, places, lines) for violation in report.violations],
    }


def _rules(violations: Iterable[Violation]) -> list[Rule]:
    found = {violation.rule.id: violation.rule for violation in violations}
    return [found[identifier] for identifier in sorted(found)]


def _rule(rule: Rule) -> dict[str, Any]:
    frameworks = sorted(f"{name}/{identifier}" for name, ids in rule.frameworks.items() for identifier in ids)
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": f"{rule.remedy}\n{rule.link}"},
        "helpUri": rule.link,
        "properties": {"security-severity": _SCORES[str(rule.severity)], "tags": ["security", *frameworks]},
    }


def _result(report: Report, violation: Violation, places: dict[str, int], lines: StackLines) -> dict[str, Any]:
    where = f" ({violation.path})" if violation.path else ""
    name = violation.urn.rpartition("::")[2]
    result: dict[str, Any] = {
        "ruleId": violation.rule.id,
        "ruleIndex": places[violation.rule.id],
        "level": "error" if str(violation.level) == "mandatory" else "warning",
        "message": {"text": f"{name}: {violation.message}{where}"},
        "locations": [
            {
                # What was previewed is the program by the settings of this file.
                "physicalLocation": {
                    "artifactLocation": {"uri": report.graph.file},
                    "region": {"startLine": lines.line_of(name, violation.path)},
                },
                "logicalLocations": [{"name": name, "fullyQualifiedName": violation.urn, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"strata/v1": _fingerprint(violation)},
    }
    if violation.exemption is not None:
        reason = " ".join(violation.exemption.reason.split())
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result


def _fingerprint(violation: Violation) -> str:
    """The same for the same finding of the same resource, whatever the message says."""
    told = "\n".join((violation.rule.id, violation.urn, violation.path or ""))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
