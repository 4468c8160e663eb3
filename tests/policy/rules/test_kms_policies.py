"""Key policies: administration, use, grants."""

from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from tests.policy.cases import Case, Set
from tests.policy.rules.iam_support import ACCOUNT, STRANGER, document
from tests.policy.support import check, resource, verdict

KEY = "aws:kms/key:Key"
API = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/api"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
PARTNER = {"AWS": f"arn:aws:iam::{STRANGER}:role/partner"}
HOME = resource("aws:sns/topic:Topic", "home", outputs={"arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:home"})


def key(*statements: dict[str, Any], **inputs: Any) -> Resource:
    delegation = {"Sid": "Root", "Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}
    return resource(KEY, "key", policy=document(delegation, *statements), **inputs)


def use(action: object, principal: object = API, condition: object = None) -> dict[str, Any]:
    statement = {"Sid": "Use", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return statement if condition is None else statement | {"Condition": condition}


def key_policy(*statements: dict[str, Any]) -> Set:
    return Set("policy", str(key(*statements).get("policy")))


TRAIL = {"Service": "cloudtrail.amazonaws.com"}
TRAIL_ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/all"
CALLER = {"StringEquals": {"kms:CallerAccount": ACCOUNT}}
THROUGH = {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "ec2.us-east-1.amazonaws.com"}}
FOR_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
CASES = [
    Case(
        "kms-account-use-through-service",
        [key(use("kms:Decrypt", "*", THROUGH))],
        [
            key_policy(use("kms:Decrypt", "*", CALLER)),
            key_policy(use("kms:Decrypt", {"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
            key_policy(use("kms:Decrypt", "*", CALLER | {"StringLikeIfExists": {"kms:ViaService": "ec2.*"}})),
            key_policy(use("kms:Decrypt", "*", CALLER | {"StringLike": {"kms:ViaService": "*"}})),
            key_policy(use("kms:Decrypt", "*", CALLER | {"StringLike": {"kms:EncryptionContext:a": "*"}})),
        ],
    ),
    Case(
        "kms-service-source",
        [key(use("kms:GenerateDataKey*", TRAIL, {"StringEquals": {"aws:SourceArn": TRAIL_ARN}}))],
        [
            key_policy(use("kms:GenerateDataKey*", TRAIL)),
            key_policy(use("kms:Decrypt", {"Service": ["lambda.amazonaws.com", "logs.us-east-1.amazonaws.com"]})),
            key_policy(use("kms:Encrypt", {"Service": "sns.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": "*"}})),
            key_policy(use("kms:Decrypt", TRAIL, {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "*"}})),
        ],
    ),
    Case(
        "kms-no-full-access",
        [key(use(["kms:Decrypt", "kms:Describe*"]))],
        [
            key_policy(use("kms:*")),
            key_policy(use("*", {"Service": "logs.us-east-1.amazonaws.com"})),
            key_policy(use("KMS:*", {"AWS": [ROOT["AWS"], API["AWS"]]})),
        ],
    ),
    Case(
        "kms-grants-for-services",
        [key(use("kms:CreateGrant", API, FOR_SERVICES), use("kms:CreateGrant", {"Service": "dynamodb.amazonaws.com"}))],
        [
            key_policy(use("kms:CreateGrant")),
            key_policy(use("kms:Create*", API, {"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}})),
            key_policy(use("kms:CreateGrant", "*", CALLER)),
            key_policy(use("kms:CreateGrant", API, {"Bool": {"kms:GrantIsForAWSResource": "false"}})),
        ],
    ),
    Case(
        "kms-no-foreign-administration",
        [key(use("kms:*", ROOT), use("kms:Decrypt", PARTNER)), HOME],
        [
            key_policy(use("kms:*", {"AWS": STRANGER})),
            key_policy(use("kms:*", {"AWS": [ROOT["AWS"], f"arn:aws:iam::{STRANGER}:root"]})),
            key_policy(use("kms:Put*", {"AWS": f"arn:aws:iam::{STRANGER}:role/admin"})),
        ],
    ),
    Case(
        "kms-no-foreign-administration",
        [key(use("kms:*", ROOT))],
        [key_policy(use("kms:*", {"AWS": [ROOT["AWS"], f"arn:aws:iam::{STRANGER}:root"]}))],
    ),
    Case(
        "kms-separate-duties",
        [key(use("kms:Decrypt"), use("kms:ScheduleKeyDeletion", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}))],
        [
            key_policy(use(["kms:Decrypt", "kms:PutKeyPolicy"])),
            key_policy(use("kms:Generate*"), use("kms:Schedule*")),
        ],
    ),
    Case(
        "kms-not-locked-out",
        [key(use("kms:Decrypt"))],
        [
            Set("policy", document(use("kms:Decrypt"))),
            Set("policy", document(use("kms:Decrypt"), use("kms:*") | {"Effect": "Deny"})),
            Set("bypassPolicyLockoutSafetyCheck", True),
        ],
    ),
]


def test_full_access_of_unknown_principals_is_not_judged() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": UNKNOWN}, "Action": "kms:*"}]}
    assert check("kms-no-full-access", resource(KEY, "key", policy=policy)) == []


def test_full_access_is_told_once() -> None:
    for who, teller in ((API, "kms-no-full-access"), ("*", "kms-key-not-public")):
        found = verdict(key(use("kms:*", who), enableKeyRotation=True))
        assert [each.rule.id for each in found if each.rule.id.startswith("kms-")] == [teller]


def test_an_administrator_by_name_is_no_lockout() -> None:
    named = resource(KEY, "key", policy=document(use(["kms:Put*", "kms:Describe*"])))
    assert check("kms-not-locked-out", named) == []
    unknown = resource(KEY, "key", policy={"Statement": [UNKNOWN]})
    assert check("kms-not-locked-out", unknown) == []
    hidden = resource(KEY, "key", policy={"Statement": [{"Effect": "Allow", "Action": [UNKNOWN]}]})
    assert check("kms-not-locked-out", hidden) == []


def test_a_foreign_administrator_is_told_once() -> None:
    given = key(use("kms:*", {"AWS": STRANGER}))
    assert check("resource-policy-cross-account", given, HOME) == []
    assert check("resource-policy-cross-account", key(use("kms:Decrypt", {"AWS": STRANGER})), HOME)
    everything = key(use("kms:*", {"AWS": f"arn:aws:iam::{STRANGER}:role/admin"}))
    assert check("kms-no-full-access", everything)
    assert check("kms-no-foreign-administration", everything, HOME) == []


def test_an_organisation_may_share_a_key() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert check("kms-no-foreign-administration", key(use("kms:*", {"AWS": STRANGER}, condition)), HOME) == []


@pytest.mark.parametrize(
    ("service", "action"),
    [("events", "kms:Decrypt"), ("dynamodb", "kms:Decrypt"), ("cloudtrail", "kms:DescribeKey")],
)
def test_services_that_bring_no_source_to_kms_are_not_asked_for_one(service: str, action: str) -> None:
    assert check("kms-service-source", key(use(action, {"Service": f"{service}.amazonaws.com"}))) == []


def test_log_groups_are_named_by_their_context() -> None:
    groups = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*"}}
    assert (
        check("kms-service-source", key(use("kms:Decrypt", {"Service": "logs.us-east-1.amazonaws.com"}, groups))) == []
    )
