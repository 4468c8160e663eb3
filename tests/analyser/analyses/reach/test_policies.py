"""Small graphs of things that strangers may speak to by their policies alone: who is let in, and what takes it back."""

import json
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made
from tests.analyser.analyses.reach.test_edges import HOME, NO, OPEN, OTHER, SWITCHES, UNSURE, YES, bucket

OBJECTS = "arn:aws:s3:::thing/*"
BLOCKED = dict.fromkeys(SWITCHES, True)


def allow(principal: Any = "*", action: Any = "s3:GetObject", resource: Any = OBJECTS, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:*", resource: Any = OBJECTS, principal: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(principal, action, resource), "Effect": "Deny", **more}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def of(account: str, rest: str = "root") -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account}:{rest}"}


def judged(made: Made) -> Any:
    return ask(Reach(made.graph()), "internet", "thing")[0]


def with_policy(*statements: dict[str, Any], **block: Any) -> Made:
    made = bucket(**(block or OPEN))
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    made.any("aws:s3/bucketPolicy:BucketPolicy", "lets", bucket="thing", policy=text)
    return made


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(), NO),
        (allow(of(OTHER)), YES),
        (allow(of(HOME)), NO),
        (allow(**when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/*")), YES),
        (allow(**when("StringEquals", "aws:PrincipalOrgID", "o-abc1234567")), YES),
        (allow(**when("IpAddress", "aws:SourceIp", "198.51.100.0/24")), YES),
        (allow(**when("IpAddress", "aws:SourceIp", "0.0.0.0/0")), NO),
    ],
)
def test_a_block_of_public_access_bears_on_public_policies_alone(statement: dict[str, Any], expected: Verdict) -> None:
    assert judged(with_policy(statement, **BLOCKED)).verdict is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:role/*"), YES),
        (when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/reader"), YES),
        (when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{HOME}:role/*"), NO),
        (when("StringEquals", "aws:PrincipalAccount", [HOME, OTHER]), YES),
        (when("StringNotEquals", "aws:PrincipalAccount", HOME), YES),
        (when("StringEqualsIfExists", "aws:PrincipalAccount", HOME), YES),
        (when("StringEquals", "aws:SourceVpce", "vpce-1"), NO),
        (when("StringNotEquals", "aws:SourceVpce", "vpce-1"), YES),
        (when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "100.64.0.0/10"]), NO),
        (when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "198.51.100.0/24"]), YES),
        (when("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"), YES),
        (when("NotIpAddress", "aws:SourceIp", ["0.0.0.0/0", "::/0"]), NO),
        (when("StringEquals", "aws:UserAgent", "anything"), YES),
        (when("Bool", "aws:SecureTransport", "true"), YES),
        (when("Bool", "aws:SecureTransport", "false"), NO),
        (when("Null", "aws:PrincipalAccount", "true"), YES),
        (when("Null", "aws:SourceVpce", "false"), NO),
        (when("StringEquals", "s3:ExistingObjectTag/public", "yes"), UNSURE),
        (when("StringEquals", "s3:DataAccessPointAccount", HOME), UNSURE),
        (when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"), UNSURE),
        (when("StringLike", "aws:userid", "AROAEXAMPLE:*"), NO),
        (when("ArnLike", "aws:SourceArn", f"arn:aws:sns:us-east-1:{HOME}:topic"), NO),
        (when("StringEquals", "aws:PrincipalTag/team", "red"), YES),
    ],
)
def test_a_condition_as_a_stranger_s_request_meets_it(statement: dict[str, Any], expected: Verdict) -> None:
    assert judged(with_policy(allow(**statement))).verdict is expected


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        (deny(), NO),
        (deny("s3:DeleteObject"), YES),
        (deny(resource="arn:aws:s3:::thing/secret/*"), YES),
        (deny(principal=of(OTHER)), YES),
        (deny(**when("StringNotEquals", "aws:PrincipalAccount", HOME)), NO),
        (deny(**when("StringNotEquals", "aws:PrincipalOrgID", "o-abc1234567")), NO),
        (deny(**when("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{HOME}:role/*")), NO),
        (deny(**when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{HOME}:role/*")), YES),
        (deny(**when("Bool", "aws:SecureTransport", "false")), YES),
        (deny(**when("StringNotEquals", "aws:SourceVpce", "vpce-1")), NO),
        (deny(**when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")), NO),
        (deny(**when("NotIpAddress", "aws:SourceIp", "198.51.100.0/24")), YES),
        (deny(**when("IpAddress", "aws:SourceIp", "0.0.0.0/0")), YES),  # somebody asks by version 6
        (deny(**when("Null", "aws:SourceVpce", "true")), NO),
        (deny(**when("Null", "s3:x-amz-server-side-encryption", "true")), YES),
        (deny(**when("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z")), UNSURE),
        (deny(**when("BoolIfExists", "aws:MultiFactorAuthPresent", "false")), YES),
        ({"Effect": "Deny", "NotPrincipal": of(HOME), "Action": "s3:*", "Resource": OBJECTS}, NO),
        ({"Effect": "Deny", "Principal": "*", "NotAction": "s3:PutObject", "Resource": OBJECTS}, NO),
        ({"Effect": "Deny", "Principal": "*", "NotAction": "s3:Get*", "Resource": OBJECTS}, YES),
        ({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "NotResource": OBJECTS}, YES),
    ],
)
def test_a_denial_takes_back_what_a_stranger_was_let(denial: dict[str, Any], expected: Verdict) -> None:
    found = judged(with_policy(allow(), denial))
    assert found.verdict is expected
    assert expected is not NO or "denies all others" in found.missing[0]


def test_only_everybody_but_somebody() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": of(HOME), "Action": "s3:GetObject", "Resource": OBJECTS}
    assert judged(with_policy(statement)).verdict is YES
    assert judged(with_policy(statement, **BLOCKED)).verdict is NO


def test_whom_a_policy_names_may_not_be_known() -> None:
    made = bucket(**OPEN)
    made.any(
        "aws:s3/bucketPolicy:BucketPolicy", "lets", bucket="thing", policy={"Statement": [allow({"AWS": UNKNOWN})]}
    )
    assert judged(made).verdict is UNSURE


@pytest.mark.parametrize(
    ("grantee", "owner", "expected"),
    [
        ({"type": "CanonicalUser", "id": "somebody"}, "me", YES),
        ({"type": "CanonicalUser", "id": "me"}, "me", NO),
        ({"type": "CanonicalUser", "id": "somebody"}, None, UNSURE),
        ({"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}, "me", YES),
        ({"type": "Group", "uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "me", NO),
    ],
)
@pytest.mark.parametrize("ownership", ["ObjectWriter", "BucketOwnerEnforced"])
def test_a_grant_of_an_acl(grantee: dict[str, Any], owner: str | None, ownership: str, expected: Verdict) -> None:
    made = bucket(**OPEN)
    made.any(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "own", bucket="thing",
        rule={"objectOwnership": ownership},
    )  # fmt: skip
    lets = {"owner": {"id": owner}, "grants": [{"permission": "READ", "grantee": grantee}]}
    made.any("aws:s3/bucketAcl:BucketAcl", "acl", bucket="thing", accessControlPolicy=lets)
    assert judged(made).verdict is (expected if ownership == "ObjectWriter" else NO)


@pytest.mark.parametrize(("account", "expected"), [(OTHER, YES), (HOME, NO)])
def test_a_grant_of_a_key(account: str, expected: Verdict) -> None:
    made = Made()
    key = made.any("aws:kms/key:Key", "thing")
    made.any("aws:kms/grant:Grant", "grant", keyId=key, granteePrincipal=f"arn:aws:iam::{account}:role/x")
    assert judged(made).verdict is expected


@pytest.mark.parametrize(("cidr", "expected"), [("10.0.0.0/8", NO), ("198.51.100.0/24", YES)])
def test_a_search_domain_by_addresses(cidr: str, expected: Verdict) -> None:
    made = Made()
    statement = allow({"AWS": "*"}, "es:*", "*", **when("IpAddress", "aws:SourceIp", cidr))
    made.any("aws:opensearch/domain:Domain", "thing", accessPolicies=json.dumps({"Statement": [statement]}))
    assert judged(made).verdict is expected
