"""A real stack's state beside a preview: what providers added by themselves, and what only ``up`` could tell.

Works on the JSON form of both (``analyser.analyses.report.document``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analyser.analyses.changes.pairing import Resource, pairs

_UNKNOWN = {"$unknown": True}
_DEFAULTS = "__defaults"
"""Where the bridge writes which members of a block it filled in by itself."""
_FILLED = ("region", "tagsAll")
"""Inputs that pulumi-aws takes from its provider where the program gives none."""
_AUTONAMED = "pulumi.com/autonamed"
"""The annotation of a Kubernetes object whose name pulumi-kubernetes made up."""


def beside(state: Mapping[str, Any], preview: Mapping[str, Any]) -> dict[str, Any]:
    """The state without inputs that its providers filled in and that the preview does not give."""
    given = {id(old): new["inputs"] for old, new in pairs(state, preview).both}
    found = [{**one, "inputs": _without(one["inputs"], given.get(id(one), {}), _FILLED)} for one in state["resources"]]
    return {**state, "resources": found}


def invented(preview: Mapping[str, Any], account: str) -> dict[str, Any]:
    """A preview of made-up outputs with the inputs that come from them marked as unknown.

    ``account`` is the stand-in account number of the preview; texts that contain it are unknown too.
    """
    return {**preview, "resources": [_open(resource, account) for resource in preview["resources"]]}


def _open(resource: Resource, account: str) -> dict[str, Any]:
    taken = resource["propertyDependencies"]
    inputs = {
        name: _UNKNOWN if taken.get(name) or account in str(value) else value
        for name, value in resource["inputs"].items()
    }
    return {**resource, "inputs": inputs}


def _without(old: Any, new: Any, filled: Sequence[str] = ()) -> Any:
    if isinstance(old, list):
        others = new if isinstance(new, list) and len(new) == len(old) else [{}] * len(old)
        return [_without(item, other) for item, other in zip(old, others, strict=True)]
    if not isinstance(old, Mapping):
        return old
    given: Mapping[str, Any] = new if isinstance(new, Mapping) else {}
    added = {_DEFAULTS, *(name for name in (*old.get(_DEFAULTS, ()), *filled, *_named(old)) if name not in given)}
    return {name: _without(value, given.get(name)) for name, value in old.items() if name not in added}


def _named(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """What pulumi-kubernetes adds to the metadata of an object without a name."""
    annotations = metadata.get("annotations")
    if isinstance(annotations, Mapping) and _AUTONAMED in annotations:
        return ("name", "annotations") if set(annotations) == {_AUTONAMED} else ("name",)
    return (_AUTONAMED,) if _AUTONAMED in metadata else ()
