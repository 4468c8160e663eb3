"""Conditions of statements, as far as the graph knows the request that they test."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from analyser.analyses.rights.patterns import matches
from policy.iam import Condition
from policy.model import known

ABSENT: Final = ""
"""In a context: the request is known not to bring this key. A key that is not in a context is not known."""
Context = Mapping[str, str]
"""Keys in small letters to the value that the request brings."""

_TESTS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda wanted, value: wanted == value,
    "stringequalsignorecase": lambda wanted, value: wanted.lower() == value.lower(),
    "stringlike": matches,
    "arnequals": matches,
    "arnlike": matches,
    "bool": lambda wanted, value: wanted.lower() == value.lower(),
}
_TIMES = ("aws:currenttime", "aws:epochtime")
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_ALL_VALUES = "forallvalues:"
_ANY_VALUE = "foranyvalue:"
_IF_EXISTS = "ifexists"


def holds(condition: Condition, context: Context) -> bool | None:
    """Whether the condition holds for the request; None where that cannot be known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    key = condition.key.lower()
    if key in _TIMES:
        return _for_good(condition)
    value = context.get(key)
    if not condition.operator or value is None or not all(map(known, condition.values)):
        return None
    wanted = [str(one) for one in condition.values]
    operator = condition.operator.lower()
    if operator == "null":
        return (value == ABSENT) == (wanted[0].lower() == "true")
    bare = operator.removeprefix(_ALL_VALUES).removeprefix(_ANY_VALUE)
    if value == ABSENT:
        return operator.startswith(_ALL_VALUES) or bare.endswith(_IF_EXISTS) or "not" in bare
    return _compares(bare.removesuffix(_IF_EXISTS), [filled(one, context) for one in wanted], value)


def filled(written: str, context: Context) -> str:
    """A text with those policy variables put in whose values the request is known to bring.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return _VARIABLE.sub(lambda found: context.get(found[1].strip().lower()) or found[0], written)


def says(condition: Condition) -> str:
    """The condition in a line."""
    if not condition.operator:
        return "a condition that is known only after deployment"
    values = " or ".join(str(value) if known(value) else "?" for value in condition.values)
    return f"{condition.operator} {condition.key}: {values}"


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


def _compares(operator: str, wanted: list[str], value: str) -> bool | None:
    negative = "not" in operator
    test = _TESTS.get(operator.replace("not", ""))
    if test is None or any("${" in one for one in wanted):
        return None
    return any(test(one, value) for one in wanted) != negative
