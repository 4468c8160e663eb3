"""IAM's evaluation of one request of which everything is known, written plainly and apart from the analysis it judges.

Policies are documents as JSON has them. A request is of a role's session in the account ``HOME``.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import functools
import re
from dataclasses import dataclass, field
from typing import Any

HOME = "111111111111"
ROLE = f"arn:aws:iam::{HOME}:role/reader"
ROOT = f"arn:aws:iam::{HOME}:root"
Policy = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked, and every policy that bears on it."""

    action: str
    resource: str
    context: dict[str, str]
    """By key in small letters; a key that is not there is absent."""
    identity: list[Policy]
    own: list[Policy] = field(default_factory=list)
    """Of the resource: none or one."""
    boundary: list[Policy] | None = None
    session: list[Policy] | None = None
    levels: list[list[Policy]] = field(default_factory=list)
    strict: bool = False
    """Whether the resource is a key."""


def allowed(asked: Question) -> bool:
    """The answer that AWS documents."""
    limits = [policies for policies in (asked.boundary, asked.session) if policies is not None]
    everything = [*asked.identity, *asked.own, *(one for each in (*limits, *asked.levels) for one in each)]
    if any(_any(one, asked, "Deny", _whom_deny) for one in everything):
        return False
    if not all(_allows(level, asked) for level in asked.levels):
        return False
    if any(_any(one, asked, "Allow", _as_session) for one in asked.own):
        return True
    if not all(_allows(limit, asked) for limit in limits):
        return False
    if any(_any(one, asked, "Allow", _as_role) for one in asked.own):
        return True
    left_to_account = any(_any(one, asked, "Allow", _as_account) for one in asked.own)
    return _allows(asked.identity, asked) and (left_to_account or not (asked.strict and asked.own))


def _allows(policies: list[Policy], asked: Question) -> bool:
    return any(_any(one, asked, "Allow", lambda _: True) for one in policies)


def _any(policy: Policy, asked: Question, effect: str, whom: Any) -> bool:
    return any(
        one["Effect"] == effect and whom(one) and _about(one, asked, policy.get("Version") == "2012-10-17")
        for one in policy["Statement"]
    )


def _names(statement: Policy) -> list[str]:
    principal = statement.get("Principal", {})
    return ["*"] if principal == "*" else _list(principal.get("AWS", []))


def _as_session(statement: Policy) -> bool:
    spared = _list(statement.get("NotPrincipal", {}).get("AWS", []))
    return "*" in _names(statement) or ("NotPrincipal" in statement and ROLE not in spared)


def _as_role(statement: Policy) -> bool:
    return ROLE in _names(statement)


def _as_account(statement: Policy) -> bool:
    return ROOT in _names(statement) or HOME in _names(statement)


def _whom_deny(statement: Policy) -> bool:
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return True
    named = _as_role(statement) or _as_account(statement) or "*" in _names(statement)
    return named or "NotPrincipal" in statement  # no case names account, role and session


def _about(statement: Policy, asked: Question, variables: bool) -> bool:
    if "Action" in statement:
        action = any(_like(one.lower(), asked.action.lower()) for one in _list(statement["Action"]))
    else:
        action = not any(_like(one.lower(), asked.action.lower()) for one in _list(statement["NotAction"]))
    if not action:
        return False
    resource = any(_is(one, asked, variables) for one in _list(statement.get("Resource", [])))
    if "NotResource" in statement:
        resource = not any(_is(one, asked, variables) for one in _list(statement["NotResource"]))
    if not resource:
        return False
    tests = [
        (operator, key, _list(values))
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    ]
    return all(_holds(*test, asked.context, variables) for test in tests)


def _is(pattern: str, asked: Question, variables: bool) -> bool:
    if pattern == "*":
        return True
    regex = _regex(pattern, asked.context if variables else None)
    return regex is not None and _by_parts(regex, asked.resource)


def _by_parts(pattern: list[str], arn: str) -> bool:
    """``pattern`` is a list of characters, each a regular expression of its own; `:` parts them."""
    parts: list[str] = [""]
    for one in pattern:
        if one == ":" and len(parts) < 6:
            parts.append("")
        else:
            parts[-1] += one
    parts += [".*"] * (6 - len(parts))
    return all(
        re.fullmatch(each, part, re.DOTALL) is not None for each, part in zip(parts, arn.split(":", 5), strict=True)
    )


def _regex(pattern: str, context: dict[str, str] | None) -> list[str] | None:
    found: list[str] = []
    for piece in re.split(r"(\$\{[^}]*\}|.)", pattern, flags=re.DOTALL):
        if piece in ("*", "?"):
            found.append(".*" if piece == "*" else ".")
        elif context is not None and piece.startswith("${"):
            value = _value(piece[2:-1], context)
            if value is None:
                return None
            found += map(re.escape, value)
        else:
            found += map(re.escape, piece)
    return found


def _value(variable: str, context: dict[str, str]) -> str | None:
    if variable in ("*", "?", "$"):
        return variable
    key, _, default = variable.partition(",")
    return context.get(key.strip().lower()) or default.strip().strip("'") or None


def _holds(operator: str, key: str, values: list[str], context: dict[str, str], variables: bool) -> bool:
    value = context.get(key.lower())
    sets, _, name = operator.rpartition(":")
    if name == "Null":
        return any((value is None) == (one == "true") for one in values)
    if value is None:
        return sets == "ForAllValues" or name.endswith("IfExists") or ("Not" in name and not sets)
    plain = name.removesuffix("IfExists").replace("Not", "")
    fits = any(_fits(plain, one, value, context if variables else None) for one in values)
    return fits != ("Not" in name)


def _fits(operator: str, wanted: str, value: str, context: dict[str, str] | None) -> bool:
    if operator == "StringEquals":
        pieces = re.split(r"(\$\{[^}]*\})", wanted) if context is not None else [wanted]
        texts = [_value(one[2:-1], context or {}) if one.startswith("${") and context else one for one in pieces]
        return None not in texts and "".join(one or "" for one in texts) == value
    regex = _regex(wanted, context)
    if regex is None:
        return False
    if operator == "ArnLike":
        return _by_parts(regex, value)
    return re.fullmatch("".join(regex), value, re.DOTALL) is not None


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@functools.cache
def _like(pattern: str, text: str) -> bool:
    return re.fullmatch("".join(_regex(pattern, None) or []), text) is not None
