"""Which changes of a resource's inputs force its replacement: a table by type, read from ``forcing.json``.

A path names a property, dots go into blocks and through lists of them. ``[]`` at its end stands for a block as such:
only its coming, its going and the number of them force anything, not what it says.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE_FILE = Path(__file__).with_name("forcing.json")
DIRECTIONS = frozenset({"up", "down", "add", "remove", "grow", "shrink"})
"""Of a change: to a higher or lower value, from or to none, to more or fewer elements."""


@dataclass(frozen=True)
class Forcing:
    """What forces a replacement of one type."""

    always: tuple[str, ...]
    when: Mapping[str, Sequence[str]]
    """Path -> the directions of change that replace."""
    may: tuple[str, ...]
    """Paths of which it depends on more than they say, or nobody knows."""


def forcing(token: str) -> Forcing | None:
    """What is known of a type; None for a type that nobody asked about."""
    entry = _types().get(token)
    if entry is None:
        return None
    return Forcing(tuple(entry["replaces"]), entry.get("when", {}), tuple(entry.get("may", ())))


@functools.cache
def _types() -> Mapping[str, Mapping[str, Any]]:
    parts = json.loads(TABLE_FILE.read_text(encoding="utf-8"))
    return {
        token: {**entry, "replaces": [*part.get("every", ()), *entry["replaces"]]}
        for part in parts.values()
        for token, entry in part["types"].items()
    }
