"""Values that a setting's schema allows: bounds, choices, emptiness, the longest, everything left out or given."""

import copy
import functools
import json
from collections.abc import Iterator, Sequence
from typing import Any

import systems
from settings import Settings, SettingsError, stackfile
from settings.stack import PROJECT, parse
from tests.stacks import ROOT

Schema = dict[str, Any]
Path = tuple[str | int, ...]
Change = tuple[Path, Any]
"""Where in a stack's settings, and what stands there instead."""

LONGEST, LARGEST = 300, 1_000_000
"""What stands for no bound at all."""


class Candidates:
    """One stack's settings, with other values of each; those that are refused by themselves are kept apart."""

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.file = stackfile.read(ROOT, stack)
        self.given: dict[str, Any] = json.loads(self.file.config[f"{PROJECT}:settings"])
        read = parse(stack, self.file.config, systems.SETTINGS)
        self._model: type[Settings] = type(read.settings)
        self.whole: dict[str, Any] = read.settings.model_dump(mode="json", by_alias=True)

    @property
    def _schema(self) -> Schema:
        return schema_of(self._model)

    def all(self) -> list[Change]:
        """Every other value of every setting, legal or not."""
        seen: dict[str, Change] = {}
        for path, value in self._of(self._schema, self.whole, ()):
            seen.setdefault(json.dumps([path, value], default=str), (path, value))
        return list(seen.values())

    def settings(self, changes: Sequence[Change]) -> dict[str, Any]:
        """The stack's settings with some of them changed; what a change lies in is filled in where it is not given."""
        settings = json.loads(json.dumps(self.given))
        for path, value in sorted(changes, key=lambda change: len(change[0])):
            place: Any = settings
            whole: Any = self.whole
            for step in path[:-1]:
                whole = (whole[step] if _has(whole, step) else None) or {}
                if not _has(place, step) or place[step] is None:
                    place[step] = json.loads(json.dumps(whole))
                place = place[step]
            place[path[-1]] = copy.deepcopy(value)
        return settings

    def config(self, changes: Sequence[Change]) -> dict[str, str]:
        """The stack's whole configuration with some settings changed."""
        return {**self.file.config, f"{PROJECT}:settings": json.dumps(self.settings(changes))}

    def refusal(self, changes: Sequence[Change]) -> list[str]:
        """What is said of the stack file with some settings changed; nothing when it is taken."""
        try:
            parse(self.stack, self.config(changes), systems.SETTINGS)
        except SettingsError as error:
            return error.lines
        except (IndexError, KeyError, TypeError):
            return ["two changes exclude each other"]
        return []

    def _of(self, schema: Schema, value: Any, path: Path) -> Iterator[Change]:
        for option in self._options(schema):
            if path:
                yield from ((path, other) for other in self._others(option, value) if other != value)
            if option.get("type") == "object":
                yield from self._below(option, value, path)
            elif option.get("type") == "array" and isinstance(value, list) and value:
                yield from self._of(option.get("items", {}), value[0], (*path, 0))

    def _below(self, schema: Schema, value: Any, path: Path) -> Iterator[Change]:
        held = value if isinstance(value, dict) else {}
        for key, below in schema.get("properties", {}).items():
            if value is not None or len(path) < 3:
                yield from self._of(below, held.get(key), (*path, key))
        if (more := _more(schema)) and held:
            key = next(iter(held))
            yield from self._of(more, held[key], (*path, key))

    def _others(self, schema: Schema, value: Any) -> Iterator[Any]:
        kind = schema.get("type")
        if "enum" in schema or "const" in schema:
            yield from schema.get("enum", [schema.get("const")])
        elif kind == "boolean":
            yield from (True, False)
        elif kind == "null":
            yield None
        elif kind in ("integer", "number"):
            yield from _bounds(schema, kind)
        elif kind == "string":
            yield from self._texts(schema, value)
        elif kind == "array":
            item = self._least(schema.get("items", {}))
            yield from ([], [item])
        elif kind == "object" and isinstance(value, dict | None):
            yield from ({}, self._least(schema), self._most(schema))
            yield from _renamed(schema, value)

    def _texts(self, schema: Schema, value: Any) -> Iterator[str]:
        longest = schema.get("maxLength", LONGEST)
        yield from examples(self._schema, schema)
        yield from ("", "a", "a" * longest, "a-" * (longest // 2 - 1) + "aa", "A" * longest, "1", "é", "a b", "aws")
        if isinstance(value, str):
            yield (value + "a" * longest)[:longest]
            yield f"{value}a"
            yield value[:1]

    def _options(self, schema: Schema) -> list[Schema]:
        if reference := schema.get("$ref"):
            return self._options({**self._schema["$defs"][reference.rpartition("/")[2]]})
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            around = {key: schema[key] for key in ("examples",) if key in schema}
            return [found for choice in choices for found in self._options({**around, **choice})]
        return [schema]

    def _least(self, schema: Schema) -> Any:
        """The smallest value of a schema."""
        option = self._options(schema)[0]
        if option.get("type") == "object":
            return {key: self._least(option["properties"][key]) for key in option.get("required", ())}
        if option.get("type") == "array":
            return [self._least(option.get("items", {}))] * option.get("minItems", 0)
        if "default" in schema:
            return schema["default"]
        first = next(examples(self._schema, option), None) or next(examples(self._schema, schema), None)
        return first if first is not None else next(self._others(option, None), "a")

    def _most(self, schema: Schema) -> Any:
        """A mapping with everything that has a value of its own."""
        return {key: self._least(below) for key, below in schema.get("properties", {}).items()}


def examples(document: Schema, schema: Schema) -> Iterator[str]:
    """Examples and the default of one place of a schema."""
    for each in _meant(document, schema):
        yield from each.get("examples", ())
        if isinstance(each.get("default"), str):
            yield each["default"]


def _meant(document: Schema, schema: Schema) -> Iterator[Schema]:
    """A schema and those that it refers to."""
    yield schema
    if reference := schema.get("$ref"):
        yield from _meant(document, document["$defs"][reference.rpartition("/")[2]])
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _meant(document, choice)


def _has(place: Any, step: str | int) -> bool:
    return step in place if isinstance(place, dict) else isinstance(step, int) and step < len(place or ())


def _more(schema: Schema) -> Schema | None:
    values = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    return next((value for value in values if isinstance(value, dict)), None)


def _bounds(schema: Schema, kind: str) -> Iterator[float]:
    step = schema.get("multipleOf", 1 if kind == "integer" else 0.001)
    lowest = schema.get("minimum", schema["exclusiveMinimum"] + step if "exclusiveMinimum" in schema else None)
    highest = schema.get("maximum", schema["exclusiveMaximum"] - step if "exclusiveMaximum" in schema else None)
    yield from (lowest if lowest is not None else -LARGEST, highest if highest is not None else LARGEST)
    if lowest is not None:
        yield lowest + step


def _renamed(schema: Schema, value: Any) -> Iterator[Any]:
    """A mapping whose one key is the longest, or odd."""
    if _more(schema) and value:
        first = next(iter(value.values()))
        longest = schema.get("propertyNames", {}).get("maxLength", LONGEST)
        for key in ("a" * longest, "a", "1", "A.b_c-d"):
            yield {key: first}


@functools.cache
def schema_of(model: type[Settings]) -> Schema:
    """The schema of a system's settings, which its stacks share. Tests only read it."""
    return model.model_json_schema(by_alias=True)


@functools.cache
def candidates(stack: str) -> Candidates:
    """The candidates of one of the project's stacks."""
    return Candidates(stack)
