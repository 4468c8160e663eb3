"""Values as the CLI saves them in a state, a preview or a plan, as plain data.

What is no plain JSON stands there as an object with a signature: ``SerializePropertyValue`` of
https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/deployment.go, and
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go for the signatures.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi.runtime import rpc

from analyser.run.contents import HASH
from analyser.run.property_bags import SIGNATURE, Asset
from policy.unknown import UNKNOWN

_PACKED = (".zip", ".jar", ".tar", ".tgz", ".tar.gz")


def bag(values: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Values as plain data, and which of them hold something secret, which is UNKNOWN."""
    return {key: plain(value) for key, value in values.items()}, {k for k, v in values.items() if _holds_secret(v)}


def plain(value: Any) -> Any:
    """One value as plain data; what is not known, or secret, is UNKNOWN."""
    if value == rpc.UNKNOWN:
        return UNKNOWN
    if isinstance(value, Mapping):
        return _mapping(value)
    return [plain(item) for item in value] if isinstance(value, list) else value


def _mapping(value: Mapping[str, Any]) -> Any:
    signature = value.get(SIGNATURE)
    if signature is None:
        return {key: plain(member) for key, member in value.items()}
    if signature in _SIGNED:
        return _SIGNED[signature](value)
    members = {key: plain(member) for key, member in value.items() if key not in (SIGNATURE, HASH)}
    return Asset(signature, members if "assets" in members else {**members, HASH: _digest(value)})


def _unknown(_value: Mapping[str, Any]) -> Any:
    return UNKNOWN


def _output(value: Mapping[str, Any]) -> Any:
    """Without a value it is one that is not known."""
    return plain(value["value"]) if "value" in value else UNKNOWN


def _reference(value: Mapping[str, Any]) -> Any:
    """A custom resource by its id, whose text is empty while it is not known; a component, which has none, by URN."""
    return (plain(value["id"]) or UNKNOWN) if "id" in value else value["urn"]


def _bytes(value: Mapping[str, Any]) -> str:
    """A text that is no UTF-8; bytes that are none become U+FFFD, as in every text of the SDK."""
    return base64.b64decode(value["value"]).decode("utf-8", errors="replace")


_SIGNED: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    rpc._special_secret_sig: _unknown,
    rpc._special_resource_sig: _reference,
    rpc._special_output_value_sig: _output,
    "803fd3297a5875dc03ca845dda5d2a98": _bytes,
    "8ad145fe-0d11-4827-bfd7-1abcbf086f5c": _unknown,  # a number for which JSON has none, such as infinity
}


def _digest(asset: Mapping[str, Any]) -> Any:
    """The engine's, where it is one of bytes; of a folder it is one of an archive that the engine makes of it."""
    archive = asset[SIGNATURE] == rpc._special_archive_sig
    told = asset.get(HASH)
    return told if told and (not archive or str(asset.get("path")).endswith(_PACKED)) else UNKNOWN


def _holds_secret(value: Any) -> bool:
    return any(found.get(SIGNATURE) == rpc._special_secret_sig for found in _mappings(value))


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for member in value.values():
            yield from _mappings(member)
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)
