"""What a run has the Pulumi SDK do in fewer steps, to the same end: for as long as the run lasts."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from pulumi.runtime import known_types, rpc
from pulumi.runtime import resource as runtime_resource
from pulumi.runtime.proto import source_pb2


@contextmanager
def shortcuts() -> Generator[None]:
    """Within it, registrations note no source positions, for which the recorder has no use, and unknowns are looked
    for by ``contains_unknowns``.
    """
    resource: Any = runtime_resource
    calls: Any = rpc
    before = resource._get_stack_trace, calls.contains_unknowns
    resource._get_stack_trace, calls.contains_unknowns = source_pb2.StackTrace, contains_unknowns
    try:
        yield
    finally:
        resource._get_stack_trace, calls.contains_unknowns = before


def contains_unknowns(value: Any) -> bool:
    """Whether a value is unknown or holds one that is, at any depth of dicts and lists, which may hold themselves.

    The SDK's own (``pulumi.runtime.rpc``) says the same by a function that it makes at each call and that refers to
    itself: twenty thousand circles a stack, seven in ten of all objects that a run left to the garbage collector.
    """
    return known_types.is_unknown(value) or (isinstance(value, dict | list) and _hold_unknowns(value, set()))


def _hold_unknowns(values: dict[Any, Any] | list[Any], seen: set[int]) -> bool:
    if id(values) in seen:
        return False
    seen.add(id(values))
    # An output type is a dict with attributes by the names of its properties, one of which may be ``values``.
    for value in [values[key] for key in values] if isinstance(values, dict) else values:
        if known_types.is_unknown(value) or (isinstance(value, dict | list) and _hold_unknowns(value, seen)):
            return True
    return False
