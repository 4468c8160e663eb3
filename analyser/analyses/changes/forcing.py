"""Which changes of a resource's inputs force its replacement: the section ``replacement`` of ``resource_types``.

Of AWS types without such a section, what the provider answered when it was asked about every type it has
(``provider.json.gz``, which ``generate`` writes; the source is that of ``resource_types/aws/package.toml``).

A path names a property, dots go into blocks and through lists of them. ``[]`` at its end stands for a block as such:
only its coming, its going and the number of them force anything, not what it says.
"""

import functools
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resource_types import fact, package

DIRECTIONS = frozenset({"up", "down", "add", "remove", "grow", "shrink"})
"""Of a change: to a higher or lower value, from or to none, to more or fewer elements."""

PROVIDER = Path(__file__).with_name("provider.json.gz")


@dataclass(frozen=True)
class Forcing:
    """What forces a replacement of one type."""

    always: tuple[str, ...]
    when: Mapping[str, Sequence[str]]
    """Path -> the directions of change that replace."""
    may: tuple[str, ...]
    """Paths of which it depends on more than they say, or nobody knows."""
    may_when: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Path -> the directions of change of which that holds; in the others it never replaced."""


def forcing(token: str) -> Forcing | None:
    """The inputs of a type whose change forces replacement; None for a type that is not covered."""
    answered = _provider().get(token) if token.startswith("aws:") else None
    entry = fact(token, "replacement") or answered
    if entry is None:
        return None
    if "source" in entry:  # said as a whole there
        answered, whole = None, {}
    else:
        whole = package(token.split(":", 1)[0]).get("replacement", {})
    always = (*whole.get("every", ()), *entry["replaces"])
    may = {*entry.get("may", ()), *(answered or {}).get("may", ())} - {*always, *entry.get("in_place", ())}
    return Forcing(always, entry.get("when", {}), tuple(sorted(may)), entry.get("may_when", {}))


@functools.cache
def _provider() -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Any] = json.loads(gzip.decompress(PROVIDER.read_bytes()))
    return found
