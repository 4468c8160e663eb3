"""What a run does in fewer steps than Pulumi's SDK comes to the same, and is undone after it."""

import gc
import inspect
import weakref
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import _types
from pulumi.runtime import resource, rpc

from analyser.run import sdk_shortcuts
from analyser.run.program import ProgramError, run_program
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
    assert sdk_shortcuts.contains_unknowns(value) is rpc.contains_unknowns(value) is holds


@pulumi.input_type
class _Rule:
    """What a hint of a nested input names."""


@pytest.mark.parametrize("unwrap", [_types.unwrap_type, _types.unwrap_optional_type])
def test_a_hint_is_unwrapped_once_and_to_the_same(unwrap: Any) -> None:
    calls: list[Any] = []

    def counted(hint: Any) -> Any:
        calls.append(hint)
        return unwrap(hint)

    shorter = sdk_shortcuts.kept(counted)
    hints: list[Any] = [
        str, str | None, pulumi.Input[str], pulumi.Input[str] | None, pulumi.Output[str], pulumi.InputType[_Rule],
        pulumi.Input[pulumi.InputType[_Rule]], int | str, str | int, Mapping[str, Any] | _Rule,
    ]  # fmt: skip
    for _ in range(2):
        assert [shorter(hint) for hint in hints] == [unwrap(hint) for hint in hints]
        assert len(calls) == len(hints)


@pytest.mark.parametrize("name", ["resource_types", "resource_pulumi_to_py_names", "resource_py_to_pulumi_names"])
def test_what_a_class_calls_its_properties_is_what_the_sdk_says(name: str) -> None:
    (shorter,) = [shorter for place, own, shorter in sdk_shortcuts.INSTEAD if (place, own) == (_types, name)]
    for _ in range(2):
        for cls in (aws.s3.Bucket, aws.sqs.Queue, _Store):
            assert shorter(cls) == getattr(_types, name)(cls)
    assert shorter(aws.s3.Bucket)


def test_nothing_is_left_to_the_garbage_collector() -> None:
    gc.collect(0)
    for _ in range(100):
        sdk_shortcuts.contains_unknowns({"a": [{"b": "c"}]})
    assert gc.collect(0) < 100


def test_resources_of_a_run_are_not_left_to_the_garbage_collector() -> None:
    kept: list[Any] = []

    def program() -> None:
        store = _Store("logs")
        kept.append(weakref.ref(store))
        _Store("copies", tags={"of": store.arn})

    gc.collect(0)
    gc.disable()
    try:
        record(program)
        assert kept[0]() is None
    finally:
        gc.enable()


def test_they_last_as_long_as_the_run() -> None:
    def found() -> list[Any]:
        return [inspect.getattr_static(place, name) for place, name, _ in sdk_shortcuts.INSTEAD]

    theirs = found()
    during = []
    record(lambda: during.extend(found()))
    assert during == [shorter for _, _, shorter in sdk_shortcuts.INSTEAD]
    assert not any(own == shorter for own, shorter in zip(theirs, during, strict=True))
    assert found() == theirs


_TYPE, _PARENT = "aws:s3/bucket:Bucket", "urn:pulumi:test::strata::strata:data:Store::files"


@pytest.mark.parametrize(
    ("parts", "urn"),
    [
        (("logs", _TYPE, _PARENT), "urn:pulumi:test::strata::strata:data:Store$aws:s3/bucket:Bucket::logs"),
        (("logs", _TYPE, ""), "$aws:s3/bucket:Bucket::logs"),
        (("logs", _TYPE), "urn:pulumi:test::strata::aws:s3/bucket:Bucket::logs"),
        (("logs", _TYPE, None, "ours", "other"), "urn:pulumi:other::ours::aws:s3/bucket:Bucket::logs"),
    ],
)
def test_a_urn_is_the_sdk_s(parts: Any, urn: str) -> None:
    heard = []

    def program() -> None:
        for each in (resource.create_urn(*parts), sdk_shortcuts._create_urn(*parts)):
            each.apply(heard.append)

    record(program)
    assert heard == [urn, urn]


