"""Answers that IAM's documented evaluation gives, for what reaches a role by other ways than an inline policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi_aws as aws
import pytest

from analyser.analyses.rights import managed
from analyser.analyses.rights.decide import Answer, Decision
from analyser.analyses.rights.generate import table
from analyser.analyses.rights.question import ask, document
from analyser.graph import Graph
from analyser.run.program import run_program

CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}
ACCOUNT = "123456789012"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ELSEWHERE = f"arn:aws:iam::{ACCOUNT}:policy/made-by-others"
Statement = dict[str, Any]


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(*services: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"})


def allow(*actions: str, resource: str = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, **more: Any) -> Statement:
    return {**allow(*actions, **more), "Effect": "Deny"}


def made(*inline: Statement, more: Callable[[aws.iam.Role], object] = lambda _role: None, **role: Any) -> Graph:
    """A role ``reader`` with an inline policy ``reader-policy``, another role ``target``, and what ``more`` makes."""

    def program() -> None:
        reader = aws.iam.Role("reader", name="reader", assume_role_policy=trust("lambda.amazonaws.com"), **role)
        aws.iam.Role("target", name="target", assume_role_policy=trust("ec2.amazonaws.com"))
        if inline:
            aws.iam.RolePolicy("reader-policy", name="reading", role=reader.name, policy=policy(*inline))
        more(reader)

    return run_program(program, stack="shop", config=CONFIG)


def may(graph: Graph, action: str, resource: str = "*") -> Decision:
    return ask(graph, "reader", action, resource)


def answer(graph: Graph, action: str, resource: str = "*") -> Answer:
    return may(graph, action, resource).answer


def test_a_trust_policy_has_a_say_in_who_becomes_the_role_and_in_nothing_else() -> None:
    passing = made(allow("iam:PassRole", "iam:AttachRolePolicy", "sts:AssumeRole"))
    assert answer(passing, "iam:PassRole", "target") is Answer.YES
    assert answer(passing, "iam:AttachRolePolicy", "reader") is Answer.YES
    assert answer(passing, "sts:AssumeRole", "target") is Answer.NO


def attached(arn: str) -> Callable[[aws.iam.Role], object]:
    return lambda role: aws.iam.RolePolicyAttachment("attached", role=role.name, policy_arn=arn)


def test_policies_that_aws_manages_are_read_and_others_are_not_known() -> None:
    assert answer(made(more=attached(ADMINISTRATOR)), "s3:GetObject") is Answer.YES
    unknown = may(made(more=attached(ELSEWHERE)), "s3:GetObject")
    assert unknown.answer is Answer.UNKNOWN
    assert document(unknown)["answer"] == "not known"
    assert document(unknown)["notKnown"] == [ELSEWHERE]


def test_a_deny_is_a_no_whatever_is_not_known() -> None:
    assert answer(made(deny("s3:*"), more=attached(ELSEWHERE)), "s3:GetObject") is Answer.NO


@pytest.mark.parametrize(
    ("roles", "expected"), [(["reader"], Answer.YES), (["target"], Answer.NO), (["reader", "target"], Answer.YES)]
)
def test_an_attachment_of_several_counts_for_each(roles: list[str], expected: Answer) -> None:
    def attach(_role: aws.iam.Role) -> None:
        aws.iam.PolicyAttachment("shared", name="shared", roles=roles, policy_arn=ADMINISTRATOR)

    assert answer(made(more=attach), "s3:GetObject") is expected


def test_what_one_attachment_gives_and_another_takes_is_not_known() -> None:
    def attach(role: aws.iam.Role) -> None:
        aws.iam.PolicyAttachment("shared", name="shared", roles=["target"], policy_arn=ADMINISTRATOR)
        attached(ADMINISTRATOR)(role)

    assert answer(made(more=attach), "s3:GetObject") is Answer.UNKNOWN


@pytest.mark.parametrize(("names", "expected"), [([], Answer.NO), (["reading"], Answer.YES), (["other"], Answer.NO)])
def test_an_exclusive_list_takes_inline_policies_away(names: list[str], expected: Answer) -> None:
    def only(role: aws.iam.Role) -> None:
        aws.iam.RolePoliciesExclusive("only", role_name=role.name, policy_names=names)

    assert answer(made(allow("s3:GetObject"), more=only), "s3:GetObject") is expected


@pytest.mark.parametrize(("arns", "expected"), [([], Answer.NO), ([ADMINISTRATOR], Answer.YES)])
def test_an_exclusive_list_takes_and_gives_managed_policies(arns: list[str], expected: Answer) -> None:
    def only(role: aws.iam.Role) -> None:
        attached("arn:aws:iam::aws:policy/PowerUserAccess")(role)
        aws.iam.RolePolicyAttachmentsExclusive("only", role_name=role.name, policy_arns=arns)

    assert answer(made(more=only), "s3:GetObject") is expected


def with_key(*, own: bool, operations: list[str], constraint: dict[str, Any] | None = None) -> Graph:
    def key(role: aws.iam.Role) -> None:
        foreign = policy({**allow("kms:*"), "Principal": {"AWS": "arn:aws:iam::999999999999:root"}})
        cipher = aws.kms.Key("cipher", policy=foreign if own else None)
        constraints: Any = [constraint] if constraint else None
        aws.kms.Grant(
            "use", key_id=cipher.key_id, grantee_principal=role.arn, operations=operations, constraints=constraints
        )

    return made(more=key)


@pytest.mark.parametrize("own", [True, False])
def test_a_grant_lets_its_grantee_use_the_key(own: bool) -> None:
    graph = with_key(own=own, operations=["Decrypt", "DescribeKey"])
    assert answer(graph, "kms:Decrypt", "cipher") is Answer.YES
    assert answer(graph, "kms:Encrypt", "cipher") is Answer.NO


def test_a_grant_holds_within_its_constraints() -> None:
    graph = with_key(own=True, operations=["Decrypt"], constraint={"encryption_context_equals": {"table": "orders"}})
    assert may(graph, "kms:Decrypt", "cipher").provisos == ("if StringEquals kms:EncryptionContext:table: orders",)


def test_a_key_with_a_grant_alone_leaves_it_to_the_account() -> None:
    def key(_role: aws.iam.Role) -> None:
        cipher = aws.kms.Key("cipher")
        stranger = f"arn:aws:iam::{ACCOUNT}:role/stranger"
        aws.kms.Grant("use", key_id=cipher.key_id, grantee_principal=stranger, operations=["Decrypt"])

    assert answer(made(allow("kms:Decrypt"), more=key), "kms:Decrypt", "cipher") is Answer.YES
    assert answer(made(more=key), "kms:Decrypt", "cipher") is Answer.NO


@pytest.mark.parametrize(("team", "expected"), [("red", Answer.NO), ("blue", Answer.YES)])
def test_the_role_s_own_tags_are_the_principal_s(team: str, expected: Answer) -> None:
    guard = deny("*", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})
    graph = made(allow("s3:GetObject"), guard, tags={"Team": team})
    assert answer(graph, "s3:GetObject") is expected


def test_policy_variables_are_what_the_tags_say() -> None:
    own = allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/home": "${aws:PrincipalTag/team}"}})
    assert answer(made(own, tags={"team": "red", "home": "red"}), "s3:GetObject") is Answer.YES
    assert answer(made(own, tags={"team": "red", "home": "blue"}), "s3:GetObject") is Answer.NO


NOW = datetime.now(UTC)
BEFORE, AFTER = ((NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (-30, 30))


@pytest.mark.parametrize(
    ("operator", "key", "time", "expected", "provisos"),
    [
        ("DateLessThan", "aws:CurrentTime", BEFORE, Answer.NO, 0),
        ("DateLessThan", "aws:CurrentTime", AFTER, Answer.YES, 1),
        ("DateGreaterThan", "aws:CurrentTime", BEFORE, Answer.YES, 0),
        ("DateGreaterThan", "aws:CurrentTime", AFTER, Answer.YES, 1),
        ("DateLessThanEquals", "aws:CurrentTime", BEFORE[:10], Answer.NO, 0),
        ("NumericLessThan", "aws:EpochTime", str(int(NOW.timestamp()) - 86_400), Answer.NO, 0),
        ("DateLessThan", "aws:CurrentTime", "soon", Answer.YES, 1),
    ],
    # Names without the second in which they were collected, which differs between workers.
    ids=["before a month ago", "before then", "after a month ago", "after then", "a day", "an epoch", "no time"],
)
def test_times_that_have_passed_are_settled(
    operator: str, key: str, time: str, expected: Answer, provisos: int
) -> None:
    found = may(made(allow("s3:GetObject", Condition={operator: {key: time}})), "s3:GetObject")
    assert (found.answer, len(found.provisos)) == (expected, provisos)


ROLE, ROOT = f"arn:aws:iam::{ACCOUNT}:role/reader", f"arn:aws:iam::{ACCOUNT}:root"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/work"


def guarded(*statements: Statement) -> Graph:
    def bucket(_role: aws.iam.Role) -> None:
        store = aws.s3.Bucket("store", bucket="the-store")
        aws.s3.BucketPolicy("store-policy", bucket=store.bucket, policy=policy(*statements))

    return made(allow("s3:GetObject"), more=bucket)


@pytest.mark.parametrize(
    ("spared", "expected", "said"),
    [
        ([ROLE], Answer.NO, ()),  # the account is not spared, and with it every session
        ([ROOT], Answer.NO, ()),
        ([ROLE, ROOT], Answer.YES, ("unless in a session that NotPrincipal does not name",)),
        ([ROLE, ROOT, SESSION], Answer.YES, ("unless in a session that NotPrincipal does not name",)),
    ],
)
def test_a_deny_of_all_but_some_spares_whom_it_names_with_account_and_session(
    spared: list[str], expected: Answer, said: tuple[str, ...]
) -> None:
    found = may(guarded(deny("s3:*", NotPrincipal={"AWS": spared})), "s3:GetObject", "store")
    assert found.answer is expected
    assert tuple(proviso.partition(" (")[0] for proviso in found.provisos) == said


def test_a_session_is_the_role_in_that_session_alone() -> None:
    def bucket(_role: aws.iam.Role) -> None:
        store = aws.s3.Bucket("store", bucket="the-store")
        own = allow("s3:GetObject", resource="arn:aws:s3:::the-store/*", Principal={"AWS": SESSION})
        aws.s3.BucketPolicy("store-policy", bucket=store.bucket, policy=policy(own))

    found = may(made(more=bucket), "s3:GetObject", "store")
    assert (found.answer, found.provisos) == (Answer.YES, ("if in the session work",))


def test_the_file_of_managed_policies_is_as_its_source_has_it() -> None:
    now = table()
    assert managed.day() == now["day"]
    assert managed._table() == now


@pytest.mark.parametrize(
    ("service", "test", "key", "expected"),
    [
        ("cloudwatch", "StringEquals", "aws:SourceAccount", True),
        ("events", "StringEquals", "aws:SourceAccount", False),
        ("events", "ArnLike", "kms:EncryptionContext:aws:sns:topicArn", True),
    ],
)
def test_eventbridge_brings_no_source_to_the_key_of_a_topic(service: str, test: str, key: str, expected: bool) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services"""
    publisher = {"Service": f"{service}.amazonaws.com"}

    def program() -> None:
        only = {test: {key: ACCOUNT if test == "StringEquals" else f"arn:aws:sns:*:{ACCOUNT}:*"}}
        use = allow("kms:Decrypt", "kms:GenerateDataKey*", Principal=publisher, Condition=only)
        topic = aws.sns.Topic("topic", kms_master_key_id=aws.kms.Key("key", policy=policy(use)).arn)
        aws.sns.TopicPolicy("policy", arn=topic.arn, policy=policy(allow("sns:Publish", Principal=publisher)))

    graph = run_program(program, stack="test", config=CONFIG)
    assert ask(graph, f"{service}.amazonaws.com", "sns:Publish", "topic").yes is expected
