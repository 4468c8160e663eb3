"""How far statements reach: which actions they match, on which resources, and what a Deny takes back."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from policy.iam.actions import grants
from policy.iam.document import Condition, Document, Statement
from policy.iam.document_locations import IDENTITY, documents
from policy.resources import Resource
from policy.rule import Finding
from policy.unknown import known

# Services whose ARNs name the resource at once, with no word for its type before it.
_UNTYPED: Final = frozenset({"s3", "sns", "sqs", "execute-api", "codepipeline", "codecommit", "apigateway"})
# Conditions on who asks, from where, when and through what, and on whole accounts: none says what is asked for.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_ELSEWHERE: Final = re.compile(
    r"aws:(principal|source|calledvia|viaawsservice|vpce|vpcsource|ec2instancesource|federatedprovider|multifactorauth"
    r"|token|currenttime|epochtime|referer|requestedregion|securetransport|useragent|userid|username|tagkeys|chatbot"
    r"|resourceaccount|resourceorg|ispartofmfa|assumedroot|signinsession)"
    r"|kms:(viaservice|calleraccount)|sts:(externalid|rolesessionname|sourceidentity|transitivetagkeys)"
    r"|(saml|accounts\.google\.com|cognito-identity\.amazonaws\.com):"
)
_PRESENCE: Final = "null"


def covers(statement: Statement, action: str) -> bool:
    """Whether the statement, of whatever effect, is known to be about this action, by Action or NotAction."""
    if statement.not_actions:
        return all(known(pattern) for pattern in statement.not_actions) and not grants(statement.not_actions, action)
    return grants(statement.known_actions(), action)


def named(statement: Statement, table: tuple[str, ...]) -> tuple[str, ...]:
    """Which actions of the table the statement's Action names, alone or by a wildcard within their service.

    `*` names none, neither does a whole service (`iam:*`): `iam-no-administrator`, `iam-no-service-wildcard` and
    `iam-no-not-action` say all there is to say of those.
    """
    return _among(tuple(statement.known_actions()), table)


@lru_cache(maxsize=8192)
def _among(patterns: tuple[str, ...], table: tuple[str, ...]) -> tuple[str, ...]:
    own = partial_patterns(patterns)
    return tuple(action for action in table if grants(own, action))


def named_patterns(patterns: tuple[str, ...]) -> list[str]:
    """The action patterns that name their service."""
    return [pattern for pattern in patterns if "*" not in pattern.partition(":")[0]]


def partial_patterns(patterns: tuple[str, ...]) -> list[str]:
    """Those of them that name a part of it."""
    return [pattern for pattern in named_patterns(patterns) if not is_whole_service(pattern)]


def is_everything(pattern: str) -> bool:
    """Whether an action pattern matches every action of every service: `*`, `*:*`, `?*`."""
    return is_any(pattern.partition(":")[0])


def is_whole_service(pattern: str) -> bool:
    """Whether an action pattern matches every action of one service: `s3:*`, `s3:?*`, `s3:**`."""
    service, _, name = pattern.partition(":")
    return bool(service.strip("*?")) and is_any(name)


@lru_cache(maxsize=4096)
def broad(resource: str) -> bool:
    """Whether a resource pattern leaves everything of its kind open: `*`, `arn:aws:s3:::*/*`, `…:role/*`."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or not parts[5]:
        return "*" in parts[-1]
    segments = parts[5].replace(":", "/").split("/")
    if parts[2] not in _UNTYPED and len(segments) > 1 and not _open(segments[0]):
        segments = segments[1:]
    return any(segments) and all(_open(segment) for segment in segments)


def _open(segment: str) -> bool:
    return not segment.strip("*?")


def on_everything(statement: Statement) -> bool:
    """Whether the statement is known to leave the resource open, by pattern or by NotResource."""
    return bool(statement.not_resources) or any(known(each) and broad(str(each)) for each in statement.resources)


def limited(statement: Statement) -> bool:
    """Whether a condition limits what the statement reaches, such as a tag of the resource; also where unknown."""
    return any(limits(condition) for condition in statement.conditions)


def limits(condition: Condition) -> bool:
    """Whether the condition alone must hold, and says something of what is asked for; also where unknown."""
    return not condition.operator or (not _ELSEWHERE.match(condition.key.lower()) and says_something(condition))


def says_something(condition: Condition) -> bool:
    """Whether the condition alone must hold, and does not for whatever there is; also where unknown."""
    if not condition.operator or not condition.values:
        return not condition.operator
    values = [str(value).lower() for value in condition.values if known(value)]
    if condition.test in (_PRESENCE, "bool"):  # "the resource has the tag", and not that it lacks it
        return values != (["false"] if condition.test == "bool" else ["true"])
    return condition.binds and not (condition.matches_patterns and any(is_any(value) for value in values))


def is_any(pattern: str) -> bool:
    """Whether a pattern matches whatever there is: `*`, `?*`, `*:*`."""
    return "*" in pattern and not pattern.strip("*?:/")


def denied(document: Document, action: str) -> bool:
    """Whether the document takes the action back everywhere and without condition."""
    return any(
        statement.effect == "Deny"
        and statement.any_resource
        and not statement.conditions
        and not statement.not_principals
        and covers(statement, action)
        for statement in document.statements
    )


def at_large(document: Document, table: tuple[str, ...]) -> Iterator[tuple[Statement, list[str]]]:
    """The statements that allow actions of the table on everything of a kind, with those actions."""
    for statement in document.allowing():
        if on_everything(statement) and not limited(statement):
            found = [action for action in named(statement, table) if not denied(document, action)]
            if found:
                yield statement, found


def findings_at_large(resource: Resource, table: tuple[str, ...], on: str) -> Iterator[Finding]:
    """One finding a statement of the resource's identity policies that allows actions of the table on everything."""
    for document in documents(resource, IDENTITY):
        for statement, actions in at_large(document, table):
            yield Finding(f"{statement.label} allows {', '.join(actions)} on {on}", document.path)
