"""How far statements reach, against an independent reading of IAM's wildcards."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.iam import (
    IDENTITY,
    Statement,
    account_of,
    broad,
    covers,
    denied,
    expand,
    grants,
    home_accounts,
    is_whole_account,
    limited,
    named,
    parse,
    service_name,
    wide_arn,
)
from policy.model import UNKNOWN, Graph
from tests.policy.support import resource

NAMES = st.text(alphabet="abGet*?", min_size=1, max_size=8)
ACTIONS = st.text(alphabet="abGet", min_size=1, max_size=8)


def matches(pattern: str, text: str) -> bool:
    """IAM's wildcards by definition: `*` is any number of characters, `?` one; case does not count."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return matches(pattern[1:], text) or (bool(text) and matches(pattern, text[1:]))
    return bool(text) and pattern[0].lower() in ("?", text[0].lower()) and matches(pattern[1:], text[1:])


def statement(**entry: Any) -> Statement:
    document = parse({"Statement": {"Effect": "Allow", "Resource": "*"} | entry}, IDENTITY, "policy")
    assert document is not None
    return document.statements[0]


@given(NAMES, ACTIONS)
def test_wildcards(pattern: str, action: str) -> None:
    assert grants([f"s3:{pattern}"], f"s3:{action}") is matches(pattern, action)


@given(st.lists(NAMES, max_size=3), ACTIONS)
def test_one_pattern_of_several_is_enough(patterns: list[str], action: str) -> None:
    assert grants(patterns, action) is any(matches(pattern, action) for pattern in patterns)


@given(st.lists(NAMES, min_size=1, max_size=3), ACTIONS)
def test_not_action_is_the_rest(patterns: list[str], action: str) -> None:
    one, other = statement(Action=patterns), statement(NotAction=patterns)
    assert covers(one, action) is not covers(other, action)


@given(NAMES, ACTIONS)
def test_case_never_counts(pattern: str, action: str) -> None:
    assert grants([pattern.upper()], action) is grants([pattern.lower()], action.swapcase())


@given(st.sampled_from(["s3:Get*", "s3:*Object", "sqs:?e*", "iam:*Role*", "ec2:Describe*s"]))
def test_expansion_and_matching_agree(pattern: str) -> None:
    service = pattern.partition(":")[0]
    every = [action.name for action in expand(f"{service}:*")]
    assert [action.name for action in expand(pattern)] == [name for name in every if grants([pattern], name)]


@given(st.text(alphabet="[]!^.$+(){}|\\ab", min_size=1, max_size=6))
def test_nothing_but_star_and_question_mark_is_special(text: str) -> None:
    assert grants([text], text)
    assert not grants([text], text + "x")


@given(st.text(alphabet="abc/:-", max_size=10), st.sampled_from(["s3", "iam", "kms", "sqs"]))
def test_a_resource_without_wildcard_is_never_broad(tail: str, service: str) -> None:
    assert not broad(f"arn:aws:{service}:us-east-1:123456789012:{tail}")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("arn:*", True),
        ("arn:aws:iam::*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::backups/*", False),
        ("arn:aws:s3:::backups*", False),
        ("arn:aws:sqs:*:*:*", True),
        ("arn:aws:sqs:us-east-1:123456789012:jobs", False),
        ("arn:aws:iam::123456789012:role/*", True),
        ("arn:aws:iam::*:role/app/*", False),
        ("arn:aws:iam::*:*/*", True),
        ("arn:aws:kms:us-east-1:123456789012:key/*", True),
        ("arn:aws:secretsmanager:*:*:secret:*", True),
        ("arn:aws:secretsmanager:*:*:secret:records/*", False),
        ("arn:aws:logs:*:*:log-group:*:*", True),
        ("arn:aws:logs:*:*:log-group:/aws/lambda/*", False),
        ("arn:aws:rds-db:us-east-1:123456789012:dbuser:*/*", True),
        ("arn:aws:rds-db:us-east-1:123456789012:dbuser:*/app", False),
        ("arn:aws:iam::*:user/${aws:username}", False),
    ],
)
def test_broad(pattern: str, expected: bool) -> None:
    assert broad(pattern) is expected


def test_unknown_members_say_nothing() -> None:
    assert not covers(statement(NotAction=["s3:*", UNKNOWN]), "iam:PassRole")
    assert covers(statement(Action=[UNKNOWN, "iam:Pass*"]), "iam:PassRole")
    assert named(statement(Action=[UNKNOWN, "iam:Pass*", "*"]), ("iam:PassRole", "iam:GetRole")) == ("iam:PassRole",)
    assert limited(statement(Condition=UNKNOWN))


def test_denials_count_when_they_hold_for_everything() -> None:
    def takes_back(**entry: Any) -> bool:
        document = parse({"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | entry]}, IDENTITY, "p")
        assert document is not None
        return denied(document, "s3:GetObject")

    assert takes_back()
    assert takes_back(Action=["S3:get*"])
    assert not takes_back(Effect="Allow")
    assert not takes_back(Effect="Refuse")
    assert not takes_back(Resource="arn:aws:s3:::b/*")
    assert not takes_back(Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert not takes_back(Action=UNKNOWN)


def test_accounts_of_principals() -> None:
    assert account_of("arn:aws-cn:iam::123456789012:role/x") == "123456789012"
    assert account_of("arn:aws:sts::123456789012:assumed-role/x/y") == "123456789012"
    assert account_of("123456789012") == "123456789012"
    assert account_of("AIDAEXAMPLE") == account_of("*") == ""
    assert is_whole_account("123456789012")
    assert is_whole_account("arn:aws:iam::123456789012:root")
    assert not is_whole_account("arn:aws:iam::123456789012:role/root")


def test_home_is_where_the_resources_are() -> None:
    queue = resource("aws:sqs/queue:Queue", outputs={"arn": "arn:aws:sqs:us-east-1:123456789012:q"})
    bucket = resource("aws:s3/bucket:Bucket", "b", outputs={"arn": "arn:aws:s3:::b"})
    other = resource("kubernetes:core/v1:Pod", "p", outputs={"arn": "arn:aws:sqs:us-east-1:999999999999:q"})
    assert home_accounts(Graph([queue, bucket, other])) == {"123456789012"}
    assert home_accounts(Graph([bucket, resource("aws:sqs/queue:Queue", outputs={"arn": UNKNOWN})])) == frozenset()


def test_names_of_services() -> None:
    assert service_name("logs.us-gov-west-1.amazonaws.com") == "logs"
    assert service_name("export.rds.amazonaws.com") == "export.rds"
    assert service_name("states.amazonaws.com.cn") == "states"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("arn:aws:sns:*", True),
        ("arn:aws:sns:us-east-1:*:t", True),
        ("arn:aws:sns:us-east-1:12345678901?:t", True),
        ("arn:aws:sns:us-east-1:123456789012:*", False),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::uploads-*", False),
        ("arn:aws:s3:*:*:uploads", False),
        ("arn:aws:route53:::hostedzone/*", False),
    ],
)
def test_arns_of_any_account(pattern: str, expected: bool) -> None:
    assert wide_arn(pattern) is expected
