"""How long AWS takes to make a resource, and to take it away: ``creation`` and ``deletion`` of ``resource_types``.

Every figure there has its source. ``typical`` and ``worst`` are seconds until the provider says that the resource is
made; ``timeout`` is for how long the provider waits unless told otherwise, where it has such a limit. A package's own
figure is for the types that are ``quick``, and for those of which nobody has said how long they take.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from policy.unknown import UNKNOWN
from resource_types import fact, package

_SLOW = 60
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


@dataclass(frozen=True)
class Duration:
    """Seconds that the creation of a resource takes."""

    typical: float
    worst: float
    source: str = ""
    timeout: float | None = None


NOTHING = Duration(0, 0)


def duration(node: Node) -> Duration:
    """How long a resource takes to be made; nothing for what only groups or configures."""
    if not node.is_resource:
        return NOTHING
    return _duration(node, "creation")


def deletion(node: Node) -> Duration:
    """How long a resource takes to go; nothing for what only groups or configures."""
    return _duration(node, "deletion") if node.is_resource else NOTHING


def _duration(node: Node, section: str) -> Duration:
    entry = fact(node.type, section)
    if entry is None or entry.get("quick"):
        return _call(node)
    variant = next((found for found in entry.get("variants", ()) if _applies(found["with"], node.inputs)), {})
    merged = {**entry, **variant}
    return Duration(merged["typical"], merged["worst"], merged["source"], merged.get("timeout"))


def _call(node: Node) -> Duration:
    """How long a call takes that nothing is waited for after."""
    said = package(node.package).get("creation") or package("aws")["creation"]
    return Duration(said["typical"], said["worst"], said["source"])


def updating(node: Node, paths: Collection[str]) -> tuple[Duration, list[str]]:
    """How long it takes to change inputs of a resource in place, and those of which nobody has said it.

    What is made by a call that takes no time to speak of is changed by one as well, and what is waited for in the same
    way as for its creation takes as long (``as_created``). The slowest of several changes counts.
    """
    if not paths:
        return _call(node), []
    said = fact(node.type, "update")
    if said.get("as_created") if said else _is_quick(node.type):
        return duration(node), []
    changes = said["changes"] if said else ()
    named = {path: [entry for entry in changes if _covers(entry, path)] for path in paths}
    found = [_of_entry(entry, node) for entries in named.values() for entry in entries]
    slowest = max(found, key=lambda known: known.typical, default=NOTHING)
    return slowest, [path for path, entries in named.items() if not entries]


def _is_quick(token: str) -> bool:
    made = fact(token, "creation")
    return made is not None and (bool(made.get("quick")) or made["typical"] < _SLOW)


def _covers(entry: Mapping[str, Any], path: str) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in entry["inputs"])


def _of_entry(entry: Mapping[str, Any], node: Node) -> Duration:
    """A figure, and one more for each of what an input counts, such as the nodes of a group."""
    each = entry.get("each", {})
    count: Any = node.inputs if each else 0
    for step in each.get("of", "").split("."):
        count = count.get(step) if isinstance(count, Mapping) else count
    number = count if isinstance(count, int | float) else 1
    typical, worst = (entry[key] + number * each.get(key, 0) for key in ("typical", "worst"))
    return Duration(typical, worst, entry["source"])


def is_timed(token: str) -> bool:
    """Whether somebody has said how long this type takes; otherwise it only counts as a quick one."""
    return fact(token, "creation") is not None


def is_timed_to_go(token: str) -> bool:
    """Whether somebody has said how long this type takes to go, or it is made so quickly that it goes quickly too."""
    made = fact(token, "creation") or {}
    return fact(token, "deletion") is not None or made.get("typical", 0) < _SLOW


def patience(node: Node) -> float | None:
    """For how many seconds the provider waits for the resource to be made; None where it has no limit of its own."""
    custom = node.options.get("customTimeouts", {}).get("create")
    return seconds(custom) if custom else duration(node).timeout


def seconds(text: str) -> float:
    """A Go duration such as ``1h30m`` in seconds."""
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([hms])", text))


def _applies(wanted: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    return all(_equals(expected, inputs.get(key)) for key, expected in wanted.items())


def _equals(expected: Any, value: Any) -> bool:
    if value is UNKNOWN:  # given, whatever it will be
        return expected == "given"
    return bool(value) if expected == "given" else bool(value == expected)
