"""How controls stand in small graphs: nothing but what was judged and found well is a pass."""

from collections.abc import Mapping
from typing import Any

import pytest

from analyser.analyses.policies.document import evidence_document, framework_document, rules_document
from analyser.analyses.policies.evidence import Evidence, State, evidence
from analyser.analyses.policies.verdict import stands
from policy.model import UNKNOWN, Exemption, Resource, evaluate, read_config
from policy.pack import all_rules, rule_named
from policy.profiles import Control, Framework, Unseen, framework
from tests.policy.support import TODAY, exempt, graph_of, resource
from tests.stacks import stack_graph

ENCRYPTED, ROTATED = rule_named("rds-encrypted"), rule_named("kms-key-rotation")
DATABASE = "aws:rds/instance:Instance"
GOOD = resource(DATABASE, "good", storageEncrypted=True, kmsKeyId="key")
BAD = resource(DATABASE, "bad", storageEncrypted=False, kmsKeyId="key")
DARK = resource(DATABASE, "dark", storageEncrypted=UNKNOWN, kmsKeyId="key")
OTHER = resource("aws:sqs/queue:Queue", "other")


def controls(*resources: Resource, spared: tuple[Exemption, ...] = (), **levels: str) -> dict[str, Evidence]:
    told = Framework(
        "made", "Made", "1", "a test",
        (
            Control("1", "encrypted", (ENCRYPTED,)),
            Control("2", "encrypted or rotated", (ENCRYPTED, ROTATED)),
            Control("3", "nobody asks", ()),
            Control("4", "nobody can", (), Unseen.PEOPLE),
        ),
    )  # fmt: skip
    rules = (ENCRYPTED, ROTATED)
    config = read_config({name.replace("_", "-"): level for name, level in levels.items()}, rules)
    graph = graph_of(*resources)
    found = evaluate(graph, rules, config, spared, today=TODAY)
    return {each.control.id: each for each in evidence(told, graph, rules, config, found)}


def counts(each: Evidence) -> tuple[State, int, int, int, int]:
    return each.state, each.passed, each.failed, each.exempt, each.unknown


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ((GOOD,), (State.PASSED, 1, 0, 0, 0)),
        ((GOOD, BAD), (State.FAILED, 1, 1, 0, 0)),
        ((GOOD, DARK), (State.UNKNOWN, 1, 0, 0, 1)),
        ((BAD, DARK), (State.FAILED, 0, 1, 0, 1)),
        ((OTHER,), (State.NOTHING, 0, 0, 0, 0)),
        ((), (State.NOTHING, 0, 0, 0, 0)),
    ],
)
def test_resources_of_the_rules_are_counted(resources: tuple[Resource, ...], expected: tuple[Any, ...]) -> None:
    assert counts(controls(*resources)["1"]) == expected


def test_what_is_exempt_is_no_pass() -> None:
    spared = (exempt(ENCRYPTED.id, BAD),)
    assert counts(controls(BAD, GOOD, spared=spared)["1"]) == (State.EXEMPT, 1, 0, 1, 0)
    assert controls(BAD, DARK, spared=spared)["1"].state is State.UNKNOWN


def test_absence_of_a_rule_is_no_pass() -> None:
    found = controls(GOOD)
    assert found["3"].state is State.NO_RULE
    assert found["4"].state is State.UNSEEN


def test_a_rule_that_is_off_says_nothing() -> None:
    found = controls(BAD, rds_encrypted="disabled")
    assert counts(found["1"]) == (State.OFF, 0, 0, 0, 0)
    assert found["2"].state is State.NOTHING  # no key, and the database is not judged


def test_an_advisory_finding_is_a_failure_of_the_control_that_stops_nothing() -> None:
    found = controls(BAD, rds_encrypted="advisory")["1"]
    assert found.state is State.FAILED
    assert not any(each.blocks for each in found.findings)


def test_a_resource_of_several_rules_is_counted_once() -> None:
    found = controls(GOOD, BAD, resource("aws:kms/key:Key", "key", enableKeyRotation=False))["2"]
    assert counts(found) == (State.FAILED, 1, 2, 0, 0)
    assert (found.judged, found.asked) == (3, 2)


def test_rules_without_a_resource_are_told_apart() -> None:
    assert [controls(*given)["2"].asked for given in ((GOOD,), (OTHER,))] == [1, 0]


def test_a_document_says_the_same() -> None:
    told = controls(GOOD, BAD, spared=(exempt(ENCRYPTED.id, BAD),))
    said = evidence_document(Framework("made", "Made", "1", "a test", ()), "prod", [told["1"], told["4"]])
    first, second = said["controls"]
    assert (said["framework"]["name"], said["stack"]) == ("Made", "prod")
    assert (first["id"], first["rules"], first["state"]) == ("1", ["rds-encrypted"], "exempt")
    assert (first["rulesThatJudged"], first["judged"], first["passed"], first["exempt"]) == (1, 2, 1, 1)
    (finding,) = first["findings"]
    assert finding["urn"] == BAD.urn
    assert finding["exemptUntil"] > str(TODAY)
    assert (second["state"], second["notInAStack"]) == ("not in a stack", "people")


def test_documents_of_rules_and_of_a_framework() -> None:
    (rule,) = rules_document([ENCRYPTED])["rules"]
    assert (rule["severity"], rule["frameworks"]["FSBP"]) == (ENCRYPTED.severity, list(ENCRYPTED.frameworks["FSBP"]))
    said = framework_document(told := framework("cis", all_rules()), told.controls)
    assert [each["id"] for each in said["controls"]] == [each.id for each in told.controls]


@pytest.mark.parametrize("name", ["cis", "pci"])
def test_a_stack_of_this_project_fails_nothing_that_is_mandatory(name: str) -> None:
    found = stands(framework(name, all_rules()), stack_graph("dev"))
    assert [each.control.id for each in found if any(violation.blocks for violation in each.findings)] == []
    standing: Mapping[State, int] = {state: sum(each.state is state for each in found) for state in State}
    assert standing[State.PASSED] > 15
    assert standing[State.OFF] == 0
