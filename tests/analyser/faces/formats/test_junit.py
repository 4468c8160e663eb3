"""JUnit: numbers that add up, failures for what stops a deployment and for nothing else."""

import xml.etree.ElementTree as ElementTree

from analyser.faces.formats.junit import junit
from tests.analyser.faces.formats.reports import report


def test_a_resource_is_a_test_case_and_a_mandatory_violation_a_failure() -> None:
    root = ElementTree.fromstring(junit([report("prod"), report("dev")]))
    assert (root.tag, root.attrib["tests"], root.attrib["failures"]) == ("testsuites", "4", "2")
    prod, dev = root.findall("testsuite")
    assert (prod.attrib["name"], dev.attrib["name"]) == ("prod", "dev")
    assert (prod.attrib["tests"], prod.attrib["failures"]) == ("2", "1")
    topic, parameter = prod.findall("testcase")
    assert topic.attrib == {"classname": "aws:sns/topic:Topic", "name": "topic"}
    failure = topic.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "topic-encrypted: Topics are encrypted"
    assert "Set kmsMasterKeyId." in (failure.text or "")
    assert "has no policy" in (topic.findtext("system-out") or "")
    assert list(parameter) == []


def test_an_exempt_violation_is_no_failure_and_says_why() -> None:
    root = ElementTree.fromstring(junit([report(exempt=True)]))
    assert root.attrib["failures"] == "0"
    assert "exempt: It holds | nothing." in (root.findtext(".//system-out") or "")
