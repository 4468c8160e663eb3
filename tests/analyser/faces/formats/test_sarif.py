"""SARIF 2.1.0: what its schema and GitHub ask for.

https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.analyses.report import Report
from analyser.faces.formats.sarif import sarif
from analyser.faces.formats.stack_lines import StackLines
from tests.analyser.faces.formats.reports import report
from tests.stacks import ROOT, stack_graph

SCHEMA = json.loads(Path(__file__).with_name("sarif_schema.json").read_text(encoding="utf-8"))


def run(*, exempt: bool = False) -> dict[str, Any]:
    log = json.loads(sarif([report(exempt=exempt)], ROOT))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    [found] = log["runs"]
    return found


@pytest.mark.parametrize("exempt", [True, False])
def test_it_keeps_to_the_schema(exempt: bool) -> None:
    jsonschema.validate(json.loads(sarif([report("prod", exempt=exempt), report("dev")], ROOT)), SCHEMA)


def test_a_whole_stack_keeps_to_it() -> None:
    graph = stack_graph("prod")
    violations, rules = verdict(graph)
    log = json.loads(sarif([Report(graph, tuple(violations), rules)], ROOT))
    jsonschema.validate(log, SCHEMA)
    assert log["runs"][0]["results"]


def test_results_point_at_rules_that_are_there() -> None:
    found = run()
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["topic-encrypted", "topic-has-policy"]
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]


def test_rules_have_what_github_shows() -> None:
    for rule in run()["tool"]["driver"]["rules"]:
        assert {"shortDescription", "fullDescription", "help", "helpUri"} <= rule.keys()
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert 0 < float(rule["properties"]["security-severity"]) < 10


def test_levels_and_places() -> None:
    levels = {result["ruleId"]: result["level"] for result in run()["results"]}
    assert levels == {"topic-encrypted": "error", "topic-has-policy": "warning"}
    [place] = run()["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.prod.yaml"
    assert place["physicalLocation"]["region"]["startLine"] == 1
    assert place["logicalLocations"][0]["fullyQualifiedName"].endswith("::topic")


def test_exempt_results_are_suppressed_with_their_reason() -> None:
    first, second = run(exempt=True)["results"]
    assert first["suppressions"] == [{"kind": "external", "justification": "It holds | nothing."}]
    assert "suppressions" not in second


def test_a_finding_keeps_its_fingerprint_and_shares_it_with_no_other() -> None:
    prints = [result["partialFingerprints"]["strata/v1"] for result in run()["results"]]
    assert len(set(prints)) == 2
    assert prints == [result["partialFingerprints"]["strata/v1"] for result in run(exempt=True)["results"]]


def test_each_stack_is_a_run_of_its_own() -> None:
    log = json.loads(sarif([report("prod"), report("dev")], ROOT))
    assert [found["automationDetails"]["id"] for found in log["runs"]] == ["strata/prod/", "strata/dev/"]


def test_a_result_points_at_the_settings_that_the_resource_is_made_from(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(
        "# comment\nconfig:\n  aws:region: us-east-1\n  strata:settings:\n    web: {bucket: a}\n    fileTopic:\n"
        "      days: 3\n      kmsMasterKeyId: none\n  shop:topic: {name: x}\n",
        encoding="utf-8",
    )
    lines = StackLines(file)
    assert lines.line_of("file-topic-one", "kmsMasterKeyId") == 8
    assert lines.line_of("file-topic", "fifo") == 6
    assert lines.line_of("web-access", None) == 5
    assert lines.line_of("topic", None) == 9
    assert lines.line_of("other", "days") == 1
    assert StackLines(tmp_path / "Pulumi.none.yaml").line_of("web", None) == 1
    [place] = json.loads(sarif([report()], tmp_path))["runs"][0]["results"][0]["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == 9
