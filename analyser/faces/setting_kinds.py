"""What a setting takes, in words, from its JSON Schema."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_OF = "#/$defs/"
_SHOWN_VALUES = 12
"""How many of the values that a setting may have a cell holds; editors complete the others."""
_BOUNDS = (("minimum", "from"), ("exclusiveMinimum", "over"), ("maximum", "to"), ("exclusiveMaximum", "under"))
_COUNTS = (
    ("minItems", "at least"),
    ("maxItems", "at most"),
    ("minProperties", "at least"),
    ("maxProperties", "at most"),
)
_SIMPLE = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true` or `false`",
    "null": "nothing",
}


def kind(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What is taken, with its bounds: "whole number, from 20, to 65536", "list of text", a link to a class."""
    if "$ref" in schema:
        return _named(schema["$ref"].removeprefix(_OF), definitions)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(each, definitions) for each in choices if each.get("type") != "null"))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return _one_of([value for value in schema["enum"] if value is not None])
    match schema.get("type"):
        case "array":
            return f"list of {_items(schema, definitions)}{_within(schema, _COUNTS)}"
        case "object":
            return f"map of names to {_values(schema, definitions)}{_within(schema, _COUNTS)}"
        case str(simple):
            return f"{_SIMPLE[simple]}{_form(schema)}{_within(schema, _BOUNDS)}"
        case _:
            return "anything"


def referred(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each definition that a value is made of, and where in the value: ``""``, ``[]`` of a list, ``.*`` of a map."""
    if "$ref" in schema:
        yield schema["$ref"].removeprefix(_OF), ""
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from referred(each)
    for below, parts in (("[]", _parts(schema)), (".*", _mapped(schema))):
        yield from ((name, f"{below}{deeper}") for part in parts for name, deeper in referred(part))


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    items = schema.get("items")
    yield from [items] if isinstance(items, dict) else ()
    yield from schema.get("prefixItems", ())


def _mapped(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    more = schema.get("additionalProperties")
    yield from [more] if isinstance(more, dict) else ()
    yield from schema.get("patternProperties", {}).values()


def _named(name: str, definitions: Mapping[str, Any]) -> str:
    definition = definitions[name]
    title = definition.get("title", name)
    return f"[{title}](#{title.lower()})" if "properties" in definition else kind(definition, definitions)


def _one_of(values: Sequence[object]) -> str:
    shown = ", ".join(f"`{value}`" for value in values[:_SHOWN_VALUES])
    return f"{shown} and {len(values) - _SHOWN_VALUES} more" if len(values) > _SHOWN_VALUES else shown


def _items(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    return ", ".join(dict.fromkeys(kind(part, definitions) for part in _parts(schema))) or "anything"


def _values(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    return ", ".join(dict.fromkeys(kind(part, definitions) for part in _mapped(schema))) or "anything"


def _form(schema: Mapping[str, Any]) -> str:
    """The words of a form of text (``settings.form``), or an example of it."""
    if said := schema.get("patternErrorMessage"):
        return f": {said.removeprefix('is not ')}".replace("|", "\\|")
    example = str(next(iter(schema.get("examples", ())), ""))
    return f" such as `{example}`" if example and "\n" not in example and "|" not in example else ""


def _within(schema: Mapping[str, Any], bounds: tuple[tuple[str, str], ...]) -> str:
    return "".join(f", {word} {schema[key]}" for key, word in bounds if key in schema)
