"""IAM: what identity policies allow, and whom roles trust."""

from collections.abc import Iterator

from policy.iam import (
    IDENTITY,
    LIST,
    TRUST,
    Condition,
    Statement,
    documents,
    expand,
    limited,
    narrowed,
    types_with,
)
from policy.model import Finding, Resource, Severity, known, rule

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
        if any(action in ("*", "*:*") for action in statement.known_actions()):
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
    """`service:*` also allows deleting, sharing and changing policies, and whatever AWS adds tomorrow."""
    for path, statement in _allowing(resource):
        for action in statement.known_actions():
            service, _, name = action.partition(":")
            if name == "*" and service != "*":
                yield Finding(f"{statement.label} allows {action}", path)


@rule(
    "iam-resource-wildcard",
    title="Actions that can be limited to resources are",
    severity=Severity.HIGH,
    types=_IDENTITY_TYPES,
    frameworks={"cdk-nag": "AwsSolutions-IAM5", "Checkov": ("CKV_AWS_355", "CKV_AWS_356")},
    remedy="Name the ARNs. Leave `*` to actions without resource-level permission, in a statement of their own.",
    link="https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html",
)
def resource_wildcard(resource: Resource) -> Iterator[Finding]:
    """`*` is right only where AWS offers nothing narrower.

    A statement with a condition on what it reaches, such as a tag, is left to that condition; one on the caller,
    region or time limits no resource.
    """
    for path, statement in _allowing(resource):
        if not statement.any_resource or limited(statement):
            continue
        narrowable = list(dict.fromkeys(_narrowable(statement)))
        if narrowable:
            yield Finding(f"{statement.label} allows {', '.join(narrowable)} on every resource", path)


def _narrowable(statement: Statement) -> Iterator[str]:
    """What of the statement's actions could name resources: each by name, wildcards with how many of theirs could.

    Wildcards that only list (`ec2:Describe*`) are fine: most of what they allow takes no resource.
    """
    for pattern in statement.known_actions():
        actions = [action for action in expand(pattern) if action.resource_level]
        if "*" not in pattern and "?" not in pattern:
            yield from (action.name for action in actions)
        elif more := [action for action in actions if action.level != LIST]:
            yield f"{pattern} ({len(more)} action{'s' if len(more) > 1 else ''})"


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
    "iam-trust-federated-pinned",
    title="Federated trust names audience and subject",
    severity=Severity.HIGH,
    types=types_with(TRUST),
    frameworks={"Checkov": "CKV_AWS_358"},
    remedy="Add StringEquals conditions on the provider's :aud and :sub.",
    link=_LINK + "id_roles_providers_create_oidc.html",
)
def federated_pinned(role: Resource) -> Iterator[Finding]:
    """Without a subject every workload of the provider, of whatever repository or namespace, takes the role."""
    for document in documents(role, TRUST):
        for statement in document.allowing():
            web = "sts:AssumeRoleWithWebIdentity" in statement.known_actions()
            cognito = _COGNITO in statement.principals_of("Federated")  # knows no subjects: a rule of its own
            if not web or cognito or not statement.wholly_known_conditions:
                continue
            pinned = {each.key.rpartition(":")[2].lower() for each in statement.conditions if _pins(each)}
            for claim in ("aud", "sub"):
                if claim not in pinned:
                    yield Finding(f"{statement.label} does not name the {claim} it trusts", document.path)


def _pins(condition: Condition) -> bool:
    return condition.binds and all(not known(value) or str(value).strip("*?") for value in condition.values)


@rule(
    "iam-no-managed-administrator",
    title="Nobody is given an administrator policy of AWS",
    severity=Severity.HIGH,
    types=[
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/role:Role",
    ],
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
    for key in ("policyArn", "managedPolicyArns"):
        for arn in resource.list(key):
            name = str(arn).rpartition("/")[2]
            if ":aws:policy/" in str(arn) and (name in _ADMINISTRATORS or name.endswith("FullAccess")):
                yield Finding(f"is given {name}", key)
