"""IAM: on which resources identity policies allow what no sharper rule names."""

from collections.abc import Iterator

from policy.iam import (
    IDENTITY,
    LIST,
    PERMISSIONS,
    Action,
    Statement,
    documents,
    expand,
    limited,
    partial_patterns,
    types_with,
)
from policy.iam.pass_role import PASS
from policy.model import Finding, Resource, Severity, rule
from policy.rules import iam_credentials, iam_destruction, iam_escalation, iam_exfiltration, iam_pass_role

_TABLES = (
    *(iam_credentials.ROLES, iam_credentials.TOKENS, iam_credentials.SECRETS, iam_credentials.DECRYPTION),
    *(iam_credentials.GRANTS, iam_destruction.KEYS, iam_destruction.DATA, iam_destruction.BACKUPS),
    *(iam_destruction.WATCH, iam_destruction.SAFEGUARDS, iam_escalation.POLICY_VERSIONS, iam_escalation.ATTACHMENTS),
    *(iam_escalation.TRUST_CHANGES, iam_escalation.CREDENTIALS, iam_escalation.MEMBERSHIPS),
    *(iam_escalation.BOUNDARIES, iam_escalation.PROVIDERS, iam_escalation.IDENTITY_CREATION),
    *(iam_exfiltration.OBJECTS, iam_exfiltration.ITEMS, iam_exfiltration.MESSAGES, iam_exfiltration.SNAPSHOTS),
    *(iam_exfiltration.LOGS, iam_exfiltration.CODE, iam_pass_role.PROFILES, iam_pass_role.CODE, iam_pass_role.COMMANDS),
    PASS,
)
# What AWS's own guide has on every resource, for functions in a VPC:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
_INTERFACES = frozenset(
    {
        "ec2:createnetworkinterface",
        "ec2:deletenetworkinterface",
        "ec2:assignprivateipaddresses",
        "ec2:unassignprivateipaddresses",
    }
)
_NAMED = frozenset(action.lower() for table in _TABLES for action in table)


@rule(
    "iam-resource-wildcard",
    title="Actions that can be limited to resources are",
    severity=Severity.HIGH,
    types=types_with(IDENTITY),
    frameworks={"cdk-nag": "AwsSolutions-IAM5", "Checkov": ("CKV_AWS_355", "CKV_AWS_356")},
    remedy="Name the ARNs. Leave `*` to actions without resource-level permission, in a statement of their own.",
    link="https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html",
)
def resource_wildcard(resource: Resource) -> Iterator[Finding]:
    """`*` is right only where AWS offers nothing narrower.

    What a sharper rule names (reading secrets, passing roles, deleting data …) is left to that rule and its level.
    A statement with a condition on what it reaches, such as a tag, is left to that condition; one on the caller,
    region or time limits no resource.
    """
    for document in documents(resource, IDENTITY):
        for statement in document.allowing():
            if not statement.any_resource or limited(statement):
                continue
            narrowable = list(dict.fromkeys(_narrowable(statement)))
            if narrowable:
                yield Finding(f"{statement.label} allows {', '.join(narrowable)} on every resource", document.path)


def _narrowable(statement: Statement) -> Iterator[str]:
    """What of the statement's actions could name resources: each by name, wildcards with how many of theirs could.

    Wildcards that only list (`ec2:Describe*`) are fine: most of what they allow takes no resource. Whole services are
    `iam-no-service-wildcard`'s.
    """
    for pattern in partial_patterns(tuple(statement.known_actions())):
        actions = [action for action in expand(pattern) if action.resource_level and not _told(action)]
        if "*" not in pattern and "?" not in pattern:
            yield from (action.name for action in actions)
        elif more := [action for action in actions if action.level != LIST]:
            yield f"{pattern} ({len(more)} action{'s' if len(more) > 1 else ''})"


def _told(action: Action) -> bool:
    """Whether a sharper rule speaks of it (iam-exposure-scoped of changes of permissions), or AWS's guide allows it."""
    return action.name.lower() in _NAMED | _INTERFACES or (
        action.level == PERMISSIONS and not action.name.startswith(iam_exfiltration.JUDGED_ELSEWHERE)
    )
