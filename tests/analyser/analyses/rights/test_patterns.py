"""Patterns of ARNs, and conditions as far as the request is known."""

import pytest

from analyser.analyses.rights.conditions import ABSENT, holds, says
from analyser.analyses.rights.patterns import Match, all_but, match
from analyser.analyses.rights.request import Request
from policy.iam import Condition
from policy.unknown import UNKNOWN


@pytest.mark.parametrize(
    ("pattern", "asked", "expected"),
    [
        ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/*", Match.ALL),
        ("*", "arn:aws:s3:::logs/*", Match.ALL),
        ("arn:aws:s3:::l?gs", "arn:aws:s3:::logs", Match.ALL),
        ("arn:aws:s3:::logs/a/*", "arn:aws:s3:::logs/*", Match.PART),
        ("arn:aws:s3:::logs/${aws:userid}/*", "arn:aws:s3:::logs/*", Match.PART),
        ("arn:aws:s3:::logs/x", "arn:aws:s3:::logs/*", Match.PART),
        ("arn:aws:s3:::logs", "arn:aws:s3:::logs/*", Match.NONE),
        ("arn:aws:s3:::other/*", "arn:aws:s3:::logs/*", Match.NONE),
    ],
)
def test_a_pattern_holds_for_all_some_or_none_of_what_is_asked(pattern: str, asked: str, expected: Match) -> None:
    assert match((pattern,), asked) is expected


def test_the_best_of_several_counts_and_what_is_left_out_turns_it_round() -> None:
    patterns = ("arn:aws:s3:::other/*", "arn:aws:s3:::logs/a")
    assert match(patterns, "arn:aws:s3:::logs/*") is Match.PART
    assert match((), "x") is Match.NONE
    assert all_but(("a*",), "abc") is Match.NONE
    assert all_but(("a*",), "b") is Match.ALL
    assert all_but(("ab",), "a*") is Match.PART


CONTEXT = Request(
    {"aws:principalaccount": "123456789012", "kms:viaservice": ABSENT, "aws:principalisawsservice": "false"}
)


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "aws:PrincipalAccount", ("123456789012",), True),
        ("StringEquals", "aws:PrincipalAccount", ("1", "123456789012"), True),
        ("StringNotEquals", "aws:PrincipalAccount", ("123456789012",), False),
        ("StringLike", "aws:PrincipalAccount", ("1234*",), True),
        ("Bool", "aws:PrincipalIsAWSService", (True,), False),
        ("StringEquals", "kms:ViaService", ("s3.us-east-1.amazonaws.com",), False),
        ("StringEqualsIfExists", "kms:ViaService", ("s3.us-east-1.amazonaws.com",), True),
        ("StringNotEquals", "kms:ViaService", ("s3.us-east-1.amazonaws.com",), True),
        ("Null", "kms:ViaService", ("true",), True),
        ("Null", "aws:PrincipalAccount", ("true",), False),
        ("Bool", "aws:SecureTransport", ("true",), None),
        ("StringEquals", "aws:PrincipalAccount", (UNKNOWN,), None),
        ("StringEquals", "aws:PrincipalAccount", ("${aws:ResourceAccount}",), None),
        ("NumericLessThan", "aws:PrincipalAccount", ("5",), None),
    ],
)
def test_a_condition_holds_or_does_not_or_cannot_be_known(
    operator: str, key: str, values: tuple[object, ...], expected: bool | None
) -> None:
    condition = Condition(operator, key, values)
    assert holds(condition, CONTEXT) is expected
    assert says(condition).startswith(f"{operator} {key}: ")
