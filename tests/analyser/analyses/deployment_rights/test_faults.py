"""Faults put into the policies, each of which is seen: what is allowed then was refused before."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from analyser.analyses.deployment_rights.statements import is_read
from policy.iam.actions import expand
from tests.analyser.analyses.deployment_rights.judged import Deployer, boundary_arn, rights
from tests.stacks import serving

STACK = "mdreader-prod"
Documents = tuple[dict[str, Any], ...]
OTHERS = {"aws:resourcetag/stack": "another"}


def statements(documents: Documents, begin: str) -> list[dict[str, Any]]:
    found = [one for document in documents for one in document["Statement"] if one["Sid"].startswith(begin)]
    assert found, begin
    return found


def widened(documents: Documents) -> None:
    for one in statements(documents, "Named"):
        one["Resource"] = ["*"]


def passed_to_anybody(documents: Documents) -> None:
    for one in statements(documents, "Pass"):
        del one["Condition"]


def unbound(documents: Documents) -> None:
    for one in statements(documents, "BoundRoles"):
        del one["Condition"]


def of_anybody(documents: Documents) -> None:
    for one in statements(documents, "Own"):
        del one["Condition"]
    of_other_stacks(documents)


def of_other_stacks(documents: Documents) -> None:
    for document in documents:
        document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "NoOtherStack"]


def role() -> str:
    nodes = serving(STACK).of_type("aws:iam/role:Role")
    return next(str(one.outputs["arn"]) for one in nodes if "lambda" in str(one.inputs["assumeRolePolicy"]))


FAULTS: dict[str, tuple[Callable[[Documents], None], str, str, dict[str, str]]] = {
    "every resource": (widened, "s3:DeleteBucket", "arn:aws:s3:::payroll-reports", {}),
    "any service": (passed_to_anybody, "iam:PassRole", "", {"iam:passedtoservice": "cloudformation.amazonaws.com"}),
    "no boundary": (unbound, "iam:CreateRole", "", {"aws:requesttag/stack": STACK}),
    "any tag": (of_anybody, "ec2:DeleteVpc", "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0123456789abcdef0", OTHERS),
    "only a form": (of_other_stacks, "apigateway:DELETE", "arn:aws:apigateway:us-east-1::/restapis/a1b2c3", OTHERS),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(fault: str) -> None:
    break_it, action, arn, brings = FAULTS[fault]
    documents = copy.deepcopy(rights(STACK).documents)
    assert not Deployer(documents).may(action, arn or role(), brings)
    break_it(documents)
    assert Deployer(documents).may(action, arn or role(), brings)


def test_a_role_is_made_with_the_boundary() -> None:
    bound = {"iam:permissionsboundary": boundary_arn(STACK)}
    assert Deployer(rights(STACK).documents).may("iam:CreateRole", role(), bound)


def writes(documents: Documents) -> set[str]:
    names = {
        action.name
        for document in documents
        for one in document["Statement"]
        for pattern in one["Action"]
        for action in expand(pattern)
    }
    return {name for name in names if not is_read(name)}


def test_a_write_among_reads_is_seen() -> None:
    documents = copy.deepcopy(rights(STACK, reading=True).documents)
    assert writes(documents) == {"kms:Decrypt", "kms:GenerateDataKey", "s3:PutObject"}  # the plan that it keeps
    documents[0]["Statement"][0]["Action"].append("s3:PutBucketPolicy")
    assert "s3:PutBucketPolicy" in writes(documents)
