"""The request context that is known for a question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from analyser.analyses.rights.patterns import literal
from analyser.analyses.rights.principal import Principal
from analyser.analyses.rights.tags import judged_by_tag, tag_keys
from analyser.analyses.rights.target import Target

ABSENT: Final = ""
"""The request is known not to bring this key. A key of which nothing is said is not known."""
_TAG: Final = "aws:principaltag/"
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_SPECIAL: Final = ("*", "?", "$")
OF_SERVICES: Final = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceowner")
"""Brought by calls that an AWS service makes for itself."""
_OF_PRINCIPALS: Final = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
    "kms:calleraccount",
)
"""Brought by calls of users and roles."""


class Context(Protocol):
    """Keys in small letters to what the request brings: a value, ``ABSENT``, or None where that is not known."""

    def get(self, key: str, /) -> str | None:
        """What is known of a key."""

    def either(self, key: str) -> tuple[str, ...]:
        """What a key may be, where one of these is all that is known of it."""


@dataclass(frozen=True)
class Request:
    """Keys whose values are known, and groups of keys of which there are no others."""

    values: Mapping[str, str]
    closed: tuple[str, ...] = field(default=())
    """Beginnings of keys: what begins so and has no value is absent."""
    perhaps: Mapping[str, str] = field(default_factory=dict)
    """Keys that are absent, or have this value."""
    listed: tuple[str, ...] = ()
    """Beginnings of such keys: what begins so and is not among them is absent."""

    def either(self, key: str) -> tuple[str, ...]:
        """What a key may be, where that is all that is known of it; nothing where more or less is."""
        if key in self.perhaps:
            return self.perhaps[key], ABSENT
        return (ABSENT,) if self.listed and key.startswith(self.listed) else ()

    def get(self, key: str, /) -> str | None:
        """What is known of a key."""
        return self.values.get(key, ABSENT if key.startswith(self.closed or "\0") else None)


def request(who: Principal, what: Target, extra: Mapping[str, str], action: str = "") -> Request:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    if who.is_service:
        known = {"aws:principalisawsservice": "true", "aws:principalservicename": who.arn}
        return Request({**dict.fromkeys(_OF_PRINCIPALS, ABSENT), **known, **extra}, closed=(_TAG,))
    if who.is_federated:
        return Request({"aws:principalisawsservice": "false", "aws:federatedprovider": who.arn, **extra})
    account = who.account
    values = {
        "aws:principalaccount": account,
        "aws:principalarn": who.arn,
        "aws:principalisawsservice": "false",
        "aws:principalservicename": ABSENT,
        "kms:calleraccount": account,
        "kms:viaservice": ABSENT,
        **dict.fromkeys(OF_SERVICES, ABSENT),
        **({"aws:username": ABSENT, "aws:principaltype": "AssumedRole"} if who.is_role else {}),
        **({"aws:username": who.user_name, "aws:principaltype": "User"} if who.user_name else {}),
    }
    if what.account:
        values["aws:resourceaccount"] = what.account
    if what.region:
        values["aws:requestedregion"] = what.region
    tags = {f"{_TAG}{tag.lower()}": value for tag, value in who.tags}
    closed = (_TAG,) if who.all_tags else ()
    begins = tag_keys(action) if what.has_tags else ()
    theirs = {f"{begin}{tag.lower()}": value for begin in begins for tag, value in what.tags}
    if judged_by_tag(action):
        return Request({**values, **tags, **theirs, **extra}, (*closed, *(begins if what.all_tags else ())))
    return Request({**values, **tags, **extra}, closed, perhaps=theirs, listed=begins if what.all_tags else ())


def filled(written: str, context: Context) -> str | None:
    """A text with those policy variables put in whose values the request is known to bring.

    None where it is known not to bring one, so that the text fits nothing.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    lost = False

    def value(found: re.Match[str]) -> str:
        nonlocal lost
        if found[1] in _SPECIAL:
            return literal(found[1])
        key, _, default = found[1].partition(",")
        brought = context.get(key.strip().lower())
        if brought is None:
            return found[0]
        lost = lost or not (brought or default)
        return literal(brought or default.strip().strip("'"))

    text = _VARIABLE.sub(value, written)
    return None if lost else text
