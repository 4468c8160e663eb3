"""Pulumi's property bags, from protobuf to plain values and back."""

from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from policy.unknown import UNKNOWN

_SIGNATURE = rpc._special_sig_key
_SECRET = rpc._special_secret_sig
_RESOURCE = rpc._special_resource_sig
_OUTPUT = rpc._special_output_value_sig


def decode(struct: struct_pb2.Struct, secrets: set[str] | None = None) -> dict[str, Any]:
    """A property bag as plain data: secrets unwrapped (their top-level names go into ``secrets``), unknowns UNKNOWN."""
    plain = {}
    for key, value in struct.fields.items():
        if secrets is not None and _holds_secret(value):
            secrets.add(key)
        plain[key] = _value(value)
    return plain


def _value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text == rpc.UNKNOWN else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_value(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _mapping({key: _value(item) for key, item in value.struct_value.fields.items()})
    return None


def _mapping(members: dict[str, Any]) -> Any:
    signature = members.get(_SIGNATURE)
    if signature is None:
        return members
    if signature in (_SECRET, _OUTPUT):
        return members.get("value", UNKNOWN)
    if signature == _RESOURCE:
        return members.get("id") or members.get("urn")
    # Assets and archives: what they are made of, without the signature.
    return {key: item for key, item in members.items() if key != _SIGNATURE}


def _holds_secret(value: struct_pb2.Value) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(_holds_secret(item) for item in value.list_value.values)
    if kind != "struct_value":
        return False
    fields = value.struct_value.fields
    if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
        return True
    return any(_holds_secret(item) for item in fields.values())


class ResourceReference:
    """A resource as an output value, by its URN."""

    def __init__(self, urn: str, identifier: str) -> None:
        self.urn = urn
        self.id = identifier


def encode(values: dict[str, Any]) -> struct_pb2.Struct:
    """Plain data as a property bag; members that are None are left out."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        if value is not None:
            _fill(struct.fields[key], value)
    return struct


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if value is UNKNOWN:
        target.string_value = rpc.UNKNOWN
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item)
    elif isinstance(value, dict):
        target.struct_value.CopyFrom(encode(value))
    elif isinstance(value, ResourceReference):
        members = {_SIGNATURE: _RESOURCE, "urn": value.urn, "id": value.id, "packageVersion": ""}
        target.struct_value.CopyFrom(encode(members))
    else:
        target.null_value = struct_pb2.NULL_VALUE
