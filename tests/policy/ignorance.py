"""The same resources with less known of them: what a rule does not find in all of it, it must not find in a part."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from policy.model import UNKNOWN, Resource


def hidden(resources: Sequence[Resource]) -> Iterator[list[Resource]]:
    """The same resources with nothing known of one of them, or of all but one; then not even what it refers to."""
    for one in resources:
        for loose in (False, True):
            yield [unseen(each, loose) if each is one else each for each in resources]
            yield [each if each is one else unseen(each, loose) for each in resources]


def unseen(given: Resource, loose: bool) -> Resource:
    left = replace(given, inputs={}, outputs={}, seen=False)
    return replace(left, property_dependencies={}) if loose else left


def blurred(resources: Sequence[Resource]) -> Iterator[list[Resource]]:
    """The same resources with one value, map, list or member of a list of one of them unknown."""
    for one in resources:
        for place in places(dict(one.inputs)):
            inputs = without(one.inputs, place)
            yield [replace(each, inputs=inputs) if each is one else each for each in resources]


def without(value: Any, place: Sequence[str | int]) -> Any:
    """The same with one place unknown; what does not hold that place is shared, for rules only read it."""
    first, *rest = place
    left: Any = list(value) if isinstance(value, list) else dict(value)
    left[first] = without(value[first], rest) if rest else UNKNOWN
    return left


def places(value: Any) -> Iterator[tuple[str | int, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield (step,)
        yield from ((step, *rest) for rest in places(member))
