"""Every setting of a stack, and other values that its type allows."""

import enum
import json
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import systems
from settings import stackfile
from settings.stack import PROJECT, parse
from tests.stacks import ROOT

Switch = tuple[str, Any]
"""The path of a setting, as in a stack file, and a value for it."""


def switches(stack: str) -> list[Switch]:
    """One setting and one other value at a time: the other truth value, every other choice, both bounds of a number."""
    file = stackfile.read(ROOT, stack)
    settings = parse(stack, file.config, systems.SETTINGS).settings
    return [(path, value) for path, value in _of(settings, "")]


def put(settings: dict[str, Any], switch: Switch) -> dict[str, Any]:
    """A copy of a stack's settings with one of them changed."""
    changed = json.loads(json.dumps(settings))
    path, value = switch
    *above, last = path.split(".")
    place = changed
    for step in above:
        place = place.setdefault(step, {})
    place[last] = value
    return changed


def given(stack: str) -> dict[str, Any]:
    """The settings that a stack's file has."""
    return json.loads(stackfile.read(ROOT, stack).config[f"{PROJECT}:settings"])


def _of(model: BaseModel, above: str) -> Iterator[Switch]:
    for name, field in type(model).model_fields.items():
        path = f"{above}{field.alias or name}"
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _of(value, f"{path}.")
        else:
            yield from ((path, other) for other in _others(value, field))


def _others(value: Any, field: FieldInfo) -> Iterator[Any]:
    kinds = set(_kinds(field.annotation))
    if bool in kinds:
        yield from ({True, False} - {value})
    for kind in kinds:
        if get_origin(kind) is Literal:
            yield from (choice for choice in get_args(kind) if choice != value)
        elif isinstance(kind, type) and issubclass(kind, enum.Enum):
            yield from (choice.value for choice in kind if choice != value)
    if int in kinds and not isinstance(value, bool):
        yield from sorted({bound for bound in _bounds(field) if bound != value})


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _kinds(each)
    elif hasattr(annotation, "__metadata__"):
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation


def _bounds(field: FieldInfo) -> Iterator[int]:
    for rule in field.metadata:
        for name in ("ge", "le"):
            if (bound := getattr(rule, name, None)) is not None:
                yield bound
        if (bound := getattr(rule, "gt", None)) is not None:
            yield bound + 1
        if (bound := getattr(rule, "lt", None)) is not None:
            yield bound - 1
