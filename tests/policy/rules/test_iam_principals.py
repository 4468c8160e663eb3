"""Users, their credentials and groups, and AWS's policies for people."""

from typing import Any

import pytest

from policy.model import Resource
from tests.policy.cases import Case, Set, With
from tests.policy.rules.iam_support import allow, document, trusting
from tests.policy.support import check, resource

ROLE = trusting({"Service": "lambda.amazonaws.com"})
AWS = "arn:aws:iam::aws:policy/"
ATTACHED = resource(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", policyArn=AWS + "job-function/ViewOnlyAccess"
)
SHARED = resource("aws:iam/policyAttachment:PolicyAttachment", "shared", roles=["api"], policyArn=AWS + "SecurityAudit")
KEY = resource("aws:iam/accessKey:AccessKey", "key", user="ada", status="Inactive")
PASSWORDS = resource(
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "passwords",
    minimumPasswordLength=14,
    requireLowercaseCharacters=True,
    requireNumbers=True,
    requireSymbols=True,
    requireUppercaseCharacters=True,
    passwordReusePrevention=24,
)
CASES = [
    Case("iam-no-users", [ROLE], [With(resource("aws:iam/user:User", "ada"))]),
    Case("iam-no-long-lived-credentials", [KEY], [Set("status", "Active"), Set("status")]),
    Case(
        "iam-no-console-passwords",
        [ROLE],
        [With(resource("aws:iam/userLoginProfile:UserLoginProfile", "p", user="ada"))],
    ),
    Case("iam-users-through-groups", [SHARED], [Set("users", ["ada"]), Set("user", "ada")]),
    Case("iam-no-exclusive-attachment", [ATTACHED], [With(SHARED)]),
    Case(
        "iam-password-policy",
        [PASSWORDS],
        [
            Set("minimumPasswordLength", 13),
            Set("minimumPasswordLength"),
            Set("requireLowercaseCharacters", False),
            Set("requireNumbers", False),
            Set("requireSymbols"),
            Set("requireUppercaseCharacters", False),
            Set("passwordReusePrevention", 23),
            Set("passwordReusePrevention"),
        ],
    ),
    Case(
        "iam-no-wide-managed-policy",
        [ATTACHED],
        [
            Set("policyArn", AWS + "ReadOnlyAccess"),
            Set("policyArn", AWS + "job-function/SystemAdministrator"),
            Set("policyArn", AWS + "AmazonEC2ContainerRegistryPowerUser"),
            Set("policyArn", AWS + "service-role/AmazonEC2RoleforSSM"),
        ],
    ),
]


def test_every_kind_of_lasting_credential() -> None:
    for token in (
        "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
        "aws:iam/sshKey:SshKey",
        "aws:iam/signingCertificate:SigningCertificate",
    ):
        assert check("iam-no-long-lived-credentials", resource(token, "c")) == ["c: does not expire"]


def test_policies_of_one_user() -> None:
    inline = resource("aws:iam/userPolicy:UserPolicy", "p", user="ada", policy=document(allow("sqs:SendMessage")))
    assert check("iam-users-through-groups", inline) == ["p: is given to a user (user)"]
    attached = resource("aws:iam/userPolicyAttachment:UserPolicyAttachment", "a", user="ada")
    assert check("iam-users-through-groups", attached) == ["a: is given to a user (user)"]


def test_all_lists_of_managed_policies() -> None:
    wide = [AWS + "SecurityAudit", AWS + "ReadOnlyAccess"]
    role = resource("aws:iam/role:Role", "role", managedPolicyArns=wide)
    assert check("iam-no-wide-managed-policy", role) == ["role: is given ReadOnlyAccess (managedPolicyArns)"]
    whole = resource("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "all", policyArns=wide)
    assert check("iam-no-wide-managed-policy", whole) == ["all: is given ReadOnlyAccess (policyArns)"]


@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "policyArns"),
        ("aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive", "policyArns"),
        ("aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", "policyArns"),
        ("aws:rolesanywhere/profile:Profile", "managedPolicyArns"),
        ("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", "managedPolicyArn"),
    ],
)
def test_every_way_to_be_given_a_policy(token: str, key: str) -> None:
    def given(name: str) -> Resource:
        arn = AWS + name
        inputs: dict[str, Any] = {key: [arn] if key.endswith("s") else arn}
        return resource(token, **inputs)

    assert check("iam-no-managed-administrator", given("AdministratorAccess"))
    assert check("iam-no-wide-managed-policy", given("ReadOnlyAccess"))
    assert check("iam-no-managed-administrator", given("SecurityAudit")) == []
    assert check("iam-no-wide-managed-policy", given("SecurityAudit")) == []


def test_users_are_given_policies_exclusively() -> None:
    token = "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive"
    assert check("iam-users-through-groups", resource(token, userName="ada", policyArns=[]))


def test_a_policy_of_ones_own_may_have_any_name() -> None:
    own = resource(ATTACHED.type, "own", policyArn="arn:aws:iam::123456789012:policy/ReadOnlyAccess")
    assert check("iam-no-wide-managed-policy", own) == []
