"""Errors in settings: one line for each, with file, key path, what is wrong and what is allowed."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

MOST_TOLD = 500
"""Problems of one block of a stack file; nobody mends more at once, and each takes a while to word."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one key of a stack file."""

    path: str
    what: str


class MisfitError(ValueError):
    """Settings that are right one by one and wrong together.

    The path of each problem begins below the class, or the key, whose validator found it.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path}: {each.what}" for each in problems))


def refuse(*found: Mapping[Problem, bool] | Iterable[Problem | None]) -> None:
    """Raises MisfitError for the problems: of mappings those that are true, of others those that are not None."""
    problems: list[Problem] = []
    for some in found:
        there = (each for each, wrong in some.items() if wrong) if isinstance(some, Mapping) else some
        problems += [each for each in there if each is not None]
    if problems:
        raise MisfitError(*problems)


class SettingsError(Exception):
    """A stack's configuration cannot be used; carries every problem found."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        """The problems as printed, one line each."""
        return [": ".join(part for part in (self.file, _cut(p.path, 200), p.what) if part) for p in self.problems]


def unknown_key(key: str, allowed: Iterable[str]) -> str:
    """Says that a key is unknown, what it may have meant and what is allowed."""
    names = sorted(allowed)
    close = difflib.get_close_matches(key, names, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"unknown key; {hint}allowed: {', '.join(names) or 'nothing'}"


def problems_of(error: ValidationError, model: type[BaseModel], root: str) -> list[Problem]:
    """Pydantic's findings in the project's words; paths start at ``root``."""
    told = _told(error)
    found = [problem for item in told[:MOST_TOLD] for problem in _problems_of(item, model, root)]
    return found if len(told) <= MOST_TOLD else [*found, Problem(root, f"and {len(told) - MOST_TOLD} more problems")]


def _problems_of(item: Any, model: type[BaseModel], root: str) -> Iterator[Problem]:
    path = _path(root, item["loc"])
    if item["type"] == "extra_forbidden":
        yield Problem(path, unknown_key(str(item["loc"][-1]), _keys_at(model, item["loc"][:-1])))
    else:
        yield from _as_said(item, path)


def _as_said(item: Any, path: str) -> Iterator[Problem]:
    error = item.get("ctx", {}).get("error")
    if isinstance(error, MisfitError):
        yield from (
            Problem(".".join(part for part in (path, each.path) if part), _one_line(each.what))
            for each in error.problems
        )
    else:
        yield Problem(path, _phrase(item))


def _told(error: ValidationError) -> list[Any]:
    """Pydantic's findings, but for the number of a list's entries when it has left some out that it refuses anyway."""
    items = error.errors(include_url=False)
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if item["type"] != "too_short"
        or not any(place != item["loc"] and place[: len(item["loc"])] == item["loc"] for place in places)
    ]


def found_late(stack: str, error: ValueError) -> SettingsError:
    """What settings that passed on their own turned out to mean together, while the stack was built."""
    if isinstance(error, ValidationError):
        problems = [problem for item in _told(error) for problem in _as_said(item, _path(error.title, item["loc"]))]
    else:
        problems = [Problem("", _one_line(str(error)))]
    return SettingsError(f"Pulumi.{stack}.yaml", problems)


def _path(root: str, location: tuple[int | str, ...]) -> str:
    path = root
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            path += f".{step}" if path else step
    return path


_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text (put it in quotes)",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "model": "a mapping",
}
_BOUNDS = {
    "greater_than_equal": ("is below", "ge"),
    "greater_than": ("is not above", "gt"),
    "less_than_equal": ("is above", "le"),
    "less_than": ("is not below", "lt"),
    "multiple_of": ("is not a multiple of", "multiple_of"),
}


def _phrase(item: Any) -> str:
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "missing":
        return "is required and has no default"
    if kind == "value_error":
        return _one_line(str(context["error"]).replace(repr(value), shown(value)))
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"{value} {words} {context[bound]}"
    if kind in ("literal_error", "enum"):
        return _not_among(value, context["expected"].replace("'", "").replace(" or ", ", "))
    if kind.removeprefix("string_") in ("too_short", "too_long"):
        counted = "characters" if isinstance(value, str) else "entries"
        return f"has {len(value)} {counted}; {_entries(context)}"
    stem = kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float")
    if stem in _TYPES:
        return _of_another_type(value, stem)
    return f"{shown(value)}: {item['msg'][0].lower()}{item['msg'][1:]}"


def _not_among(value: Any, allowed: str) -> str:
    """Of a number that would be right in quotes, such as a version, that it lacks them."""
    if isinstance(value, int | float) and str(value) in allowed.split(", "):
        return _of_another_type(value, "string")
    return f"{shown(value)} is not allowed; one of: {allowed}"


def _of_another_type(value: Any, expected: str) -> str:
    if expected == "string" and (value is None or isinstance(value, dict | list)):
        return f"{shown(value)} is not text"  # and quotes make none of it
    return f"{shown(value)} is not {_TYPES[expected]}"


def shown(value: Any) -> str:
    """A value as a stack file has it, and no more of it than a line takes."""
    text = _text(value) if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:76]}...{text[-1]}"


def _text(value: str) -> str:
    """In quotes and on one line."""
    return f"'{json.dumps(value, ensure_ascii=False)[1:-1]}'".replace('\\"', '"')


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _entries(context: dict[str, Any]) -> str:
    return f"at least {context['min_length']}" if "min_length" in context else f"at most {context['max_length']}"


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the settings class at a location of ``model`` knows."""
    current: type[BaseModel] | None = model
    for step in location:
        if current is None or isinstance(step, int):
            continue
        field = next((f for f in current.model_fields.values() if f.alias == step), None)
        current = _model_in(field.annotation) if field else current
    return [f.alias or name for name, f in current.model_fields.items()] if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_model_in, get_args(annotation)) if m), None)
