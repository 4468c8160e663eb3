"""What is known of one resource type, with where it was read: a file a service, a table a type, a section a fact.

``aws/rds.toml`` holds what is known of the types of ``aws:rds/…``; ``aws/package.toml`` what holds for the package as a
whole. Whoever needs a fact reads it here, the program as well as its analyses; docs/extending.md says what the sections
mean. A type without a section is one of which nobody has said that: never a no, never nothing.
"""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Fact = Mapping[str, Any]
FOLDER = Path(__file__).resolve().parent
PACKAGE_FILE = "package.toml"
SECTIONS = (
    *("bears", "cost", "creation", "update", "deletion", "recovery"),
    *("replacement", "refused", "answers", "public_api"),
)
"""The facts that a type may have, in the order in which its table has them."""


def fact(token: str, section: str) -> Fact | None:
    """A section of a type; the package's where it holds for every type; None where nobody has said anything."""
    own: Fact | None = table(token).get(section)
    if own is None and section in (whole := package(token.split(":", 1)[0])).get("holds_for_all", ()):
        return whole[section]
    return own


def table(token: str) -> Fact:
    """All that is said of a type by itself; nothing for one without a table."""
    found: Fact = _read(*_place(token)).get(token, {})
    return found


def package(name: str) -> Fact:
    """What is known of a Pulumi package as a whole; nothing for one without a file."""
    return _read(name, PACKAGE_FILE)


def tokens() -> list[str]:
    """Every type that has a table, sorted. Reads all files."""
    files = (path for path in FOLDER.glob("*/*.toml") if path.name != PACKAGE_FILE)
    return sorted(token for path in files for token in _read(path.parent.name, path.name))


def file_of(token: str) -> str:
    """Where what is known of a type stands, or would, from the project's root."""
    return "/".join((FOLDER.name, *_place(token)))


def _place(token: str) -> tuple[str, str]:
    name, module = token.split(":")[:2]
    return name, f"{module.split('/')[0]}.toml"


@functools.cache
def _read(package_name: str, file: str) -> Fact:
    path = FOLDER / package_name / file
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