def test_a_urn_of_parts_that_are_not_there_yet_waits_for_them() -> None:
    heard = []
    record(lambda: resource.create_urn(pulumi.Output.from_input("logs"), _TYPE, _PARENT).apply(heard.append))
    assert heard == ["urn:pulumi:test::strata::strata:data:Store$aws:s3/bucket:Bucket::logs"]


@pulumi.input_type
class _Options:
    def __init__(self, *, label: pulumi.Input[str], sizes: list[pulumi.Input[int]]) -> None:
        pulumi.set(self, "label", label)
        pulumi.set(self, "sizes", sizes)


def _said(data: Any) -> tuple[Any, ...]:
    options = isinstance(data.value, dict) and data.value.get("o")
    value = repr(vars(options) if options else data.value).split(" at 0x")[0]
    return value, data.is_known, data.is_secret, {resource._name for resource in data.resources}


def test_an_output_of_a_value_is_the_sdk_s() -> None:
    heard: list[list[Any]] = [[], []]

    async def program() -> None:
        store = _Store("logs")
        values: list[Any] = [
            None, "a", 1, True, [], {}, (), {"a": [{"b": 1.5}, None]}, ("a", "b"), {"s": {"t": store.arn}}, store.arn,
            [store.arn, {"a": "b"}], {"secret": [pulumi.Output.secret("b")]}, {"u": pulumi.UNKNOWN},
            {"o": _Options(label=store.arn, sizes=[1])}, {pulumi.Output.from_input("key"): "a"}, {"self": 1, "args": 2},
        ]  # fmt: skip
        for make, into in zip((sdk_shortcuts._from_input, pulumi.Output.from_input), heard, strict=True):
            into += [_said(await make(value)._data) for value in values]
        shared = {"a": ["b"]}
        copied = (await pulumi.Output.from_input(shared)._data).value
        assert copied == shared
        assert copied["a"] is not shared["a"]

    run_program(program, stack="test", config={})
    assert heard[0] == heard[1]
    assert {known for _, known, *_ in heard[1]} == {True, False}


class _Store(pulumi.CustomResource):
    arn: pulumi.Output[str]
    tags: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, **properties: Any) -> None:
        super().__init__("aws:s3/bucket:Bucket", name, {"arn": None, "tags": None, **properties})


class _Made:
    """Resolves what a property is with values of each kind, by a given function of the SDK or of ours."""

    def __init__(self, transfer: Any) -> None:
        self.store, other = _Store("made"), _Store("other")
        resolvers = transfer(self.store, dict.fromkeys(("urn", "id", "plain", "secret", "unknown", "failed")), True)
        self.names = list(resolvers)
        resolvers["plain"]({"a": 1}, True, False, {other}, None)
        resolvers["secret"]("b", True, True, None, None)
        resolvers["unknown"](pulumi.UNKNOWN, True, False, set(), None)
        resolvers["failed"](None, False, False, None, ValueError("no"))

    async def heard(self) -> list[Any]:
        made = [vars(self.store)[name] for name in self.names]
        with pytest.raises(ValueError, match="no"):
            await made.pop()._data
        data = [await each._data for each in made]
        return [(d.value, d.is_known, d.is_secret, sorted(r._name for r in d.resources)) for d in data]


def test_a_property_is_resolved_as_the_sdk_does() -> None:
    theirs, heard = rpc.transfer_properties, []

    async def program() -> None:
        for transfer in (theirs, sdk_shortcuts.transfer_properties):
            heard.append(await _Made(transfer).heard())

    with pytest.raises(ProgramError, match="no"):
        run_program(program, stack="test", config={})
    assert (
        heard[0]
        == heard[1]
        == [
            ({"a": 1}, True, False, ["made", "other"]),
            ("b", True, True, ["made"]),
            (pulumi.UNKNOWN, False, False, ["made"]),
        ]
    )
