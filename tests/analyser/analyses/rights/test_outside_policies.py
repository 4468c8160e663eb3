"""Policies from outside the stack: of the organisation by level, and of a session."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.rights.decide import Answer, Decision
from analyser.analyses.rights.outside_policies import OutsidePoliciesError, outside_policies
from analyser.analyses.rights.question import ask
from tests.analyser.analyses.rights.test_order import ANY, READ, made, named, store

FULL = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
NEVER = {**ANY, "Effect": "Deny"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def written(folder: Path, content: object) -> Path:
    file = folder / "organisation.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def may(
    folder: Path, action: str = "s3:GetObject", resource: str = "store", who: str = "reader", **said: Any
) -> Decision:
    graph = made({**ANY}, more=store(named({"Service": "cloudtrail.amazonaws.com"})))
    return ask(graph, who, action, resource, outside_policies(written(folder, said)))


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([[FULL], [FULL]], Answer.YES),
        ([[FULL], [document({**ANY, "Action": "sqs:*"})]], Answer.NO),
        ([[FULL], [FULL, document(NEVER)]], Answer.NO),
        ([[FULL], [document({**ANY, "Action": "sqs:*"}), document(READ)]], Answer.YES),
        ([[FULL], []], Answer.NO),
        ([], Answer.YES),
    ],
)
def test_every_level_of_the_organisation_must_allow(tmp_path: Path, levels: list[Any], expected: Answer) -> None:
    assert may(tmp_path, serviceControlPolicies=levels).answer is expected


def test_an_organisation_gives_nobody_a_right(tmp_path: Path) -> None:
    bounds = outside_policies(written(tmp_path, {"serviceControlPolicies": [[FULL]]}))
    assert ask(made(), "reader", "s3:GetObject", "store", bounds).answer is Answer.NO


def test_service_control_policies_do_not_bind_services_and_resource_control_policies_do(tmp_path: Path) -> None:
    trail = "cloudtrail.amazonaws.com"
    assert may(tmp_path, who=trail, serviceControlPolicies=[[document(NEVER)]]).answer is Answer.YES
    assert may(tmp_path, who=trail, resourceControlPolicies=[document(NEVER)]).answer is Answer.NO


def test_whether_resource_control_policies_bind_a_service_may_not_be_known(tmp_path: Path) -> None:
    found = may(tmp_path, "ec2:RunInstances", "*", resourceControlPolicies=[document(NEVER)])
    assert found.answer is Answer.YES
    assert found.provisos[0].startswith("unless resource control policies bind ec2")


@pytest.mark.parametrize(("session", "expected"), [([], Answer.NO), ([document(READ)], Answer.YES)])
def test_a_session_has_no_right_that_its_policies_lack(tmp_path: Path, session: list[Any], expected: Answer) -> None:
    found = may(tmp_path, sessionPolicies=session)
    assert found.answer is expected
    assert expected is Answer.YES or found.because == "the policy of its sessions does not allow it"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "organisation.json: is no JSON: "),
        ("[]", "an object with serviceControlPolicies"),
        ({"policies": []}, "policies: is none of serviceControlPolicies"),
        ({"serviceControlPolicies": {}}, "serviceControlPolicies: a list is expected"),
        ({"serviceControlPolicies": [{}]}, "serviceControlPolicies[0]: a list is expected"),
        ({"resourceControlPolicies": ["p-1"]}, "resourceControlPolicies[0]: a policy document"),
        ({"sessionPolicies": [{"Statement": [{"Action": "*"}]}]}, "sessionPolicies[0]: a policy document"),
    ],
)
def test_a_file_that_says_something_else_is_told_with_its_place(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(OutsidePoliciesError) as told:
        outside_policies(written(tmp_path, content))
    assert said in str(told.value)
