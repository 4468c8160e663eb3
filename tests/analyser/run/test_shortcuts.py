"""What a run does in fewer steps than Pulumi's SDK comes to the same, and is undone after it."""

import gc
from typing import Any

import pulumi
import pytest
from pulumi.runtime import resource, rpc

from analyser.run import shortcuts
from tests.support import record


@pulumi.output_type
class _Filter(dict):
    def __init__(self, *, values: list[Any]) -> None:
        pulumi.set(self, "values", values)

    @property
    @pulumi.getter
    def values(self) -> list[Any]:  # ty: ignore[incompatible-property-override] - as the SDK's classes have it
        return pulumi.get(self, "values")


def _circle(*last: Any) -> list[Any]:
    values: list[Any] = [{"a": "b"}, *last]
    values[0]["itself"] = values
    return values


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (None, False),
        ("a", False),
        ({}, False),
        (pulumi.UNKNOWN, True),
        ([pulumi.UNKNOWN], True),
        ({"a": [{"b": "c"}, {"d": pulumi.UNKNOWN}]}, True),
        ({"a": [{"b": "c"}, {"d": 3}]}, False),
        ((pulumi.UNKNOWN,), False),
        (_Filter(values=["a"]), False),
        ([_Filter(values=["a", pulumi.UNKNOWN])], True),
        (_circle(), False),
        (_circle(pulumi.UNKNOWN), True),
    ],
)
def test_unknowns_are_found_where_the_sdk_finds_them(value: Any, holds: bool) -> None:
    assert shortcuts.contains_unknowns(value) is rpc.contains_unknowns(value) is holds


def test_nothing_is_left_to_the_garbage_collector() -> None:
    gc.collect(0)
    for _ in range(100):
        shortcuts.contains_unknowns({"a": [{"b": "c"}]})
    assert gc.collect(0) < 100


def test_they_last_as_long_as_the_run() -> None:
    theirs = rpc.contains_unknowns, resource._get_stack_trace
    during = []
    record(lambda: during.append((rpc.contains_unknowns, resource._get_stack_trace)))
    assert during[0][0] is shortcuts.contains_unknowns
    assert during[0][1] is not theirs[1]
    assert (rpc.contains_unknowns, resource._get_stack_trace) == theirs
