"""YAML as Pulumi's CLI reads it: one document of plain data, each key once, within bounds.

PyYAML's own loader keeps the last of two equal keys, builds what tags ask for and takes scalars by YAML 1.1. Here its
parser finds the structure and nothing else; what a plain scalar is follows go-yaml 3, which Pulumi uses
(https://github.com/go-yaml/yaml/blob/v3.0.1/resolve.go).
"""

import math
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MOST_DEPTH = 32
MOST_VALUES = 10_000
"""With every alias counted as often as it is used, so that a short file cannot stand for a long one."""


@dataclass
class YamlError(Exception):
    """Text that is no such YAML: below which keys, and what is wrong in which line."""

    path: str
    what: str


def load(text: str) -> Any:
    """The document in ``text``: mappings with text as keys, lists, text, numbers, truth values and None.

    Raises YamlError for the first thing that is not so.
    """
    try:
        return _Reader(text).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else _line_of(text, error)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).splitlines()[0]
        raise YamlError("", f"is not valid YAML: {where}{what}") from None


def _line_of(text: str, error: yaml.YAMLError) -> str:
    """Where a character stands that no YAML may hold, of which the parser tells the number of bytes before it."""
    before = getattr(error, "position", None)
    if before is None:
        return ""
    line = text.encode(errors="replace")[:before].count(b"\n") + 1
    return f"line {line}: "


class _Reader:
    """Builds values from the parser's events, one after another."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def document(self) -> Any:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), "", 0)
        next(self._events)  # the document ends
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise _problem(following, "", "a second document begins; a stack file is one")
        return value

    def _value(self, event: Any, path: str, depth: int) -> Any:
        before = self._count
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._counted(1, event, path)
        if event.tag is not None:
            raise _problem(event, path, f"the tag {event.tag} is not taken; values are plain")
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event, path)
        elif depth == MOST_DEPTH:
            raise _problem(event, path, f"is nested more than {MOST_DEPTH} deep")
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path, depth + 1)
        else:
            value = self._mapping(path, depth + 1)
        if event.anchor:
            self._anchors[event.anchor] = value, self._count - before
        return value

    def _alias(self, event: Any, path: str) -> Any:
        if event.anchor not in self._anchors:
            raise _problem(event, path, f"*{event.anchor} is no anchor that has ended before")
        value, count = self._anchors[event.anchor]
        self._counted(count, event, path)
        return value

    def _counted(self, values: int, event: Any, path: str) -> None:
        self._count += values
        if self._count > MOST_VALUES:
            raise _problem(event, path, f"more than {MOST_VALUES:,} values")

    def _sequence(self, path: str, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, f"{path}[{len(values)}]", depth))
        return values

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        lines: dict[Hashable, int] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            merge = isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == "<<"
            key = "<<" if merge else self._key(event, path, depth)
            if key in lines:
                raise _problem(event, _below(path, key), f"is given twice, first in line {lines[key]}")
            lines[key] = event.start_mark.line + 1
            value = self._value(next(self._events), _below(path, key), depth)
            if merge:
                merged = _merged(event, value, path)
            else:
                own[key] = value
        return {**merged, **own}

    def _key(self, event: Any, path: str, depth: int) -> str:
        key = self._value(event, path, depth)
        if isinstance(key, int) and not isinstance(key, bool):
            return str(key)
        if not isinstance(key, str):
            raise _problem(event, path, "a key is text; put it in quotes")
        return key


def _below(path: str, key: str) -> str:
    shown = key if len(key) <= 80 else f"{key[:77]}..."
    return f"{path}.{shown}" if path else shown


def _merged(event: Any, value: Any, path: str) -> dict[str, Any]:
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, dict) for part in parts):
        raise _problem(event, path, "<< takes in mappings and nothing else")
    return {key: each for part in reversed(parts) for key, each in part.items()}


_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = ("", "~", "null", "Null", "NULL")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|\s+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?\s*(?:Z|[-+]\d{2}:\d{2})?)?")
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _scalar(event: Any, path: str) -> Any:
    text: str = event.value
    if control := _CONTROL.search(text):
        raise _problem(event, path, f"holds the control character U+{ord(control.group()):04X}")
    if not event.implicit[0]:
        return text
    if text in _TRUTH:
        return _TRUTH[text]
    if text in _NOTHING:
        return None
    if _NO_NUMBER.fullmatch(text):
        raise _problem(event, path, f"{text} is no number that a setting can have")
    if _DATE.fullmatch(text):
        raise _problem(event, path, f"{text} is a date to Pulumi, which writes it another way; put it in quotes")
    return _number(text)


def _number(text: str) -> int | float | str:
    """The number that a plain scalar is, or its text."""
    plain = text.replace("_", "") if text[:1] in "-+.0123456789" else ""
    if found := _WHOLE.fullmatch(plain):
        digits, base = next((digits, base) for digits, base in zip(found.groups()[1:], _BASES, strict=True) if digits)
        if len(digits) <= 64 and -(2**63) <= (value := int(f"{found[1]}{digits}", base)) < 2**64:
            return value
    if _FLOAT.fullmatch(plain) and math.isfinite(value := float(plain)):
        return value
    return text


def _problem(event: Any, path: str, what: str) -> YamlError:
    mark = event.start_mark
    return YamlError(path, f"line {mark.line + 1}, column {mark.column + 1}: {what}")
