"""How long AWS takes to make a resource, and to take it away: ``creation`` and ``deletion`` of ``resource_types``.

Every figure there has its source. ``typical`` and ``worst`` are seconds until the provider says that the resource is
made; ``timeout`` is for how long the provider waits unless told otherwise, where it has such a limit. A package's own
figure is for the types that are ``quick``, and for those of which nobody has said how long they take.
"""

import re
from collections.abc import Mapping
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
        entry = package(node.package).get("creation") or package("aws")["creation"]
    variant = next((found for found in entry.get("variants", ()) if _applies(found["with"], node.inputs)), {})
    merged = {**entry, **variant}
    return Duration(merged["typical"], merged["worst"], merged["source"], merged.get("timeout"))


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
