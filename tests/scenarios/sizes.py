"""Every size of the systems, raised and lowered alone: ``make soak``. ``test_sizes.py`` runs many of them at once."""

import copy
import functools
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

import systems
from settings import SettingsError, stackfile
from settings.stack import PROJECT, parse
from tests.stacks import ROOT

STACKS = ("collaboration-prod", "confluence-prod", "confluence-lambda", "consulting-prod", "mdreader-prod", "prod")
"""One of each system, and of each kind of it."""
_NO_SIZES = re.compile(r"(.*\.)?(port|userId|groupId|hour|priority)")
"""Numbers that are no size."""
_CLASS = re.compile(r"((db|cache|kafka)\.)?[a-z]\w+\.(micro|small|medium|large|xlarge|2xlarge|4xlarge)(\.search)?")
_CLASSES = ("micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge")
Settings = dict[str, Any]
Value = int | float | str


@dataclass(frozen=True)
class Size:
    """A number or a class of instances, as a stack has it, by its path."""

    path: str
    value: Value


def sizes(stack: str) -> Iterator[Size]:
    """All sizes of a stack, those that its file leaves out among them."""
    return itertools.starmap(Size, _every(stack).items())


@functools.cache
def _every(stack: str) -> dict[str, Value]:
    return dict(_sizes(_model(stack), ""))


def other(stack: str, path: str, way: str, beside: Mapping[str, Any] | None = None) -> Value | None:
    """The next value ``up`` or ``down`` that the settings take beside other changes; None where they take none."""
    value = _every(stack)[path]
    tried = _others(value)[("up", "down").index(way)]
    return next((new for new in tried if accepted(stack, {**(beside or {}), path: new})), None)


def of_all(stack: str, way: str, *, without: Sequence[str] = ()) -> Settings:
    """All sizes that the settings take together, raised or lowered, by path."""
    found: Settings = {}
    for size in sizes(stack):
        if size.path not in without and (value := other(stack, size.path, way, found)) is not None:
            found[size.path] = value
    return found


def with_sizes(stack: str, changed: Mapping[str, Any]) -> Settings:
    """The settings that a stack's file would have with other sizes, by path."""
    given: Settings = json.loads(_file(stack).config[f"{PROJECT}:settings"])
    model = _model(stack)
    for path, value in changed.items():
        _put(given, model, path.split("."), value)
    return given


def accepted(stack: str, changed: Mapping[str, Any]) -> bool:
    """Whether the settings take these sizes."""
    config = {**_file(stack).config, f"{PROJECT}:settings": json.dumps(with_sizes(stack, changed))}
    try:
        parse(stack, config, systems.SETTINGS)
    except SettingsError:
        return False
    return True


@functools.cache
def _file(stack: str) -> stackfile.StackFile:
    return stackfile.read(ROOT, stack)


@functools.cache
def _model(stack: str) -> BaseModel:
    return parse(stack, _file(stack).config, systems.SETTINGS).settings


def _sizes(value: Any, path: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, bool) or _NO_SIZES.fullmatch(path):
        return
    if isinstance(value, int | float) or (isinstance(value, str) and _CLASS.fullmatch(value)):
        yield path, value
    for key, member in _members(value):
        yield from _sizes(member, f"{path}.{key}" if path else key)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        yield from ((field.alias or name, getattr(value, name)) for name, field in type(value).model_fields.items())
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from ((str(place), member) for place, member in enumerate(value))


def _others(value: Value) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Higher and lower values to try, the ones that are farther away first."""
    if not isinstance(value, str):
        more, less = (value * 2, value + 3, value + 1), (value // 2, value / 2, value - 3, value - 1)
        return tuple(one for one in more if one > value), tuple(one for one in less if one < value)
    own = next(name for name in _CLASSES if value.removesuffix(".search").endswith(f".{name}"))
    others = [value.replace(f".{own}", f".{name}") for name in _CLASSES]
    place = _CLASSES.index(own)
    return tuple(others[place + 1 :]), tuple(reversed(others[:place]))


def _put(given: Any, model: Any, path: list[str], value: Any) -> None:
    """Puts a value into what is given; what is left out on the way there becomes what it is by itself."""
    step, *rest = path
    place = int(step) if isinstance(given, list) else step
    if not rest:
        given[place] = value
        return
    inner = next(member for name, member in _members(model) if name == step)
    if isinstance(given, dict) and given.get(place) is None:
        given[place] = _plain(inner)
    _put(given[place], inner, rest, value)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else copy.copy(value)
