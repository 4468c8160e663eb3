"""A lock as pip reads it: ``name==version`` and its hashes, an entry a package."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")


class Package(NamedTuple):
    """One entry; ``text`` is all its lines, hashes included."""

    name: str
    version: str
    text: str


def packages(lock: Path) -> dict[int, Package]:
    """The entries of a lock by the number of their first line, counted from 1 as pip does."""
    entries: dict[int, list[str]] = {}
    for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1):
        if _ENTRY.match(line):
            entries[number] = [line]
        elif line.startswith(" ") and not line.lstrip().startswith("#"):
            entries[max(entries)].append(line)
    return {number: _package("\n".join(lines)) for number, lines in entries.items()}


def _package(text: str) -> Package:
    found = _ENTRY.match(text)
    assert found
    return Package(found.group(1), found.group(2), text.rstrip("\\ \n"))
