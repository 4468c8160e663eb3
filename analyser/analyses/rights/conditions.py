"""Conditions of statements, as far as the graph knows the request that they test."""

from collections.abc import Callable, Mapping
from typing import Final

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
_ALL_VALUES = "forallvalues:"
_ANY_VALUE = "foranyvalue:"
_IF_EXISTS = "ifexists"


def holds(condition: Condition, context: Context) -> bool | None:
    """Whether the condition holds for the request; None where that cannot be known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    value = context.get(condition.key.lower())
    if not condition.operator or value is None or not all(map(known, condition.values)):
        return None
    wanted = [str(one) for one in condition.values]
    operator = condition.operator.lower()
    if operator == "null":
        return (value == ABSENT) == (wanted[0].lower() == "true")
    bare = operator.removeprefix(_ALL_VALUES).removeprefix(_ANY_VALUE)
    if value == ABSENT:
        return operator.startswith(_ALL_VALUES) or bare.endswith(_IF_EXISTS) or "not" in bare
    return _compares(bare.removesuffix(_IF_EXISTS), wanted, value)


def says(condition: Condition) -> str:
    """The condition in a line."""
    if not condition.operator:
        return "a condition that is known only after deployment"
    values = " or ".join(str(value) if known(value) else "?" for value in condition.values)
    return f"{condition.operator} {condition.key}: {values}"


def _compares(operator: str, wanted: list[str], value: str) -> bool | None:
    negative = "not" in operator
    test = _TESTS.get(operator.replace("not", ""))
    if test is None or any("${" in one for one in wanted):
        return None
    return any(test(one, value) for one in wanted) != negative
