"""Pulumi's property bags, from protobuf to plain values and back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from policy.unknown import UNKNOWN

SIGNATURE = rpc._special_sig_key
UNKNOWN_TEXT = rpc.UNKNOWN
"""What stands for an unknown value on the wire."""
_SECRET = rpc._special_secret_sig
_RESOURCE = rpc._special_resource_sig
_OUTPUT = rpc._special_output_value_sig


class Seen:
    """What a decoded value held beside its plain data."""

    def __init__(self) -> None:
        self.secret = False
        self.references: set[str] = set()
        """URNs of the resources that were given themselves, rather than one of their outputs."""


def decode(struct: struct_pb2.Struct, seen: dict[str, Seen] | None = None) -> dict[str, Any]:
    """A property bag as plain data: secrets unwrapped, references to resources by id, unknowns UNKNOWN.

    What each top-level member held beside goes into ``seen``.
    """
    plain = {}
    for key, value in sorted(struct.fields.items()):
        found = Seen()
        plain[key] = _value(value, found)
        if seen is not None:
            seen[key] = found
    return plain


def _value(value: struct_pb2.Value, seen: Seen) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text == rpc.UNKNOWN else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number == int(number) else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_value(item, seen) for item in value.list_value.values]
    if kind == "struct_value":
        return _mapping({key: _value(item, seen) for key, item in sorted(value.struct_value.fields.items())}, seen)
    return None


def _mapping(members: dict[str, Any], seen: Seen) -> Any:
    signature = members.get(SIGNATURE)
    if signature is None:
        return members
    if signature in (_SECRET, _OUTPUT):
        seen.secret = seen.secret or signature == _SECRET
        return members.get("value", UNKNOWN)
    if signature == _RESOURCE:
        seen.references.add(members["urn"])
        identifier = members.get("id")
        return identifier if identifier is UNKNOWN or identifier else members["urn"]
    return Asset(signature, {key: item for key, item in members.items() if key != SIGNATURE})


class Asset(dict[str, Any]):
    """What an asset or archive is made of; it remembers its signature, without which the SDK cannot read it back."""

    def __init__(self, signature: str, members: dict[str, Any]) -> None:
        super().__init__(members)
        self.signature = signature


class ResourceReference:
    """A resource as an output value, by its URN."""

    def __init__(self, urn: str, identifier: str) -> None:
        self.urn = urn
        self.id = identifier


class Lazy(Mapping[str, Any]):
    """Plain data that reads like its property bag, of which a member is encoded when it is read."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = {key: value for key, value in values.items() if value is not None}

    def __getitem__(self, key: str) -> Any:
        return encode({key: self._values[key]})[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def encode(values: dict[str, Any]) -> struct_pb2.Struct:
    """Plain data as a property bag; members that are None are left out."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        if value is not None:
            _fill(struct.fields[key], value)
    return struct


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif value is UNKNOWN or isinstance(value, str):
        target.string_value = rpc.UNKNOWN if value is UNKNOWN else value
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item)
    elif (members := _members(value)) is not None:
        target.struct_value.CopyFrom(encode(members))
    else:
        target.null_value = struct_pb2.NULL_VALUE


def _members(value: Any) -> dict[str, Any] | None:
    """What a value is made of on the wire; None for what is no mapping."""
    if isinstance(value, ResourceReference):
        return {SIGNATURE: _RESOURCE, "urn": value.urn, "id": value.id, "packageVersion": ""}
    if isinstance(value, Asset):
        return {SIGNATURE: value.signature, **value}
    return value if isinstance(value, dict) else None


def seal(struct: struct_pb2.Struct, names: Iterable[str]) -> None:
    """Makes secrets of the members of a property bag that are called so, as the engine hands them back."""
    for name in names:
        if name in struct.fields:
            value = struct_pb2.Value()
            value.CopyFrom(struct.fields[name])
            sealed = struct.fields[name].struct_value.fields
            sealed[SIGNATURE].string_value = _SECRET
            sealed["value"].CopyFrom(value)


_TEXTS = ("importId", "deletedWith")
_LISTS = ("replaceOnChanges", "additionalSecretOutputs")
_TIMEOUTS = ("create", "update", "delete")


def options(request: Any) -> dict[str, Any]:
    """The resource options that a registration sets beyond those of every Node, by their wire names."""
    found: dict[str, Any] = {key: getattr(request, key) for key in _TEXTS}
    found |= {key: list(getattr(request, key)) for key in _LISTS}
    found["aliases"] = [_alias(alias) for alias in request.aliases]
    found["customTimeouts"] = {key: text for key in _TIMEOUTS if (text := getattr(request.customTimeouts, key))}
    found["retainOnDelete"] = request.retainOnDelete
    found["deleteBeforeReplace"] = request.deleteBeforeReplace
    return {key: value for key, value in found.items() if value}


def _alias(alias: Any) -> Any:
    """A former URN, or the parts of it that have changed."""
    if alias.WhichOneof("alias") == "urn":
        return alias.urn
    return {field.name: value for field, value in alias.spec.ListFields() if value}
