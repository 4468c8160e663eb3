"""One line a problem: file, key path, what is wrong, what is allowed."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


@dataclass(frozen=True)
class Problem:
    """What is wrong with one key of a stack file."""

    path: str
    what: str


class SettingsError(Exception):
    """A stack's configuration cannot be used; carries every problem found."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        """The problems as printed, one line each."""
        return [f"{self.file}: {p.path}: {p.what}" if p.path else f"{self.file}: {p.what}" for p in self.problems]


def unknown_key(key: str, allowed: Iterable[str]) -> str:
    """Says that a key is unknown, what it may have meant and what is allowed."""
    names = sorted(allowed)
    close = difflib.get_close_matches(key, names, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"unknown key; {hint}allowed: {', '.join(names) or 'nothing'}"


def problems_of(error: ValidationError, model: type[BaseModel], root: str) -> list[Problem]:
    """Pydantic's findings in the project's words; paths start at ``root``."""
    found = []
    for item in error.errors(include_url=False):
        path = _path(root, item["loc"])
        if item["type"] == "extra_forbidden":
            found.append(Problem(path, unknown_key(str(item["loc"][-1]), _keys_at(model, item["loc"][:-1]))))
        else:
            found.append(Problem(path, _phrase(item)))
    return found


def found_late(stack: str, error: ValueError) -> SettingsError:
    """What settings that passed on their own turned out to mean together, while the stack was built."""
    if isinstance(error, ValidationError):
        items = error.errors(include_url=False)
        problems = [Problem(_path(error.title, item["loc"]), _phrase(item)) for item in items]
    else:
        problems = [Problem("", " ".join(str(error).split()))]
    return SettingsError(f"Pulumi.{stack}.yaml", problems)


def _path(root: str, location: tuple[int | str, ...]) -> str:
    path = root
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            path += f".{step}"
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
        return str(context["error"])
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"{value} {words} {context[bound]}"
    if kind in ("literal_error", "enum"):
        allowed = context["expected"].replace("'", "").replace(" or ", ", ")
        return f"{value!r} is not allowed; one of: {allowed}"
    if kind in ("too_short", "too_long"):
        counted = "characters" if isinstance(value, str) else "entries"
        return f"has {context['actual_length']} {counted}; {_entries(context)}"
    stem = kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float")
    if stem in _TYPES:
        return f"{value!r} is not {_TYPES[stem]}"
    return f"{value!r}: {item['msg'][0].lower()}{item['msg'][1:]}"


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
