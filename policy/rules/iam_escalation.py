"""IAM: rights to rewrite rights, by which a principal becomes whoever it likes.

The ways were first collected by Rhino Security Labs:
https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
"""

from collections.abc import Iterator

from policy.iam import IDENTITY, documents, findings_at_large, limits, named, types_with
from policy.model import Finding, Resource, Severity, rule

_TYPES = types_with(IDENTITY)
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BEST = "Well-Architected"
POLICY_VERSIONS = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
ATTACHMENTS = (
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
)
TRUST_CHANGES = ("iam:UpdateAssumeRolePolicy",)
CREDENTIALS = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:DeactivateMFADevice",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "iam:UpdateLoginProfile",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
)
MEMBERSHIPS = ("iam:AddUserToGroup",)
BOUNDARIES = (
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
)
PROVIDERS = (
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateSAMLProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:UpdateSAMLProvider",
)
IDENTITY_CREATION = ("iam:CreateRole", "iam:CreateUser")


@rule(
    "iam-no-policy-rewriting",
    title="Nobody may rewrite any managed policy",
    severity=Severity.CRITICAL,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": ("CKV_AWS_286", "CKV_AWS_289")},
    remedy="Name the policies whose versions may be changed, and none that the principal itself has.",
    link=_LINK + "access_policies_managed-versioning.html",
)
def policy_rewriting(resource: Resource) -> Iterator[Finding]:
    """A new version of a policy that one has oneself, or an older and wider one, is whatever right one wants."""
    return findings_at_large(resource, POLICY_VERSIONS, "every policy")


@rule(
    "iam-no-policy-attaching",
    title="Nobody may give any policy to any principal",
    severity=Severity.CRITICAL,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": ("CKV_AWS_286", "CKV_AWS_289")},
    remedy="Name the roles, and limit by iam:PolicyARN (attaching) or iam:PermissionsBoundary.",
    link=_LINK + "access_policies_boundaries.html",
)
def policy_attaching(resource: Resource) -> Iterator[Finding]:
    """Who attaches or writes policies anywhere gives itself AdministratorAccess."""
    return findings_at_large(resource, ATTACHMENTS, "every principal")


@rule(
    "iam-no-trust-rewriting",
    title="Nobody may rewrite whom any role trusts",
    severity=Severity.CRITICAL,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name the roles whose trust policy may be changed.",
    link=_LINK + "id_roles_update-role-trust-policy.html",
)
def trust_rewriting(resource: Resource) -> Iterator[Finding]:
    """Who changes trust policies takes the most powerful role of the account."""
    return findings_at_large(resource, TRUST_CHANGES, "every role")


@rule(
    "iam-no-credentials-of-others",
    title="Nobody may make or change any user's credentials",
    severity=Severity.CRITICAL,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": ("CKV_AWS_286", "CKV_AWS_287")},
    remedy="Limit it to arn:aws:iam::*:user/${aws:username}, or name the users.",
    link=_LINK + "reference_policies_examples_iam_credentials_console.html",
)
def credentials_of_others(resource: Resource) -> Iterator[Finding]:
    """A key, a password or an MFA device taken off makes one the user it belongs to."""
    return findings_at_large(resource, CREDENTIALS, "every user")


@rule(
    "iam-no-group-joining",
    title="Nobody may put users into any group",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name the groups.",
    link=_LINK + "id_groups_manage_add-remove-users.html",
)
def group_joining(resource: Resource) -> Iterator[Finding]:
    """Whoever may join any group joins the administrators."""
    return findings_at_large(resource, MEMBERSHIPS, "every group")


@rule(
    "iam-no-boundary-lifting",
    title="Nobody may lift any permissions boundary",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP05", "Checkov": "CKV_AWS_289"},
    remedy="Leave boundaries to the pipeline that sets them, or limit by iam:PermissionsBoundary to the one required.",
    link=_LINK + "access_policies_boundaries.html",
)
def boundary_lifting(resource: Resource) -> Iterator[Finding]:
    """A boundary that those within it may change bounds nothing."""
    return findings_at_large(resource, BOUNDARIES, "every principal")


@rule(
    "iam-no-identity-provider-rewriting",
    title="Nobody may change any identity provider",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC02-BP04", "Checkov": "CKV_AWS_289"},
    remedy="Name the provider, or leave it to the account's administrators.",
    link=_LINK + "id_roles_providers.html",
)
def provider_rewriting(resource: Resource) -> Iterator[Finding]:
    """A provider of one's own signs tokens for every role that trusts it."""
    return findings_at_large(resource, PROVIDERS, "every identity provider")


@rule(
    "iam-creation-bounded",
    title="Who may create roles and users must bound them",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP05", "Checkov": "CKV_AWS_289"},
    remedy="Add a StringEquals condition on iam:PermissionsBoundary with the boundary that new principals must have.",
    link=_LINK + "access_policies_boundaries.html#access_policies_boundaries-delegate",
)
def creation_bounded(resource: Resource) -> Iterator[Finding]:
    """A role or user created without a boundary can be given more than its creator has."""
    for document in documents(resource, IDENTITY):
        for statement in document.allowing():
            created = named(statement, IDENTITY_CREATION)
            bounds = any(limits(each) for each in statement.values_of("iam:PermissionsBoundary"))
            if created and not bounds and statement.wholly_known_conditions:
                yield Finding(f"{statement.label} allows {', '.join(created)} without a boundary", document.path)
