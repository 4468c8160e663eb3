"""JUnit XML, as CI systems show test results: a resource that the pack would stop is a failed test case.

https://github.com/testmoapp/junitxml tells what the tools that read it agree on.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence

from analyser.analyses.report import Report
from analyser.graph import Node
from policy.model import Violation

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def junit(reports: Sequence[Report]) -> str:
    """A suite a stack. Advisory and exempt violations stand in the output of a test case that passes."""
    root = ElementTree.Element("testsuites", name="strata preview")
    tests = failures = 0
    for report in reports:
        suite = _suite(report)
        root.append(suite)
        tests += int(suite.attrib["tests"])
        failures += int(suite.attrib["failures"])
    root.attrib |= {"tests": str(tests), "failures": str(failures), "errors": "0"}
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(report: Report) -> ElementTree.Element:
    found: dict[str, list[Violation]] = {}
    for violation in report.violations:
        found.setdefault(violation.urn, []).append(violation)
    resources = sorted(report.graph.resources, key=lambda node: node.urn)
    cases = [_case(node, found.pop(node.urn, ())) for node in resources]
    cases += [_case_of_other(urn, violations) for urn, violations in found.items()]
    failed = sum(case.find("failure") is not None for case in cases)
    numbers = {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "skipped": "0"}
    suite = ElementTree.Element("testsuite", {"name": report.graph.stack, **numbers})
    suite.extend(cases)
    return suite


def _case(node: Node, violations: Iterable[Violation]) -> ElementTree.Element:
    return _filled({"classname": node.type, "name": node.name}, violations)


def _case_of_other(urn: str, violations: Iterable[Violation]) -> ElementTree.Element:
    """What concerns a component, a provider or the stack as a whole."""
    *_, token, name = urn.split("::")
    return _filled({"classname": token.rpartition("$")[2], "name": name}, violations)


def _filled(names: Mapping[str, str], violations: Iterable[Violation]) -> ElementTree.Element:
    case = ElementTree.Element("testcase", dict(names))
    said: list[str] = []
    for violation in violations:
        text = f"{violation.message}\nmend: {violation.rule.remedy}\nmore: {violation.rule.link}"
        if violation.blocks:
            attributes = {"message": _clean(f"{violation.rule.id}: {violation.rule.title}"), "type": violation.rule.id}
            ElementTree.SubElement(case, "failure", attributes).text = _clean(text)
        else:
            why = f"exempt: {violation.exemption.reason}" if violation.exemption else str(violation.level)
            said.append(f"{violation.rule.id} ({' '.join(why.split())})\n{text}")
    if said:
        ElementTree.SubElement(case, "system-out").text = _clean("\n\n".join(said))
    return case


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _CONTROL.sub("", text)
