"""Rights that no identity policy should give on everything, by the tables of the rules."""

from typing import Any

import pytest

from policy.iam import expand
from policy.rules import iam_credentials as credentials
from policy.rules import iam_destruction as destruction
from policy.rules import iam_escalation as escalation
from policy.rules import iam_exfiltration as exfiltration
from policy.rules import iam_pass_role
from tests.policy.cases import Case, Set
from tests.policy.rules.iam_support import ACCOUNT, allow, document, inline
from tests.policy.support import check, verdict

TABLES = {
    "iam-account-safeguards-kept": destruction.SAFEGUARDS,
    "iam-assume-role-scoped": credentials.ROLES,
    "iam-backup-deletion-scoped": destruction.BACKUPS,
    "iam-code-reads-scoped": exfiltration.CODE,
    "iam-decryption-scoped": credentials.DECRYPTION,
    "iam-deletion-scoped": destruction.DATA,
    "iam-key-deletion-scoped": destruction.KEYS,
    "iam-key-grants-scoped": credentials.GRANTS,
    "iam-log-reads-scoped": exfiltration.LOGS,
    "iam-message-reads-scoped": exfiltration.MESSAGES,
    "iam-no-boundary-lifting": escalation.BOUNDARIES,
    "iam-no-code-replacing": iam_pass_role.CODE,
    "iam-no-credentials-of-others": escalation.CREDENTIALS,
    "iam-no-group-joining": escalation.MEMBERSHIPS,
    "iam-no-identity-provider-rewriting": escalation.PROVIDERS,
    "iam-no-instance-profile-swapping": iam_pass_role.PROFILES,
    "iam-no-policy-attaching": escalation.ATTACHMENTS,
    "iam-no-policy-rewriting": escalation.POLICY_VERSIONS,
    "iam-no-remote-commands": iam_pass_role.COMMANDS,
    "iam-no-trust-rewriting": escalation.TRUST_CHANGES,
    "iam-object-reads-scoped": exfiltration.OBJECTS,
    "iam-secrets-scoped": credentials.SECRETS,
    "iam-snapshot-sharing-scoped": exfiltration.SNAPSHOTS,
    "iam-table-reads-scoped": exfiltration.ITEMS,
    "iam-tokens-scoped": credentials.TOKENS,
    "iam-watch-kept": destruction.WATCH,
}
REQUEST: dict[str, Any] = {
    "Bool": {"aws:SecureTransport": "true"},
    "StringEquals": {"aws:RequestedRegion": "us-east-1"},
}
BOUNDARY = {"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/b"}}
ANY_BOUNDARY = {"ArnLike": {"iam:PermissionsBoundary": "*"}}
LOOSE_BOUNDARY = {"StringEqualsIfExists": BOUNDARY["StringEquals"]}
ENTRIES = [pytest.param(rule, table, id=rule) for rule, table in TABLES.items()]


def named_arn(action: str) -> str:
    return f"arn:aws:{action.partition(':')[0]}:us-east-1:{ACCOUNT}:thing/one"


def broad_arn(action: str) -> str:
    return f"arn:aws:{action.partition(':')[0]}:*:{ACCOUNT}:*"


def table_case(rule: str, table: tuple[str, ...]) -> Case:
    """The right on one thing is fine; on everything it is not, action by action, in any case, by wildcards."""
    prefix = table[0][:-1]
    breaks = [document(allow(action, "*")) for action in table]
    breaks += [
        document(allow(table[0].upper(), ["arn:aws:x:::y/z", broad_arn(table[0])])),
        document(allow(f"{prefix}*", "*")),
        document(allow(table[0], "*", Condition=REQUEST)),
        document(allow(table[0], None, NotResource=named_arn(table[0]))),
        document(allow(table[0]), allow(table[-1], "*", Sid=None)),
    ]
    return Case(rule, [inline(allow(list(table), named_arn(table[0])))], [Set("policy", each) for each in breaks])


