"""From Pulumi's wire format to the plain values that rules read."""

from collections.abc import Mapping
from typing import Any

from pulumi_policy import deserialize, proxy

from policy.sealed import sealed
from policy.unknown import UNKNOWN

# The engine's sentinels for values it does not know yet, and its signatures of special values:
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
# `pulumi policy analyze` puts a text in place of a secret that it cannot decrypt, whatever the secret's type:
# https://github.com/pulumi/pulumi/blob/master/pkg/cmd/pulumi/policy/policy_analyze.go
_REDACTED = "[secret]"
_UNKNOWNS = frozenset({_REDACTED, *(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))})
_SIGNATURE = deserialize.SPECIAL_SIG_KEY
_SECRET = deserialize.SPECIAL_SECRET_SIG
_OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_DEFAULTS = "__defaults"  # the Terraform bridge's own note of what it filled in


def from_struct(struct: Any) -> dict[str, Any]:
    """The plain values of a protobuf Struct: texts of secrets Sealed, unknown values UNKNOWN, whole numbers as int."""
    return {key: _from_value(value) for key, value in struct.fields.items() if key != _DEFAULTS}


def plain(value: Any) -> Any:
    """The same from values that are already dicts and lists but still hold Pulumi's signatures and sentinels."""
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWNS else value
    if isinstance(value, Mapping):
        return _signed({key: plain(member) for key, member in value.items() if key != _DEFAULTS})
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def content_of(value: Any) -> Any:
    """The protobuf Value inside a secret or an output value that holds one; any other as it is."""
    fields = value.struct_value.fields if value.WhichOneof("kind") == "struct_value" else {}
    signed = _SIGNATURE in fields and fields[_SIGNATURE].string_value in (_SECRET, _OUTPUT_VALUE)
    return content_of(fields["value"]) if signed and "value" in fields else value


def _from_value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWNS else text
    if kind == "struct_value":
        return _signed(from_struct(value.struct_value))
    if kind == "list_value":
        return [_from_value(member) for member in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def _signed(value: dict[str, Any]) -> Any:
    """A mapping that carries a signature, as the value it stands for; assets and archives keep their description."""
    signature = value.pop(_SIGNATURE, None)
    if signature is None:
        return value
    if signature not in (_SECRET, _OUTPUT_VALUE):
        return value
    content = value.get("value", UNKNOWN)
    return sealed(content) if signature == _SECRET or value.get("secret") is True else content
