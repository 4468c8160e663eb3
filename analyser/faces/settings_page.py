"""docs/settings/: every setting of a system's stack files, with its default, bounds and meaning."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.faces.setting_kinds import kind, referred
from settings.meaning import summary

FOLDER = "docs/settings"
_HEAD = """\
# Settings of {system}

Written by `make update` from the settings classes: do not edit it. They stand in `Pulumi.<stack>.yaml` below
`strata:settings`; what all systems take beside them is in [stack-file.md](stack-file.md). `strata preview` refuses what
is not so, with file and line. [The system](../systems/{system}.md) says what they build.
"""
_EVERY = """\
# The stack file

Written by `make update` from the settings classes: do not edit it. What `Pulumi.<stack>.yaml` takes
below `config`, whatever system it builds. Other keys, such as `aws:…`, are those of Pulumi's providers.
"""
_SHOWN_PLACES = 6


@dataclass(frozen=True)
class Row:
    """A setting: its key, what it takes, its default, and what it means; no meaning where nobody has written one."""

    key: str
    takes: str
    default: str
    meaning: str


def pages(schema: Mapping[str, Any], systems: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each page's file and text in Markdown, from the schema of stack files: of every stack, then of each system."""
    definitions = schema["$defs"]
    yield f"{FOLDER}/stack-file.md", _EVERY + "".join(_sections(definitions, schema["properties"]["config"], "Keys"))
    for system in systems:
        text = _HEAD.format(system=system) + "".join(_sections(definitions, definitions[system], "Settings"))
        yield f"{FOLDER}/{system}.md", text


def unexplained(schema: Mapping[str, Any], systems: Iterable[str]) -> list[str]:
    """``Class.key`` of each setting that has no meaning."""
    definitions = schema["$defs"]
    tops = [("config", schema["properties"]["config"]), *((name, definitions[name]) for name in systems)]
    names = (
        f"{definition.get('title', top)}.{row.key}"
        for top, whole in tops
        for definition in [whole, *(definitions[name] for name in _places(definitions, whole))]
        for row in rows(definition, definitions)
        if not row.meaning
    )
    return sorted(set(names))


def rows(definition: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Row]:
    """The settings of a class, in its order."""
    for key, schema in definition.get("properties", {}).items():
        yield Row(
            key,
            kind(schema, definitions),
            _default(key, schema, definition, definitions),
            _meaning(schema, definitions),
        )


def _sections(definitions: Mapping[str, Any], top: Mapping[str, Any], title: str) -> Iterator[str]:
    yield f"\n## {title}\n\n" + _table(top, definitions)
    for name, places in sorted(_places(definitions, top).items(), key=lambda item: definitions[item[0]]["title"]):
        definition = definitions[name]
        shown = ", ".join(f"`{place}`" for place in places[:_SHOWN_PLACES])
        more = f" and {len(places) - _SHOWN_PLACES} more" if len(places) > _SHOWN_PLACES else ""
        text = _plain(definition.get("description", ""))
        yield f"\n### {definition['title']}\n\nAt {shown}{more}. {text}\n\n" + _table(definition, definitions)


def _places(definitions: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, list[str]]:
    """Definitions that a class is made of, by name, with the keys at which each stands."""
    found: dict[str, list[str]] = {}

    def walk(definition: Mapping[str, Any], path: str) -> None:
        for key, schema in definition.get("properties", {}).items():
            for name, below in referred(schema):
                place = f"{path}{key}{below}"
                if "properties" in definitions[name]:
                    found.setdefault(name, []).append(place)
                    walk(definitions[name], f"{place}.")

    walk(top, "")
    return found


def _table(definition: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    lines = ["| Key | Takes | Default | Meaning |\n", "| --- | --- | --- | --- |\n"]
    lines += (
        f"| `{row.key}` | {row.takes} | {row.default} | {row.meaning or '**?**'} |\n"
        for row in rows(definition, definitions)
    )
    return "".join(lines)


def _meaning(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What the field says of itself, or what it holds."""
    if said := schema.get("description"):
        return _plain(said)
    held = [definitions[name].get("description", "") for name, _ in referred(schema)]
    return _plain(summary(held[0])) if held else ""


def _default(key: str, schema: Mapping[str, Any], definition: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "default" not in schema:
        return "required" if key in definition.get("required", ()) else "none"
    value = schema["default"]
    if isinstance(value, dict):
        value = _different(value, schema, definitions)
        return ", ".join(f"{name} `{json.dumps(each)}`" for name, each in value.items()) or "as below"
    return "none" if value is None or value == [] else f"`{json.dumps(value)}`".replace("|", "\\|")


def _different(value: Mapping[str, Any], schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """What a default says otherwise than the defaults of its class."""
    (name, _), *_rest = [*referred(schema), ("", "")]
    fields = definitions.get(name, {}).get("properties", {})
    return {key: each for key, each in value.items() if key not in fields or fields[key].get("default", ...) != each}


def _plain(text: str) -> str:
    """A docstring as a cell of Markdown."""
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())