CASES = [
    *(table_case(rule, table) for rule, table in TABLES.items()),
    Case(
        "iam-assume-role-scoped",
        [inline(allow("sts:AssumeRole"))],
        [Set("policy", document(allow("sts:AssumeRole", "arn:aws:iam::*:role/reader")))],
    ),
    Case(
        "iam-creation-bounded",
        [inline(allow(["iam:CreateRole", "iam:CreateUser"], "*", Condition=BOUNDARY), allow("iam:CreatePolicy"))],
        [
            Set("policy", document(allow("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/app-*"))),
            Set("policy", document(allow("iam:CreateUser", "*"))),
            Set("policy", document(allow("iam:Create*", "*", Condition=REQUEST))),
            Set("policy", document(allow("iam:CreateRole", "*", Condition=ANY_BOUNDARY))),
            Set("policy", document(allow("iam:CreateRole", "*", Condition=LOOSE_BOUNDARY))),
        ],
    ),
    Case(
        "iam-exposure-scoped",
        [inline(allow(["s3:PutBucketPolicy", "sns:AddPermission"], named_arn("s3:x")))],
        [
            Set("policy", document(allow("s3:PutBucketPolicy", "*"))),
            Set("policy", document(allow("s3:Put*", "arn:aws:s3:::*"))),
            Set("policy", document(allow("lambda:AddPermission", f"arn:aws:lambda:*:{ACCOUNT}:function:*"))),
            Set("policy", document(allow("sqs:AddPermission", "*", Condition=REQUEST))),
        ],
    ),
]


@pytest.mark.parametrize(("rule", "table"), ENTRIES)
def test_tables_name_actions_that_exist(rule: str, table: tuple[str, ...]) -> None:
    assert [action for action in table if [each.name for each in expand(action)] != [action]] == []
    assert list(table) == sorted(set(table), key=str.lower) or list(table) == sorted(set(table))


