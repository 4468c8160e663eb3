"""Conditions, one by one, and whether they leave known principals only."""

from typing import Any

import pytest

from policy.iam.document import Condition, Statement
from policy.iam.narrowing import has_source, narrows, wide_arn
from policy.model import UNKNOWN


@pytest.mark.parametrize(
    ("operator", "key", "value", "narrow"),
    [
        ("StringEquals", "aws:SourceAccount", "123456789012", True),
        ("StringEquals", "aws:SourceAccount", "12*", True),  # no wildcard in this operator
        ("StringLike", "aws:SourceAccount", "12*", False),
        ("StringLike", "aws:SourceAccount", "12345678901?", False),
        ("StringEquals", "aws:UserAgent", "mine", False),
        ("StringNotEquals", "aws:SourceAccount", "123456789012", False),
        ("StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*", True),
        ("StringLike", "aws:PrincipalOrgPaths", "*/*", False),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/*", False),
        ("StringLike", "aws:PrincipalOrgPaths", "o-?/r-1/*", False),
        ("StringLike", "aws:UserId", "AROAEXAMPLE:*", True),
        ("StringLike", "aws:UserId", "*:session", False),
        ("StringEquals", "aws:PrincipalTag/team", "records", False),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:*", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:*:mine", False),
        ("Bool", "elasticfilesystem:AccessedViaMountTarget", "true", True),
        ("Bool", "elasticfilesystem:AccessedViaMountTarget", True, True),
        ("Bool", "elasticfilesystem:AccessedViaMountTarget", "false", False),
        ("Bool", "elasticfilesystem:AccessedViaMountTarget", "yes", False),
        ("Bool", "elasticfilesystem:AccessedViaMountTarget", UNKNOWN, True),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", True),
        ("IpAddress", "aws:SourceIp", "2.0.0.0/7", False),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", True),
        ("IpAddress", "aws:SourceIp", "2001:db8::/31", False),
        ("IpAddress", "aws:VpcSourceIp", "192.0.2.1", True),
        ("StringEquals", "aws:SourceAccount", UNKNOWN, True),
    ],
)
def test_a_condition_narrows(operator: str, key: str, value: Any, narrow: bool) -> None:
    assert narrows(Condition(operator, key, (value,))) is narrow


def test_one_wide_value_among_narrow_ones_is_enough() -> None:
    assert not narrows(Condition("IpAddress", "aws:SourceIp", ("192.0.2.1/32", "0.0.0.0/0")))


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::mine*", False),
        ("arn:aws:s3:::*:access", False),  # what stands behind a further colon belongs to the name
        ("arn:aws:s3:us-east-1:*:accesspoint/mine", False),  # names of buckets and their kin are unique
        ("arn:aws:lambda:us-east-1:*:function:mine", True),
        ("arn:aws:lambda:us-east-1:1234?:function:mine", True),
        ("arn:aws:sqs:us-east-1:*:mine", True),
        ("arn:aws:lambda:*:123456789012:*", False),
        ("arn:aws:apigateway:us-east-1::/restapis/a", False),
    ],
)
def test_arns_of_any_account_are_wide(pattern: str, wide: bool) -> None:
    assert wide_arn(pattern) is wide


@pytest.mark.parametrize(
    ("condition", "source"),
    [
        (Condition("StringEquals", "aws:SourceAccount", ("123456789012",)), True),
        (Condition("", "", ()), True),  # the whole block is not known yet
        (Condition("StringEquals", "aws:PrincipalOrgID", ("o-1",)), False),  # says who calls, not on whose behalf
        (Condition("ArnLike", "aws:SourceArn", ("*",)), False),
    ],
)
def test_a_service_s_caller_is_named(condition: Condition, source: bool) -> None:
    assert has_source(Statement(0, "", "Allow", conditions=(condition,))) is source
