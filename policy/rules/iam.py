"""IAM: what identity policies allow, and whom roles trust."""

from collections.abc import Iterator

from policy.iam import (
    IDENTITY,
    PERMISSIONS,
    TRUST,
    Statement,
    documents,
    expand,
    is_everything,
    is_whole_service,
    narrowed,
    types_with,
)
from policy.model import Finding, Resource, Severity, rule
from policy.rules.iam_principals import ATTACHED, ATTACHMENT_TYPES

_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_IDENTITY_TYPES = types_with(IDENTITY)
_COGNITO = "cognito-identity.amazonaws.com"
_ADMINISTRATORS = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")


def _allowing(resource: Resource) -> Iterator[tuple[str, Statement]]:
    for document in documents(resource, IDENTITY):
        for statement in document.allowing():
            yield document.path, statement


@rule(
    "iam-no-administrator",
    title="No policy allows everything",
    severity=Severity.CRITICAL,
    types=_IDENTITY_TYPES,
    frameworks={
        "FSBP": "IAM.1",
        "CIS": "2.14",
        "cdk-nag": "AwsSolutions-IAM5",
        "Checkov": ("CKV_AWS_62", "CKV_AWS_63"),
    },
    remedy="Name the actions and resources that are needed.",
    link=_LINK + "best-practices.html#grant-least-privilege",
)
def no_administrator(resource: Resource) -> Iterator[Finding]:
    """Every action, however limited in resources, includes giving oneself the rest."""
    for path, statement in _allowing(resource):
        if any(is_everything(action) for action in statement.known_actions()):
            yield Finding(f"{statement.label} allows every action", path)


@rule(
    "iam-no-service-wildcard",
    title="Policies name actions, not whole services",
    severity=Severity.HIGH,
    types=_IDENTITY_TYPES,
    frameworks={"FSBP": "IAM.21", "cdk-nag": "AwsSolutions-IAM5"},
    remedy="Name the actions, or a wildcard of one access level such as s3:Get*.",
    link=_LINK + "best-practices.html#grant-least-privilege",
)
def no_service_wildcard(resource: Resource) -> Iterator[Finding]:
    """`service:*` also allows deleting, sharing and changing policies, and whatever AWS adds tomorrow.

    It stands for all that other rules name of the service: they do not repeat it.
    """
    for path, statement in _allowing(resource):
        for action in statement.known_actions():
            if is_whole_service(action):
                yield Finding(f"{statement.label} allows {action}{_also(action)}", path)


def _also(action: str) -> str:
    """What of a whole service's actions is worst: they change permissions, as other rules would say one by one."""
    managing = [each.name for each in expand(action) if each.level == PERMISSIONS]
    return f", also {', '.join(managing[:3])}{' …' if managing[3:] else ''}" if managing else ""


@rule(
    "iam-no-not-action",
    title="No policy allows all but some actions or resources",
    severity=Severity.HIGH,
    types=_IDENTITY_TYPES,
    frameworks={"cdk-nag": "AwsSolutions-IAM5"},
    remedy="List what is allowed instead of what is not.",
    link=_LINK + "reference_policies_elements_notaction.html",
)
def no_not_action(resource: Resource) -> Iterator[Finding]:
    """Allow with NotAction grows with every service that AWS adds."""
    for path, statement in _allowing(resource):
        for element, members in (("NotAction", statement.not_actions), ("NotResource", statement.not_resources)):
            if members:
                yield Finding(f"{statement.label} allows with {element}", path)


@rule(
    "iam-trust-not-public",
    title="Roles name who may take them",
    severity=Severity.CRITICAL,
    types=types_with(TRUST),
    frameworks={"CIS": "2.21", "Checkov": ("CKV_AWS_60", "CKV_AWS_61")},
    remedy="Name the service, account, role or identity provider that takes the role.",
    link=_LINK + "reference_policies_elements_principal.html",
)
def trust_not_public(role: Resource) -> Iterator[Finding]:
    """`*` in a trust policy gives the role's rights to every AWS account."""
    for document in documents(role, TRUST):
        for statement in document.allowing():
            if statement.any_principal and not narrowed(statement):
                yield Finding(f"{statement.label} lets everybody take the role", document.path)


@rule(
    "iam-no-managed-administrator",
    title="Nobody is given an administrator policy of AWS",
    severity=Severity.HIGH,
    types=ATTACHMENT_TYPES,
    frameworks={
        "FSBP": "IAM.1",
        "CIS": "2.14",
        "cdk-nag": "AwsSolutions-IAM4",
        "Checkov": "CKV_AWS_274",
    },
    remedy="Attach a policy with the actions that are needed.",
    link=_LINK + "access_policies_managed-vs-inline.html",
)
def no_managed_administrator(resource: Resource) -> Iterator[Finding]:
    """AWS's FullAccess policies reach every resource of the account and grow by themselves."""
    for key in ATTACHED:
        for arn in resource.list(key):
            name = str(arn).rpartition("/")[2]
            if ":aws:policy/" in str(arn) and (name in _ADMINISTRATORS or name.endswith("FullAccess")):
                yield Finding(f"is given {name}", key)
