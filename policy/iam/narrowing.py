"""Which conditions really narrow who may act on a resource whose policy names everybody, or an AWS service."""

from collections.abc import Iterator
from typing import Any, Final

from policy.exposure import parts_of_internet
from policy.iam.document import Condition, Statement
from policy.iam.document_locations import RESOURCE, documents
from policy.resources import Resource
from policy.rule import Finding
from policy.unknown import known

# What counts as public, and which keys with fixed values take that away:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_ARNS: Final = frozenset(
    {
        "aws:principalarn",
        "aws:sourcearn",
        "aws:sourcevpcarn",
        "elasticfilesystem:accesspointarn",
        "s3:dataaccesspointarn",
    }
)
_ADDRESSES: Final = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_ACCOUNTS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)
_PATHS: Final = frozenset(
    {"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths", "aws:userid", "aws:principalservicename"}
)
_NETWORKS: Final = frozenset({"elasticfilesystem:accessedviamounttarget"})
# On whose behalf a service calls: what closes the confused-deputy hole.
SOURCES: Final = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_WIDEST_IPV4 = 8
_WIDEST_IPV6 = 32


def narrows(condition: Condition) -> bool:
    """Whether the condition alone leaves known principals only; also where its values are not known yet.

    Referer and user agent are the caller's to choose, a date or TLS says nothing of who calls.
    """
    if not condition.operator:
        return True
    key = condition.key.lower()
    if not condition.binds:
        return False
    if key in _NETWORKS:
        return all(not known(value) or str(value).lower() == "true" for value in condition.values)
    if key not in _ARNS | _ADDRESSES | _ACCOUNTS | _PATHS:
        return False
    values = [str(value) for value in condition.values if known(value)]
    if key in _ADDRESSES and parts_of_internet(values):
        return False
    return not any(_wide(condition, key, value) for value in values)


def narrowed(statement: Statement) -> bool:
    """Whether one of the statement's conditions narrows who may use it."""
    return any(narrows(condition) for condition in statement.conditions)


def open_to_everybody(resource: Resource) -> Iterator[Finding]:
    """One finding a statement of the resource's own policies that lets in everybody, with no condition that narrows."""
    for document in documents(resource, RESOURCE):
        for statement in document.allowing():
            if statement.any_principal and not narrowed(statement):
                yield Finding(f"{statement.label} allows everybody", document.path)


def has_source(statement: Statement) -> bool:
    """Whether a condition says on whose behalf a service must call; also where that is not known yet."""
    return any(
        narrows(condition) and (not condition.operator or condition.key.lower() in SOURCES)
        for condition in statement.conditions
    )


def _wide(condition: Condition, key: str, value: str) -> bool:
    if key in _ADDRESSES:
        return _wide_range(value)
    if not condition.matches_patterns:
        return False
    if key in _ARNS:
        return wide_arn(value)
    if key in _PATHS:  # what stands before the path: the organisation, the role's id, the service
        value = value.replace(":", "/").partition("/")[0]
    return "*" in value or "?" in value


def _wide_range(cidr: str) -> bool:
    prefix = cidr.rpartition("/")[2]
    least = _WIDEST_IPV6 if ":" in cidr else _WIDEST_IPV4
    return "/" in cidr and prefix.isdigit() and int(prefix) < least


def wide_arn(pattern: str) -> bool:
    """Whether an ARN pattern matches ARNs of any account. Buckets' ARNs have none, but their names are unique."""
    parts: list[Any] = [*pattern.split(":", 5), *["*"] * 5][:6]
    account, rest = parts[4], parts[5]
    if parts[2] == "s3" or not account:
        return not rest.strip("*?/")
    return "*" in account or "?" in account
