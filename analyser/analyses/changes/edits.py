"""How two values of inputs differ: added, removed or changed, by path, into blocks, lists and JSON texts.

A path is dotted, with ``[x]`` for an element: its name where all elements of a list have one of their own, else its
place. What is not known, or is secret, on one side alone is said so and counts as no difference.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["added", "removed", "changed", "reordered", "unknown"]
_NAMES = (
    *("name", "key", "id", "Sid", "sid", "ruleName", "indexName", "attributeName", "originId", "devicePath"),
    "properties.title",  # widgets of a dashboard
)
"""By which elements of a list are told apart, where every element has one of its own."""


@dataclass(frozen=True)
class Edit:
    """One input value that was added, removed or changed."""

    path: str
    kind: Kind
    before: Any = None
    after: Any = None

    @property
    def plain_path(self) -> str:
        """The path without elements, as properties that force a replacement are written."""
        return re.sub(r"\[[^\]]*\]", "", self.path)


def edits(before: Any, after: Any, path: str = "") -> Iterator[Edit]:
    """All that differs, in the order of paths. Values are JSON data as in a saved preview; None is absence."""
    if before == after:
        return
    if hidden(before) or hidden(after):
        yield Edit(path, "unknown", before, after)
    elif before is None or after is None:
        yield Edit(path, "added" if before is None else "removed", before, after)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from edits(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    else:
        left, right = _structure(before), _structure(after)
        if left is None or right is None:
            yield Edit(path, "changed", before, after)
        else:
            yield from edits(left, right, path)


def hidden(value: Any) -> bool:
    """Whether this is a value that is not known, or that is secret."""
    return isinstance(value, Mapping) and (value.get("$unknown") is True or value.get("$secret") is True)


def holds_hidden(value: Any) -> bool:
    """Whether there is such a value anywhere inside."""
    if hidden(value):
        return True
    members: Any = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(map(holds_hidden, members))


def _structure(value: Any) -> Any:
    """What a JSON text says; None for what is none."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _lists(before: list[Any], after: list[Any], path: str) -> Iterator[Edit]:
    if named := _named(before, after):
        left, right = ({str(_name(item, named)): item for item in side} for side in (before, after))
        for name in dict.fromkeys([*left, *right]):
            yield from edits(left.get(name), right.get(name), f"{path}[{name}]")
        return
    gone, come = _less(before, after), _less(after, before)
    if not gone and not come:
        yield Edit(path, "reordered", before, after)
    elif len(before) == len(after) and (len(gone) == 1 or any(isinstance(item, Mapping | list) for item in gone)):
        for place, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from edits(left, right, f"{path}[{place}]")
    else:
        yield from (Edit(f"{path}[]", "unknown" if holds_hidden(item) else "removed", item) for item in gone)
        yield from (Edit(f"{path}[]", "unknown" if hidden(item) else "added", None, item) for item in come)


def _named(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    """The member by which all elements can be told apart; None where there is none."""
    every = [*before, *after]
    if not all(isinstance(item, Mapping) for item in every):
        return None
    return next((name for name in _NAMES if all(_tells_apart(name, side) for side in (before, after))), None)


def _tells_apart(name: str, items: Sequence[Mapping[str, Any]]) -> bool:
    found = [_name(item, name) for item in items]
    return all(isinstance(value, str | int) for value in found) and len(set(found)) == len(found)


def _name(item: Mapping[str, Any], path: str) -> Any:
    first, _, rest = path.partition(".")
    found = item.get(first)
    if not rest:
        return found
    return _name(found, rest) if isinstance(found, Mapping) else None


def _less(items: list[Any], others: list[Any]) -> list[Any]:
    """Elements that the others lack, as often as they lack them, in order."""
    left = Counter(json.dumps(item, sort_keys=True) for item in others)
    found = []
    for item in items:
        text = json.dumps(item, sort_keys=True)
        if left[text]:
            left[text] -= 1
        else:
            found.append(item)
    return found
