"""What a registration goes through in a run comes to what Pulumi's SDK makes of it."""

import asyncio
from itertools import product
from typing import Any

import pulumi
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import resource_cycle_breaker, rpc
from pulumi.runtime.proto import alias_pb2, resource_pb2
from pulumi.runtime.rpc_manager import RPCManager

from analyser.run import property_bags, sdk_registrations
from analyser.run.recorder import _node

MESSAGE = resource_pb2.RegisterResourceRequest
OPTIONS: dict[str, Any] = {
    "protect": True,
    "retainOnDelete": True,
    "deleteBeforeReplace": True,
    "ignoreChanges": ["tags"],
    "replaceOnChanges": ["name"],
    "additionalSecretOutputs": ["url"],
    "importId": "q-1",
    "deletedWith": "urn:other",
    "customTimeouts": MESSAGE.CustomTimeouts(create="5m"),
    "aliases": [alias_pb2.Alias(urn="urn:before")],
}


class _Dependent:
    """What the SDK notes dependencies on."""


@pytest.mark.parametrize("value", ["a", "", 3, 3.5, True, None, rpc.UNKNOWN])
def test_what_is_plain_is_sent_as_the_sdk_sends_it(value: Any) -> None:
    for typ in (None, str, pulumi.Input[str]):
        given: list[Any] = [value, [], "key", None, None, typ]
        sent = asyncio.run(sdk_registrations.serialize_property(*given))
        assert (sent, type(sent)) == (value, type(value))
        assert asyncio.run(rpc.serialize_property(*given)) == value
    assert asyncio.run(
        sdk_registrations.serialize_property(value, [], "key", return_protobuf_value=True)
    ) == asyncio.run(rpc.serialize_property(value, [], "key", return_protobuf_value=True))


def test_dependencies_close_no_circle_where_they_close_none_for_the_sdk() -> None:
    """Each order of two edges after a chain and a way beside it, and what each resource then needs."""
    pairs = list(product(range(5), repeat=2))
    for last in product(pairs, repeat=2):
        said, needed = [], []
        for declare in (sdk_registrations.declare_dependency, resource_cycle_breaker.declare_dependency):
            several: list[Any] = [_Dependent() for _ in range(5)]
            edges = ((0, 1), (1, 2), (0, 3), *last)
            said.append([declare(several[one], several[other]) for one, other in edges])
            needed.append([{several.index(one) for one in resource_cycle_breaker._deps(each)} for each in several])
        assert said[0] == said[1], last
        assert needed[0] == needed[1], last


def test_who_depends_on_whom_is_what_the_sdk_says() -> None:
    """A chain, a circle and one apart."""
    several: list[Any] = [_Dependent() for _ in range(6)]
    for one, other in ((0, 1), (1, 2), (2, 3), (3, 1), (4, 3)):
        resource_cycle_breaker._add_dep(several[one], several[other])
    said = {pair: sdk_registrations.reachable(*(several[one] for one in pair)) for pair in product(range(6), repeat=2)}
    assert said == {
        pair: resource_cycle_breaker._reachable(*(several[one] for one in pair)) for pair in product(range(6), repeat=2)
    }
    assert said[0, 3]
    assert not said[0, 4]
    assert not said[5, 0]


def _recorded(make: Any, **options: Any) -> Any:
    """What the recorder notes of a registration that is made as the SDK makes it."""
    inputs = struct_pb2.Struct(fields={"name": struct_pb2.Value(string_value="q")})
    request = make(
        type="aws:sqs/queue:Queue",
        name="q",
        parent="urn:pulumi:test::strata::strata:a:B::b",
        custom=True,
        remote=False,
        object=inputs,
        provider="urn:provider::1",
        providers={"aws": "urn:provider::1"},
        dependencies={"urn:a", "urn:b"},
        propertyDependencies={"name": make.PropertyDependencies(urns=["urn:b", "urn:a"])},
        version="7.0.0",
        supportsPartialValues=True,
        **{"protect": None, "ignoreChanges": None, "customTimeouts": None, "importId": "", "aliases": [], **options},
    )
    node = _node(request, "urn:q", property_bags.decode(request.object), {}, "", {})
    return node, request.remote, dict(request.providers), list(request.transforms)


@pytest.mark.parametrize("option", [None, *OPTIONS])
def test_a_registration_says_what_the_message_says(option: str | None) -> None:
    options = {option: OPTIONS[option]} if option else {}
    said = _recorded(sdk_registrations.Registration, **options)
    assert said == _recorded(MESSAGE, **options)
    assert bool(said[0].options or said[0].protect or said[0].ignore_changes) is bool(options)


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_has_not_its_type_is_refused(option: str) -> None:
    with pytest.raises(TypeError):
        _recorded(sdk_registrations.Registration, **{option: object()})


def test_a_resource_without_hooks_says_so() -> None:
    for hooks in (None, pulumi.ResourceHookBinding()):
        said = asyncio.run(sdk_registrations.prepare_hooks(hooks, "aws:sqs/queue:Queue_q"))
        assert said == MESSAGE.ResourceHooksBinding()


def test_the_first_call_that_fails_is_the_run_s_and_all_are_waited_for() -> None:
    async def run() -> tuple[RPCManager, list[Any]]:
        manager, order = RPCManager(), []

        async def call(number: int) -> int:
            for _ in range(number):
                await asyncio.sleep(0)
            order.append(number)
            if number in (1, 2):
                raise ValueError(number)
            return number

        asked = [
            asyncio.ensure_future(sdk_registrations.do_rpc(manager, "a call", call)(number)) for number in (3, 2, 1)
        ]
        await asyncio.sleep(0)
        waited: list[Any] = list(manager.rpcs)
        assert [one.done() for one in waited] == [False] * 3
        await asyncio.gather(*waited)
        said = [(result, str(error)) for result, error in await asyncio.gather(*asked)]
        return manager, [order, said]

    manager, told = asyncio.run(run())
    assert told == [[1, 2, 3], [(3, "None"), (None, "2"), (None, "1")]]
    assert str(manager.unhandled_exception) == "1"
    assert manager.exception_traceback is not None
