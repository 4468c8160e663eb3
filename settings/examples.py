"""What a value of a setting looks like, for whoever wrote another."""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]


def example_at(model: type[BaseModel], location: Sequence[int | str]) -> str | None:
    """An example of the text that ``model`` takes at a location of pydantic's; None where it names none.

    Of a mapping's keys there is none: a JSON Schema has no place for it.
    """
    if location and location[-1] == "[key]":
        return None
    schema = _schema(model)
    found = [schema]
    for step in location:
        found = [below for each in found for below in _below(schema, each, step)]
    return next((example for each in found for example in examples(schema, each)), None)


@functools.cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema(by_alias=True)


def examples(document: Schema, schema: Schema) -> Iterator[str]:
    """Examples and the default of one place of a schema."""
    for each in _meant(document, schema):
        yield from each.get("examples", ())
        if isinstance(each.get("default"), str):
            yield each["default"]


def _below(document: Schema, schema: Schema, step: int | str) -> Iterator[Schema]:
    for each in _meant(document, schema):
        if isinstance(step, int):
            yield each.get("items", {})
        elif step in each.get("properties", {}):
            yield each["properties"][step]
        else:
            values = [each.get("additionalProperties"), *each.get("patternProperties", {}).values()]
            yield from [value for value in values if isinstance(value, dict)] or [each]  # a step of pydantic's own


def _meant(document: Schema, schema: Schema) -> Iterator[Schema]:
    """A schema and those that it refers to."""
    yield schema
    if reference := schema.get("$ref"):
        yield from _meant(document, document["$defs"][reference.rpartition("/")[2]])
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _meant(document, choice)
