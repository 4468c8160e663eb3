"""Conditions of statements, as far as the graph knows the request that they test."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from analyser.analyses.rights.patterns import DOLLAR, arn_matches, literal, matches
from analyser.analyses.rights.request import ABSENT, Context, filled
from policy.iam import Condition
from policy.model import known

_TESTS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda wanted, value: wanted == literal(value),
    "stringequalsignorecase": lambda wanted, value: wanted.lower() == literal(value).lower(),
    "stringlike": matches,
    "arnequals": arn_matches,
    "arnlike": arn_matches,
    "bool": lambda wanted, value: wanted.lower() == value.lower(),
}
_PATTERNS = ("stringlike", "arnequals", "arnlike", "bool")
_TIMES = ("aws:currenttime", "aws:epochtime", "aws:tokenissuetime")
"""What is later than now for a session that begins from now on."""
_ALL_VALUES = "forallvalues:"
_ANY_VALUE = "foranyvalue:"
_IF_EXISTS = "ifexists"


def holds(condition: Condition, context: Context, *, variables: bool = True) -> bool | None:
    """Whether the condition holds for the request; None where that cannot be known.

    ``variables`` says whether the policy's version has them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    key = condition.key.lower()
    if key in _TIMES:
        return _for_good(condition)
    value = context.get(key)
    if value is None and (either := context.either(key)):
        found = {_holds(condition, one, context, variables=variables) for one in either}
        return found.pop() if len(found) == 1 else None
    return _holds(condition, value, context, variables=variables)


def _holds(condition: Condition, value: str | None, context: Context, *, variables: bool) -> bool | None:
    if not condition.operator or value is None or not all(map(known, condition.values)):
        return None
    wanted = [_text(one) for one in condition.values]
    operator = condition.operator.lower()
    if operator == "null":
        return any((value == ABSENT) == (one.lower() == "true") for one in wanted)
    bare = operator.removeprefix(_ALL_VALUES).removeprefix(_ANY_VALUE)
    if value == ABSENT:
        if bare.endswith(_IF_EXISTS) or operator.startswith(_ALL_VALUES):
            return True
        return "not" in bare and not operator.startswith(_ANY_VALUE)
    return _compares(bare.removesuffix(_IF_EXISTS), wanted, value, context if variables else None)


def says(condition: Condition) -> str:
    """The condition in a line."""
    if not condition.operator:
        return "a condition that is known only after deployment"
    values = " or ".join(str(value) if known(value) else "?" for value in condition.values)
    return f"{condition.operator} {condition.key}: {values}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _for_good(condition: Condition) -> bool | None:
    """Whether a time that has passed settles the condition for ever; None where another time answers otherwise."""
    operator = condition.operator.lower().removesuffix(_IF_EXISTS)
    times = [_time(value) for value in condition.values]
    if None in times or not times:
        return None
    now = datetime.now(UTC)
    passed = [time is not None and time < now for time in times]
    if operator.endswith(("lessthan", "lessthanequals")):
        return False if all(passed) else None
    if operator.endswith(("greaterthan", "greaterthanequals")):
        return True if any(passed) else None
    if operator in ("datenotequals", "numericnotequals"):
        return True if all(passed) else None
    return False if operator in ("dateequals", "numericequals") and all(passed) else None


def _time(value: Any) -> datetime | None:
    """A time as IAM writes it: ISO 8601, or seconds since 1970."""
    if not known(value):
        return None
    written = str(value)
    try:
        if written.isdecimal() and len(written) > 8:
            return datetime.fromtimestamp(int(written), UTC)
        found = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _compares(operator: str, wanted: list[str], value: str, context: Context | None) -> bool | None:
    """``context`` is None where variables stand for themselves; a text that lacks the value of one fits nothing."""
    negative = "not" in operator
    positive = operator.replace("not", "")
    test = _TESTS.get(positive)
    if test is None:
        return None
    found = [one.replace("$", DOLLAR) if context is None else filled(one, context) for one in wanted]
    ready = [one if positive in _PATTERNS else literal(one) for one in found if one is not None]
    if context is not None and any("${" in one for one in found if one is not None):
        return None
    return any(test(one, value) for one in ready) != negative
