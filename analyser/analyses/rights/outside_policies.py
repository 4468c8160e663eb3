"""Policies from outside the stack that limit an answer: service control policies and session policies.

A file of JSON says them, with any of these members. A document is written out, or is the ARN of the one that allows
everything, ``arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess``::

    {
      "serviceControlPolicies": [[…of the root], [… of an organisational unit], [… of the account]],
      "resourceControlPolicies": [… of all levels],
      "sessionPolicies": [… of AssumeRole]
    }

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from analyser.analyses.rights.policy_source import Source
from policy.iam import IDENTITY, Document, parse

_LEVELS, _RESOURCES, _SESSIONS = "serviceControlPolicies", "resourceControlPolicies", "sessionPolicies"
_FULL: Final = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
_EVERYTHING: Final = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_BOUND: Final = frozenset({"kms", "s3", "secretsmanager", "sqs", "sts"})
"""Services that resource control policies have bound from the beginning; which others they bind AWS changes."""


class OutsidePoliciesError(Exception):
    """The file does not say policies; the message says where."""


@dataclass(frozen=True)
class OutsidePolicies:
    """Policies that the stack does not make."""

    levels: tuple[tuple[Source, ...], ...] = ()
    """Service control policies from the root to the account; each level must allow."""
    resources: tuple[Source, ...] = ()
    """Resource control policies of all levels; AWS allows everything at each, so these only deny."""
    session: tuple[Source, ...] | None = None
    """What a session is limited to; None for a session without policies."""

    def resource_control(self, action: str) -> tuple[Source, ...]:
        """What denies an action on a resource of the organisation."""
        service = action.partition(":")[0].lower()
        if service in _BOUND:
            return self.resources
        proviso = (f"resource control policies bind {service}",)
        return tuple(replace(source, conditions=proviso) for source in self.resources)


NOTHING: Final = OutsidePolicies()


def outside_policies(path: Path) -> OutsidePolicies:
    """Reads a file of policies from outside the stack. Raises OutsidePoliciesError for a file of any other form."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OutsidePoliciesError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise OutsidePoliciesError(f"{path}: is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise OutsidePoliciesError(f"{path}: an object with {_LEVELS}, {_RESOURCES} or {_SESSIONS} is expected")
    unknown = sorted(set(content) - {_LEVELS, _RESOURCES, _SESSIONS})
    if unknown:
        raise OutsidePoliciesError(f"{path}: {unknown[0]}: is none of {_LEVELS}, {_RESOURCES}, {_SESSIONS}")
    levels = _list(path, _LEVELS, content.get(_LEVELS, []))
    return OutsidePolicies(
        levels=tuple(tuple(_sources(path, f"{_LEVELS}[{at}]", level)) for at, level in enumerate(levels)),
        resources=tuple(_sources(path, _RESOURCES, content.get(_RESOURCES, []))),
        session=tuple(_sources(path, _SESSIONS, content[_SESSIONS])) if _SESSIONS in content else None,
    )


def _list(path: Path, key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise OutsidePoliciesError(f"{path}: {key}: a list is expected")
    return value


def _sources(path: Path, key: str, value: Any) -> Iterator[Source]:
    for at, entry in enumerate(_list(path, key, value)):
        yield Source(f"{key}[{at}] of {path.name}", _document(path, f"{key}[{at}]", entry))


def _document(path: Path, key: str, entry: Any) -> Document:
    document = parse(_EVERYTHING if entry == _FULL else entry, IDENTITY, "")
    if document is None or not document.statements or any(each.effect not in _EFFECTS for each in document.statements):
        raise OutsidePoliciesError(f"{path}: {key}: a policy document with statements is expected")
    return document


_EFFECTS: Final = ("Allow", "Deny")
