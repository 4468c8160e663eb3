"""Passing roles: which, to whom, and what starts under them, in one policy or in several."""

from typing import Any

import pytest

from policy.iam.pass_role import STARTS
from policy.model import UNKNOWN, Resource
from policy.rules import iam_union as union
from tests.policy.cases import Case, Set, Without
from tests.policy.rules.iam_support import ACCOUNT, ROLE_ARN, allow, document, inline, trusting
from tests.policy.support import check, resource

ANY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/*"
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
PASS_ANY = allow("iam:PassRole", ANY_ROLE, Sid="Pass")
ONE = inline(allow("iam:PassRole", Condition=TO_LAMBDA), allow("lambda:CreateFunction", "*"))
ROLE = trusting({"Service": "lambda.amazonaws.com"})
NODE_ROLE = trusting({"Service": "ec2.amazonaws.com"})
NODE_POLICY = resource(
    union.ATTACHMENT,
    "worker",
    refers={"role": NODE_ROLE},
    role="node",
    policyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
)


def of_role(*statements: dict[str, object], name: str = "policy", role: Resource = ROLE) -> Resource:
    return inline(*statements, name=name, refers={"role": role}, role="role")


CASES = [
    Case(
        "iam-pass-role-scoped",
        [ONE],
        [
            Set("policy", document(PASS_ANY)),
            Set("policy", document(allow("iam:PassRole", "*", Condition=TO_LAMBDA))),
            Set("policy", document(allow("iam:Pass*", "arn:aws:iam::*:role/*"))),
            Set("policy", document(allow("IAM:passrole", None, NotResource=ROLE_ARN))),
        ],
    ),
    Case(
        "iam-pass-role-service",
        [ONE],
        [
            Set("policy", document(allow("iam:PassRole"))),
            Set("policy", document(allow("iam:Pass*", ROLE_ARN))),
            Set("policy", document(allow("iam:PassRole", Condition={"Bool": {"aws:SecureTransport": "true"}}))),
            Set("policy", document(allow("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "*"}}))),
        ],
    ),
    Case(
        "iam-no-pass-role-escalation",
        [ONE],
        [
            *(Set("policy", document(PASS_ANY, allow(each, "*"))) for actions in STARTS.values() for each in actions),
            Set("policy", document(allow("iam:PassRole", "*", Condition=TO_LAMBDA), allow("lambda:Create*", "*"))),
            Set("policy", document(allow(["iam:PassRole", "ecs:RunTask"], "*"))),
            Set("policy", document(PASS_ANY, allow("lambda:*", "*"))),
        ],
    ),
    Case(
        "iam-no-combined-escalation",
        [ROLE, of_role(PASS_ANY, name="pass"), of_role(allow("sqs:SendMessage"), name="start")],
        [
            Set("policy", document(allow("lambda:CreateFunction", "*")), on="start"),
            Set("policy", document(allow("ecs:Run*", "*")), on="start"),
        ],
    ),
    Case(
        "iam-role-has-rights",
        [ROLE, of_role(allow("sqs:SendMessage"))],
        [Without("policy", "role")],
    ),
    Case(
        "iam-node-role-bare",
        [NODE_ROLE, NODE_POLICY, of_role(allow(["ec2:DescribeInstances", "logs:Put*"], "*"), role=NODE_ROLE)],
        [
            Set("policy", document(allow("secretsmanager:GetSecretValue")), on="policy"),
            Set("policy", document(allow(["ec2:DescribeTags", "s3:Get*"], "*")), on="policy"),
        ],
    ),
]


@pytest.mark.parametrize("service", sorted(STARTS))
def test_each_way_needs_its_own_service_as_taker(service: str) -> None:
    start = allow(STARTS[service][0], "*")
    for taker, found in ((f"{service}.amazonaws.com", True), ("other.amazonaws.com", False), ("*", True)):
        condition = {"StringLike": {"iam:PassedToService": taker}}
        policy = inline(allow("iam:PassRole", "*", Condition=condition), start)
        assert bool(check("iam-no-pass-role-escalation", policy)) is found


def test_message_names_what_completes_the_escalation() -> None:
    policy = inline(PASS_ANY, allow(["ecs:RunTask", "ecs:StartTask", "sqs:SendMessage"], "*"))
    assert check("iam-no-pass-role-escalation", policy) == [
        "policy: allows every role to be passed and ecs:RunTask, ecs:StartTask (policy)"
    ]


def test_passing_every_role_is_told_once_and_by_the_sharpest_rule() -> None:
    rules = ("iam-no-pass-role-escalation", "iam-pass-role-scoped", "iam-pass-role-service")
    anywhere = allow("iam:PassRole", "*")
    starting = inline(anywhere, allow("lambda:CreateFunction", "*"))
    assert [rule for rule in rules if check(rule, starting)] == ["iam-no-pass-role-escalation"]
    assert [rule for rule in rules if check(rule, inline(anywhere))] == ["iam-pass-role-scoped"]


def test_a_denial_takes_the_escalation_back() -> None:
    start = allow("lambda:CreateFunction", "*")
    assert (
        check("iam-no-pass-role-escalation", inline(PASS_ANY, start, allow("iam:PassRole", "*", Effect="Deny"))) == []
    )
    assert check("iam-no-pass-role-escalation", inline(PASS_ANY, start, allow("lambda:*", "*", Effect="Deny"))) == []


@pytest.mark.parametrize("key", ["aws:ResourceTag/system", "iam:ResourceTag/system"])
def test_roles_limited_by_tag_are_not_every_role(key: str) -> None:
    tagged = {"StringEquals": {key: "records"}}
    assert check("iam-pass-role-scoped", inline(allow("iam:PassRole", "*", Condition=tagged))) == []


def test_an_unknown_taker_is_not_any_taker() -> None:
    policy = {"Statement": [allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": UNKNOWN}})]}
    assert check("iam-pass-role-service", resource("aws:iam/policy:Policy", "p", policy=policy)) == []


def test_what_one_policy_does_alone_is_its_own_finding() -> None:
    both = of_role(PASS_ANY, allow("lambda:CreateFunction", "*"))
    assert check("iam-no-combined-escalation", ROLE, both, of_role(allow("sqs:SendMessage"), name="more")) == []


def test_all_ways_of_giving_policies_count() -> None:
    start = resource(
        union.MANAGED,
        "start",
        outputs={"arn": f"arn:aws:iam::{ACCOUNT}:policy/start"},
        policy=document(allow("glue:CreateJob", "*")),
    )
    passing = of_role(PASS_ANY)
    for token, by, names in (
        (union.ATTACHMENT, "role", "policyArn"),
        (union.EXCLUSIVE, "roleName", "policyArns"),
        (union.SHARED, "roles", "policyArn"),
    ):
        inputs: dict[str, Any] = {by: UNKNOWN, names: UNKNOWN}
        giving = resource(token, "giving", refers={by: ROLE, names: start}, **inputs)
        assert check("iam-no-combined-escalation", ROLE, passing, start, giving) == [
            "role: may pass every role by one policy and glue:CreateJob by another"
        ]
        assert check("iam-role-has-rights", ROLE, giving) == []
    direct = resource(union.ROLE, "direct", refers={"managedPolicyArns": start}, managedPolicyArns=[UNKNOWN])
    held = of_role(PASS_ANY, name="held", role=direct)
    assert check("iam-no-combined-escalation", direct, held, start)
    assert check("iam-role-has-rights", direct) == []


def test_inline_policies_of_the_role_count() -> None:
    role = resource(
        union.ROLE, "role", inlinePolicies=[{"policy": document(allow("batch:RegisterJobDefinition", "*"))}]
    )
    assert check("iam-no-combined-escalation", role, of_role(PASS_ANY, role=role))
    assert check("iam-role-has-rights", role) == []
    assert check("iam-role-has-rights", resource(union.ROLE, inlinePolicies=UNKNOWN)) == []


def test_policies_of_another_role_do_not_count() -> None:
    other = resource(union.ROLE, "other")
    start = of_role(allow("lambda:CreateFunction", "*"), name="start", role=other)
    assert check("iam-no-combined-escalation", ROLE, other, of_role(PASS_ANY), start) == []


def test_only_roles_of_nodes_are_kept_bare() -> None:
    assert check("iam-node-role-bare", ROLE, of_role(allow("s3:GetObject"))) == []
    held = resource(union.ROLE, "node", managedPolicyArns=["arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy"])
    found = check("iam-node-role-bare", held, of_role(allow(["ses:SendEmail", "bedrock:InvokeModel"]), role=held))
    assert found == ["node: Right lets every pod of the node use bedrock, ses"]
