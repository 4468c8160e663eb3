import json
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource, verdict

QUEUE = "arn:aws:sqs:us-east-1:123456789012:jobs"


def statement(**changes: Any) -> str:
    base = {"Sid": "Jobs", "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": QUEUE} | changes
    return json.dumps({"Statement": [{key: value for key, value in base.items() if value is not None}]})


def policy(**changes: Any) -> Resource:
    return resource("aws:iam/rolePolicy:RolePolicy", "p", policy=statement(**changes))


def trust(**changes: Any) -> str:
    base = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"} | changes
    return json.dumps({"Statement": base})


PROVIDER = "oidc.eks.us-east-1.amazonaws.com/id/1"
FEDERATED = {
    "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/x"},
    "Action": "sts:AssumeRoleWithWebIdentity",
}
BOTH = {f"{PROVIDER}:aud": "sts.amazonaws.com", f"{PROVIDER}:sub": "system:serviceaccount:apps:api"}
ROLE = resource("aws:iam/role:Role", "role", assumeRolePolicy=trust())
WEB_ROLE = resource("aws:iam/role:Role", "web", assumeRolePolicy=trust(**FEDERATED, Condition={"StringEquals": BOTH}))
ATTACHMENT = resource(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "attached",
    policyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
)
CASES = [
    Case(
        "iam-no-administrator",
        [policy()],
        [
            Set("policy", statement(Action="*")),
            Set("policy", statement(Action=["*:*"])),
            Set("policy", statement(Action="?*")),
        ],
    ),
    Case(
        "iam-no-service-wildcard",
        [policy()],
        [Set("policy", statement(Action=["sqs:SendMessage", each])) for each in ("s3:*", "s3:?*", "s3:**")],
    ),
    Case(
        "iam-resource-wildcard",
        [policy()],
        [Set("policy", statement(Resource="*")), Set("policy", statement(Resource=["*"]))],
    ),
    Case(
        "iam-no-not-action",
        [policy()],
        [
            Set("policy", statement(Action=None, NotAction="iam:*")),
            Set("policy", statement(Resource=None, NotResource=QUEUE)),
        ],
    ),
    Case(
        "iam-trust-not-public",
        [ROLE],
        [Set("assumeRolePolicy", trust(Principal="*")), Set("assumeRolePolicy", trust(Principal={"AWS": "*"}))],
    ),
    Case(
        "iam-trust-federated-pinned",
        [WEB_ROLE],
        [
            Set("assumeRolePolicy", trust(**FEDERATED)),
            Set("assumeRolePolicy", trust(**FEDERATED, Condition={"StringEquals": {f"{PROVIDER}:aud": "a"}})),
            Set(
                "assumeRolePolicy",
                trust(**FEDERATED, Condition={"StringLike": BOTH | {f"{PROVIDER}:sub": "*"}}),
            ),
        ],
    ),
    Case(
        "iam-no-managed-administrator",
        [ATTACHMENT],
        [
            Set("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
            Set("policyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess"),
        ],
    ),
]


@pytest.mark.parametrize(
    "action",
    [
        "ecr:GetAuthorizationToken",
        "ec2:DescribeInstances",
        "ec2:CreateNetworkInterface",
        "cloudwatch:PutMetricData",
        "xray:PutTraceSegments",
    ],
)
def test_star_is_right_where_nothing_narrower_exists(action: str) -> None:
    assert check("iam-resource-wildcard", policy(Action=action, Resource="*")) == []


def test_narrowable_actions_are_named_once_and_counted() -> None:
    found = check(
        "iam-resource-wildcard", policy(Action=["S3:putobject", "s3:PutObject", "ec2:DescribeVpcs"], Resource="*")
    )
    assert found == ["p: Jobs allows s3:PutObject on every resource (policy)"]
    found = check("iam-resource-wildcard", policy(Action=["sqs:Send*", "sns:Publish", "ec2:Describe*"], Resource="*"))
    assert found == ["p: Jobs allows sqs:Send* (1 action), sns:Publish on every resource (policy)"]


@pytest.mark.parametrize(
    ("action", "teller"),
    [
        ("logs:GetLogEvents", "iam-log-reads-scoped"),
        ("secretsmanager:GetSecretValue", "iam-secrets-scoped"),
        ("kms:ScheduleKeyDeletion", "iam-key-deletion-scoped"),
        ("sns:AddPermission", "iam-exposure-scoped"),
        ("sqs:SendMessage", "iam-resource-wildcard"),
    ],
)
def test_one_rule_tells_of_an_action_on_everything(action: str, teller: str) -> None:
    found = verdict(policy(Action=action, Resource="*"))
    assert [each.rule.id for each in found if each.rule.id.startswith("iam-")] == [teller]


def test_conditions_limit_resources_too() -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/system": "records"}}
    assert check("iam-resource-wildcard", policy(Resource="*", Condition=tagged)) == []


def test_conditions_on_the_caller_limit_no_resources() -> None:
    for condition in (
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
        {"StringEqualsIfExists": {"aws:ResourceTag/system": "records"}},
    ):
        assert check("iam-resource-wildcard", policy(Resource="*", Condition=condition))


def test_claims_that_may_be_missing_are_not_pinned() -> None:
    for operator in ("StringEqualsIfExists", "ForAllValues:StringEquals", "StringNotEquals"):
        role = resource("aws:iam/role:Role", "web", assumeRolePolicy=trust(**FEDERATED, Condition={operator: BOTH}))
        assert len(check("iam-trust-federated-pinned", role)) == 2


def test_subjects_of_known_providers_are_left_to_their_own_rules() -> None:
    provider = "arn:aws:iam::123456789012:oidc-provider/"
    for name, teller in (
        ("token.actions.githubusercontent.com", ["iam-trust-github-repository"]),
        (PROVIDER, ["iam-trust-service-account"]),
        ("gitlab.example.com", ["iam-trust-federated-pinned"]),
    ):
        named = FEDERATED | {"Principal": {"Federated": provider + name}}
        condition = {"StringEquals": {f"{name}:aud": "sts.amazonaws.com"}}
        role = resource("aws:iam/role:Role", "web", assumeRolePolicy=trust(**named, Condition=condition))
        found = [each.rule.id for each in verdict(role) if each.rule.id.startswith("iam-trust")]
        assert found == teller


def test_trust_in_a_provider_that_is_not_known_yet_is_judged() -> None:
    role = {"Statement": {"Effect": "Allow", **FEDERATED, "Principal": {"Federated": UNKNOWN}}}
    assert len(check("iam-trust-federated-pinned", resource("aws:iam/role:Role", "web", assumeRolePolicy=role))) == 2


def test_a_denial_of_everything_is_no_administrator() -> None:
    assert check("iam-no-administrator", policy(Effect="Deny", Action="*", Resource="*")) == []


def test_a_wildcard_within_a_service_is_no_service_wildcard() -> None:
    assert check("iam-no-service-wildcard", policy(Action=["sqs:Get*"])) == []


def test_unknown_statement_does_not_hide_the_next() -> None:
    written = {"Statement": [UNKNOWN, {"Effect": "Allow", "Action": [UNKNOWN, "*"], "Resource": UNKNOWN}]}
    assert check("iam-no-administrator", resource("aws:iam/policy:Policy", "p", policy=written)) == [
        "p: statement 2 allows every action (policy)"
    ]


def test_inline_policies_of_roles_are_judged() -> None:
    role = resource("aws:iam/role:Role", "r", inlinePolicies=[{"policy": UNKNOWN}, {"policy": statement(Action="*")}])
    assert check("iam-no-administrator", role) == ["r: Jobs allows every action (inlinePolicies[1].policy)"]
