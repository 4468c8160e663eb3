"""Faster equivalents of Pulumi SDK functions, patched in for the length of a run."""

import asyncio
import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from pulumi import Output, Resource, _types, log
from pulumi.output import _OutputData
from pulumi.runtime import known_types, rpc
from pulumi.runtime import resource as runtime_resource
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.rpc_manager import RPCManager
from pulumi.runtime.settings import SETTINGS

from analyser.run import sdk_outputs, sdk_registrations

_create_urn = runtime_resource.create_urn
_from_input = Output.from_input
_made: list[sdk_outputs.Answers] = []
"""What the resources of the run that is under way answer."""


@contextmanager
def shortcuts() -> Generator[None]:
    """Within it, registrations note no source positions and nothing is logged for debugging, for which the recorder
    has no use; of unknowns, properties, types, URNs and outputs under way functions here take the place of the SDK's.
    """
    before = [(place, name, inspect.getattr_static(place, name)) for place, name, _ in INSTEAD]
    for place, name, shorter in INSTEAD:
        setattr(place, name, shorter)
    try:
        yield
    finally:
        for place, name, own in before:
            setattr(place, name, own)
        for answers in _made:  # forty thousand objects a stack that only the garbage collector would free
            answers.let_go()
        _made.clear()


def contains_unknowns(value: Any) -> bool:
    """Whether a value is unknown or holds one that is, at any depth of dicts and lists, which may hold themselves.

    The SDK's own (``pulumi.runtime.rpc``) says the same by a function that it makes at each call and that refers to
    itself: twenty thousand circles a stack, seven in ten of all objects that a run left to the garbage collector.
    """
    if type(value) in sdk_registrations.PLAIN:
        return False
    return known_types.is_unknown(value) or (isinstance(value, dict | list) and _hold_unknowns(value, set()))


def _hold_unknowns(values: dict[Any, Any] | list[Any], seen: set[int]) -> bool:
    if id(values) in seen:
        return False
    seen.add(id(values))
    # An output type is a dict with attributes by the names of its properties, one of which may be ``values``.
    for value in [values[key] for key in values] if isinstance(values, dict) else values:
        if type(value) in sdk_registrations.PLAIN:
            continue
        if known_types.is_unknown(value) or (isinstance(value, dict | list) and _hold_unknowns(value, seen)):
            return True
    return False


def transfer_properties(resource: Resource, properties: dict[str, Any], custom: bool) -> sdk_outputs.Answers:
    """Gives a resource an output for each of its properties, and returns what resolves them, by name.

    "urn" and a custom resource's "id" are made elsewhere.
    """
    names = [name for name in properties if name != "urn" and not (name == "id" and custom)]
    answers = sdk_outputs.Answers(resource, names)
    _made.append(answers)
    vars(resource).update((name, sdk_outputs.Property(answers, name)) for name in names)
    return answers


def create_urn(name: Any, type_: Any, parent: Any = None, *rest: Any) -> Output[str]:
    """A URN of parts that are at hand, without an output for each; the SDK makes one with every registration."""
    if rest or not (isinstance(parent, str) and isinstance(name, str) and isinstance(type_, str)):
        return _create_urn(name, type_, parent, *rest)
    return _there(f"{parent[: parent.rfind('::')]}${type_}::{name}")


def _there(value: Any) -> Output[Any]:
    """An output whose value is at hand, for which the end of the run need not wait."""
    future: asyncio.Future[_OutputData[Any]] = asyncio.Future()
    future.set_result(_OutputData(set(), value, True, False))
    output: Output[Any] = object.__new__(Output)
    output._data = future
    return output


def from_input(value: Any) -> Output[Any]:
    """An output of a value in which there may be outputs.

    The SDK makes one for each member and each key at any depth, though four in five hold no output: here what is plain
    is one output.
    """
    try:
        return _there(_copied(value))
    except _NotPlainError:
        if type(value) is dict and all(type(key) is str for key in value):
            return Output.all(**value)
        return _from_input(value)


class _NotPlainError(Exception):
    """A value holds something other than what JSON has."""


def _copied(value: Any) -> Any:
    kind = type(value)
    if kind in sdk_registrations.PLAIN:
        return value
    if kind is list:
        return [_copied(item) for item in value]
    if kind is dict and all(type(key) is str for key in value):
        return {key: _copied(item) for key, item in value.items()}
    raise _NotPlainError


def kept(unwrap: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same of a type, each worked out once. By identity: hints are equal whatever the order of their parts."""
    found: dict[int, tuple[Any, Any]] = {}

    def unwrapped(hint: Any) -> Any:
        known = found.get(id(hint))
        if known is None:
            found[id(hint)] = known = (hint, unwrap(hint))  # what is kept is no other's id
        return known[1]

    return unwrapped


def _track(output: Output[Any]) -> None:
    """Notes an output as under way. What is done is taken out by ``program._to_the_end``, in few rounds; the SDK's
    own has each output take itself out, under a lock, by a call of the loop.
    """
    SETTINGS.outputs.add(output._data)


def _unheard(*_: Any, **__: Any) -> None:
    """What nobody would hear."""


INSTEAD: tuple[tuple[Any, str, Any], ...] = (
    (runtime_resource, "_get_stack_trace", source_pb2.StackTrace),
    (runtime_resource, "create_urn", create_urn),
    (runtime_resource, "resource_pb2", sdk_registrations.MESSAGES),
    (runtime_resource, "_prepare_resource_hooks", sdk_registrations.prepare_hooks),
    (RPCManager, "do_rpc", sdk_registrations.do_rpc),
    (rpc, "serialize_property", sdk_registrations.serialize_property),
    (rpc, "declare_dependency", sdk_registrations.declare_dependency),
    (rpc, "contains_unknowns", contains_unknowns),
    (rpc, "resolve_outputs", sdk_outputs.resolve_outputs),
    (rpc, "transfer_properties", transfer_properties),
    (_types, "unwrap_type", kept(_types.unwrap_type)),
    (_types, "unwrap_optional_type", kept(_types.unwrap_optional_type)),
    (_types, "input_type_py_to_pulumi_names", kept(_types.input_type_py_to_pulumi_names)),
    (_types, "resource_pulumi_to_py_names", kept(_types.resource_pulumi_to_py_names)),
    (_types, "resource_py_to_pulumi_names", kept(_types.resource_py_to_pulumi_names)),
    (_types, "resource_types", kept(_types.resource_types)),
    (Output, "_track", _track),
    (Output, "from_input", staticmethod(from_input)),
    (log, "debug", _unheard),
)
"""Where the SDK looks a function up, by what name, and what it finds while a run lasts."""