@pytest.mark.parametrize(("rule", "table"), ENTRIES)
def test_limits_on_what_is_reached_count(rule: str, table: tuple[str, ...]) -> None:
    for condition in (
        {"StringEquals": {"aws:ResourceTag/system": "records"}},
        {"Null": {"aws:ResourceTag/system": "false"}},
        {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/records-*"}},
    ):
        assert check(rule, inline(allow(list(table), "*", Condition=condition))) == []


@pytest.mark.parametrize(("rule", "table"), ENTRIES)
def test_limits_that_let_pass_what_has_no_tag_do_not(rule: str, table: tuple[str, ...]) -> None:
    for operator in ("StringEqualsIfExists", "ForAllValues:StringEquals", "StringNotEquals"):
        condition = {operator: {"aws:ResourceTag/system": "records"}}
        assert check(rule, inline(allow(list(table), "*", Condition=condition)))


ANYTHING: list[dict[str, Any]] = [
    {"StringEquals": {"aws:PrincipalTag/team": "records"}},
    {"StringLike": {"aws:ResourceTag/team": "*"}},
    {"ArnLike": {"iam:PolicyARN": "*"}},
    {"ArnLike": {"iam:PolicyARN": ["arn:aws:iam::123456789012:policy/a", "*"]}},
    {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
    {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringEquals": {"sts:ExternalId": "k7"}},
    {"StringEquals": {"aws:SourceIdentity": "ada"}},
    {"Null": {"aws:ResourceTag/system": "true"}},
    {"Bool": {"kms:GrantIsForAWSResource": "false"}},
    {"StringEquals": {"aws:ResourceTag/system": []}},
]


@pytest.mark.parametrize("condition", ANYTHING, ids=str)
def test_limits_that_leave_everything_do_not(condition: dict[str, Any]) -> None:
    for rule, table in TABLES.items():
        assert check(rule, inline(allow(table[0], "*", Condition=condition))), rule
    assert check("iam-exposure-scoped", inline(allow("s3:PutBucketPolicy", "*", Condition=condition)))


def test_tags_of_the_caller_limit_what_carries_the_same() -> None:
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    assert check("iam-secrets-scoped", inline(allow("secretsmanager:GetSecretValue", "*", Condition=same))) == []


@pytest.mark.parametrize("action", ["iam:*", "iam:?*", "iam:**"])
def test_a_whole_service_is_one_finding(action: str) -> None:
    found = {each.rule.id for each in verdict(inline(allow(action, "*")))}
    assert {each for each in found if each.startswith("iam-")} == {"iam-no-service-wildcard"}


@pytest.mark.parametrize("action", ["*:*", "?*", "**:*"])
def test_everything_is_one_finding(action: str) -> None:
    found = {each.rule.id for each in verdict(inline(allow(action, "*")))}
    assert {each for each in found if each.startswith("iam-")} == {"iam-no-administrator"}


def test_what_a_whole_service_changes_is_told_with_it() -> None:
    (found,) = check("iam-no-service-wildcard", inline(allow("sqs:*", "*")))
    assert found.startswith("policy: Right allows sqs:*, also sqs:AddPermission, sqs:")
    assert found.endswith("… (policy)")
    (found,) = check("iam-no-service-wildcard", inline(allow("xray:*", "*")))
    assert "…" not in found


@pytest.mark.parametrize(("rule", "table"), ENTRIES)
def test_what_a_denial_takes_back_is_not_given(rule: str, table: tuple[str, ...]) -> None:
    given = allow(list(table), "*")
    assert check(rule, inline(given, allow(list(table), "*", Effect="Deny"))) == []
    assert check(rule, inline(given, allow(None, "*", Effect="Deny", NotAction="x:Y"))) == []
    assert check(rule, inline(given, allow(list(table), "*", Effect="Deny", Condition=REQUEST)))
    assert check(rule, inline(given, allow(list(table), named_arn(table[0]), Effect="Deny")))


@pytest.mark.parametrize(("rule", "table"), ENTRIES)
def test_administrators_are_reported_once_elsewhere(rule: str, table: tuple[str, ...]) -> None:
    assert check(rule, inline(allow("*", "*"))) == []
    assert check(rule, inline(allow(None, "*", NotAction="x:Y"))) == []


def test_messages_name_statement_actions_and_reach() -> None:
    found = check("iam-secrets-scoped", inline(allow(["ssm:GetParameter*", "secretsmanager:GetSecretValue"], "*")))
    assert found == [
        "policy: Right allows secretsmanager:GetSecretValue, ssm:GetParameter, ssm:GetParameterHistory, "
        "ssm:GetParameters, ssm:GetParametersByPath on every secret or parameter (policy)"
    ]


def test_own_path_of_parameters_is_no_everything() -> None:
    path = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/records/*"
    assert check("iam-secrets-scoped", inline(allow("ssm:GetParametersByPath", path))) == []


def test_own_credentials_may_be_changed() -> None:
    own = "arn:aws:iam::*:user/${aws:username}"
    assert check("iam-no-credentials-of-others", inline(allow("iam:CreateAccessKey", own))) == []


def test_exposure_counts_what_it_does_not_name() -> None:
    (found,) = check("iam-exposure-scoped", inline(allow("s3:Put*", "*")))
    assert " more on everything" in found
    (few,) = check("iam-exposure-scoped", inline(allow(["s3:PutBucketPolicy", "s3:GetObject"], "*")))
    assert few == "policy: Right allows s3:PutBucketPolicy on everything (policy)"


def test_exposure_leaves_to_others_what_they_judge() -> None:
    assert check("iam-exposure-scoped", inline(allow(["iam:PassRole", "kms:CreateGrant"], "*"))) == []
    # Has no resource-level permission: `*` is all there is.
    assert check("iam-exposure-scoped", inline(allow("logs:PutResourcePolicy", "*"))) == []
