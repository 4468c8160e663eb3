import json

import pytest

from analyser.graph import Graph
from components.security.operator_role import OperatorRole
from components.statements import Statement
from tests.support import ACCOUNT, record


@pytest.fixture(scope="module")
def found() -> Graph:
    def program() -> None:
        role = OperatorRole("operators", account=ACCOUNT)
        role.may(Statement("Reboot", ["rds:RebootDBInstance"], [ACCOUNT.arn("rds", "db:one")]))

    return record(program)


def test_it_is_taken_with_a_second_factor_for_an_hour(found: Graph) -> None:
    role = found.only("aws:iam/role:Role")
    allow, deny = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert allow["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    }
    assert deny["Effect"] == "Deny"
    assert "maxSessionDuration" not in role.inputs, "an hour unless told otherwise"


def test_it_looks_and_does_what_it_was_given(found: Graph) -> None:
    assert (
        found.only("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .inputs["policyArn"]
        .endswith("job-function/ViewOnlyAccess")
    )
    (statement,) = json.loads(found.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert statement["Action"] == ["rds:RebootDBInstance"]
