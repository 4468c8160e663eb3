"""The boundary that a policy configuration asks of roles."""

import pytest

from tests.policy.cases import Case, Set
from tests.policy.rules.iam_support import trusting
from tests.policy.support import check, resource

ARN = "arn:aws:iam::123456789012:policy/strata-prod-boundary"
BOUND = resource("aws:iam/role:Role", "reader", permissionsBoundary=ARN)
OTHER = "arn:aws:iam::aws:policy/AdministratorAccess"
NAMESAKE = "arn:aws:iam::123456789012:policy/teams/strata-prod-boundary"
CASES = [
    Case(
        "iam-roles-bounded",
        [BOUND],
        [Set("permissionsBoundary"), Set("permissionsBoundary", OTHER), Set("permissionsBoundary", NAMESAKE)],
        thresholds={"policy": "strata-prod-boundary"},
    ),
    Case(
        "iam-roles-bounded",
        [BOUND],
        [Set("permissionsBoundary"), Set("permissionsBoundary", NAMESAKE)],
        thresholds={"policy": ARN},
    ),
    Case(
        "iam-roles-bounded",
        [resource("aws-native:iam:Role", "reader", permissionsBoundary=ARN)],
        [Set("permissionsBoundary", "")],
        thresholds={"policy": ARN},
    ),
]


def test_asks_for_nothing_unless_told() -> None:
    assert check("iam-roles-bounded", trusting({"Service": "lambda.amazonaws.com"})) == []


@pytest.mark.parametrize("asked", [ARN, "strata-prod-boundary"])
def test_says_which_is_missing(asked: str) -> None:
    role = resource("aws:iam/role:Role", "reader")
    assert check("iam-roles-bounded", role, policy=asked) == [
        f"reader: is not bounded by {asked} (permissionsBoundary)"
    ]
