"""How the files of this room are written: one form, so that what a script adds reads like what people add."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from resource_types import FOLDER, PACKAGE_FILE, SECTIONS, Fact, file_of

_WIDTH = 120
_HEAD = "# What is known of {what}; docs/extending.md says what each section means.\n"


def put(section: str, facts: Mapping[str, Fact], folder: Path = FOLDER) -> None:
    """Writes a section of several types into their files; one that has a source of its own there stays as it is."""
    by_file: dict[str, dict[str, Fact]] = {}
    for token, said in facts.items():
        by_file.setdefault(file_of(token), {})[token] = said
    for name, found in by_file.items():
        path = folder.parent / name
        document = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for token, said in found.items():
            known = document.setdefault(token, {})
            if "source" not in known.get(section, {}):
                known[section] = said
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(path, document), encoding="utf-8")


def text(path: Path, document: Fact) -> str:
    """A file of this room as TOML: types and their sections in order, a line each or a table where that is too long."""
    if path.name == PACKAGE_FILE:
        return _HEAD.format(what=f"the package {path.parent.name} as a whole") + "".join(_table((), document))
    ordered = {
        token: {section: document[token][section] for section in SECTIONS if section in document[token]}
        for token in sorted(document)
    }
    head = _HEAD.format(what=f"the types of {path.parent.name}:{path.stem}")
    return head + "".join(_table((), ordered))


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if not _is_section(path, key, value)}
    if plain:
        yield f"\n[{'.'.join(map(_key, path))}]\n" if path else "\n"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value, len(_key(key)) + 3)}\n"
    for key, value in table.items():
        if key not in plain:
            yield from _table((*path, key), value)


def _is_section(path: tuple[str, ...], key: str, value: Any) -> bool:
    """Whether this has lines of its own: a type, and whatever of it does not fit into one line."""
    return isinstance(value, Mapping) and (not path or len(_key(key)) + len(" = ") + len(_inline(value)) > _WIDTH)


def _value(value: Any, indent: int) -> str:
    line = _inline(value)
    if not isinstance(value, list) or (len(line) + indent <= _WIDTH and not any(isinstance(v, Mapping) for v in value)):
        return line
    if any(isinstance(item, Mapping) for item in value):
        return "[\n" + "".join(f"  {_inline(item)},\n" for item in value) + "]"
    return "[\n" + "".join(f"  {row}\n" for row in _rows(value)) + "]"


def _rows(items: list[Any]) -> Iterator[str]:
    """Plain values, as many in a line as fit."""
    row = ""
    for item in items:
        added = f"{row} {_inline(item)}," if row else f"{_inline(item)},"
        if len(added) + 2 > _WIDTH:
            yield row
            added = f"{_inline(item)},"
        row = added
    yield row


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)
