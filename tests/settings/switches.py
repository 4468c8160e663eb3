"""The switches of a stack: settings that are true or false or one of a few, with every other value of each."""

import enum
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import systems
from settings import stackfile
from settings.stack import parse
from tests.settings.legal import Change
from tests.stacks import ROOT


def switches(stack: str) -> list[Change]:
    """One setting and one other value at a time: the other truth value, every other choice."""
    file = stackfile.read(ROOT, stack)
    return list(_of(parse(stack, file.config, systems.SETTINGS).settings, ()))


def _of(model: BaseModel, above: tuple[str | int, ...]) -> Iterator[Change]:
    for name, field in type(model).model_fields.items():
        path = (*above, field.alias or name)
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _of(value, path)
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


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _kinds(each)
    elif hasattr(annotation, "__metadata__"):
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation
