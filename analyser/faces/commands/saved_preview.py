"""Validation of saved previews before they are compared."""

from collections.abc import Iterator, Mapping
from typing import Any

_RESOURCE: Mapping[str, type] = {
    **dict.fromkeys(("urn", "type", "name", "parent"), str),
    **dict.fromkeys(("component", "protect"), bool),
    **dict.fromkeys(("options", "inputs", "propertyDependencies"), dict),
    "ignoreChanges": list,
}
_URN_PARTS = 4


def malformed(preview: Mapping[str, Any]) -> Iterator[str]:
    """What of a preview is not as ``schemas/preview.json`` has it, as far as a comparison reads it."""
    if not isinstance(preview["stack"], str):
        yield "stack is no text"
    yield from _costs(preview["cost"])
    if not isinstance(preview.get("defaultTags", {}), dict):
        yield "defaultTags is no object"
    if not _are_gaps(preview.get("gaps", [])):
        yield "gaps is not what strata preview writes"
    if not isinstance(preview["resources"], list):
        yield "resources is no list"
        return
    for place, one in enumerate(preview["resources"]):
        yield from (f"resources[{place}]{problem}" for problem in _resource(one))


def _are_gaps(found: Any) -> bool:
    keys = ("kind", "type", "name")
    return isinstance(found, list) and all(
        isinstance(gap, Mapping) and all(isinstance(gap.get(key), str) for key in keys) for gap in found
    )


def _resource(one: Any) -> Iterator[str]:
    if not isinstance(one, Mapping):
        yield " is no object"
        return
    yield from (
        f".{key} is missing or of another kind" for key, kind in _RESOURCE.items() if not isinstance(one.get(key), kind)
    )
    if isinstance(urn := one.get("urn"), str) and len(urn.split("::")) < _URN_PARTS:
        yield ".urn is no URN"


def _costs(cost: Any) -> Iterator[str]:
    if not isinstance(cost, Mapping) or not isinstance(cost.get("total"), Mapping):
        yield "cost has no total"
        return
    if not _number(cost["total"]):
        yield "cost.total.usd is no number"
    left_out = cost.get("unpriced", [])
    if not isinstance(left_out, list) or not all(isinstance(line, str) for line in left_out):
        yield "cost.unpriced is no list of texts"
    for part, keys in (("components", ("name",)), ("resources", ("type", "name"))):
        entries = cost.get(part)
        if not isinstance(entries, list) or not all(_named(entry, keys) for entry in entries):
            yield f"cost.{part} is not what strata preview writes"


def _named(entry: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(entry, Mapping) and _number(entry) and all(isinstance(entry.get(key), str) for key in keys)


def _number(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("usd"), int | float)
