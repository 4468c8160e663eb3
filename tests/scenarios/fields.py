"""Every map and list of the settings, by the class and name of its field, found from the models themselves."""

import collections.abc
import functools
import inspect
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

import systems
from settings.stack import parse
from tests.settings.legal import Path, candidates


@dataclass(frozen=True)
class Field:
    """One map or list of a stack: which field it is, where, and what it has now."""

    name: str
    """The class that declares it and its name in the stack file, as ``FirewallSettings.blockedPaths``."""
    path: Path
    value: Any
    beside: BaseModel
    """The settings that it is one of."""


def declared(system: str) -> set[str]:
    """The fields of a system's settings that are maps or lists."""
    return set(_declared(systems.SETTINGS[system], frozenset()))


def fields(stack: str, opened: Mapping[Path, Any]) -> list[Field]:
    """The maps and lists of a stack whose file also said ``opened``."""
    config = candidates(stack).config(list(opened.items()))
    return list(_in_model(parse(stack, config, systems.SETTINGS).settings, ()))


def _declared(model: type[BaseModel], above: frozenset[type]) -> Iterator[str]:
    if model in above:
        return
    for name, field in model.model_fields.items():
        yield from _in_annotation(field.annotation, _name(model, name), above | {model})


def _in_annotation(annotation: Any, name: str, above: frozenset[type]) -> Iterator[str]:
    for kind in _parts(annotation):
        plain = get_origin(kind) or kind
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            yield from _declared(plain, above)
        elif _is_collection(plain):
            yield name
            for held in get_args(kind)[1 if issubclass(plain, Mapping) else 0 :]:
                yield from _in_annotation(held, f"{name}.*", above)


def _parts(annotation: Any) -> Iterator[Any]:
    """What a value may be, without what is said beside."""
    if get_origin(annotation) is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _parts(each)
    else:
        yield annotation


def _is_collection(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, collections.abc.Collection) and not issubclass(kind, str | bytes)


def _in_model(model: BaseModel, path: Path) -> Iterator[Field]:
    kind = type(model)
    for name, field in kind.model_fields.items():
        found = _of_field(kind, name)
        here = Field(_name(kind, name), (*path, field.alias or name), getattr(model, name), model)
        yield from _in_value(here, found)


@functools.cache
def _of_field(model: type[BaseModel], name: str) -> frozenset[str]:
    return frozenset(_in_annotation(model.model_fields[name].annotation, _name(model, name), frozenset()))


def _in_value(here: Field, of_field: frozenset[str]) -> Iterator[Field]:
    value = here.value
    if isinstance(value, BaseModel):
        yield from _in_model(value, here.path)
    elif here.name in of_field:
        yield replace(here, value=_plain(value))
        members = value.items() if isinstance(value, Mapping) else enumerate(value or ())
        for key, member in members:
            yield from _in_value(replace(here, name=f"{here.name}.*", path=(*here.path, key), value=member), of_field)


@functools.cache
def _name(model: type[BaseModel], name: str) -> str:
    owner = next(base for base in reversed(model.__mro__) if name in inspect.get_annotations(base))
    room, _, rest = owner.__module__.partition(".")
    within = f"{rest.split('.')[0]}." if room == "systems" else ""  # each system has a class SystemSettings
    return f"{within}{owner.__name__}.{model.model_fields[name].alias or name}"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
