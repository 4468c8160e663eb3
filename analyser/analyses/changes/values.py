"""Values of inputs by path, and whether they grew or shrank."""

import json
import re
from collections.abc import Mapping
from typing import Any

from analyser.analyses.changes.edits import hidden

_AROUND = re.compile(r"(\D*)(\d+(?:\.\d+)+)(\D.*)?")


def at(inputs: Any, path: str) -> list[Any]:
    """All values at a path, in no order that matters; nothing where there is none.

    A path that ends in ``[]`` gives a mark for each block there, whatever it says. Where something on the way is not
    known, or secret, that is what is found.
    """
    found = _walked([inputs], path.removesuffix("[]").split("."))
    if path.endswith("[]"):
        return [value if hidden(value) else True for value in found]
    return sorted(found, key=lambda value: json.dumps(value, sort_keys=True))


def directions(before: list[Any], after: list[Any]) -> set[str]:
    """Which ways values of one path changed, in the words of ``analyser.analyses.changes.forcing.DIRECTIONS``."""
    if not before or not after:
        return {"add", "grow"} if after else {"remove", "shrink"}
    if len(before) != len(after):
        return {"grow" if len(after) > len(before) else "shrink"}
    first, last = (_rank(one) for one in _bare(before[0], after[0]))
    if len(before) > 1 or first is None or last is None:
        # Which of two words is the higher one, nobody knows.
        return {"up", "down"}
    return {"up" if first < last else "down"}


def _walked(values: list[Any], steps: list[str]) -> list[Any]:
    for step in steps:
        values = [found for value in _flat(values) if (found := _step(value, step)) is not None]
    return _flat(values)


def _step(value: Any, step: str) -> Any:
    if hidden(value):
        return value
    return value.get(step) if isinstance(value, Mapping) else None


def _flat(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _bare(before: Any, after: Any) -> tuple[Any, Any]:
    """Two versions without what is the same around them, as in ``3.9.x.kraft`` and ``OpenSearch_2.19``."""
    found = [_AROUND.fullmatch(value) if isinstance(value, str) else None for value in (before, after)]
    if found[0] and found[1] and found[0].group(1, 3) == found[1].group(1, 3):
        return found[0][2], found[1][2]
    return before, after


def _rank(value: Any) -> list[float] | None:
    """Switches, numbers and versions by their height; None for anything else."""
    if isinstance(value, bool | int | float):
        return [value]
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)*", value):
        return [int(part) for part in value.split(".")]
    return None
