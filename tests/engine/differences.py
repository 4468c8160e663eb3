"""By which properties two sets of inputs differ, and which of these make a resource anew."""

from collections.abc import Iterator
from typing import Any

from analyser.analyses.changes.forcing import forcing
from analyser.analyses.changes.values import at as values_at
from analyser.analyses.changes.values import directions
from policy.unknown import UNKNOWN


def differences(old: Any, new: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """The path of each property that differs, and how: ADD, DELETE or UPDATE. An unknown value is never the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            path = f"{at}.{key}" if at else key
            if key not in old or key not in new:
                yield path, "ADD" if key in new else "DELETE"
            else:
                yield from differences(old[key], new[key], path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from differences(left, right, f"{at}[{index}]")
    elif old is UNKNOWN or new is UNKNOWN or old != new:
        yield at, "UPDATE"


def replacing(token: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The properties whose change makes the provider replace a resource, for certain; an unknown value is a change."""
    known = forcing(token)
    if known is None:
        return []
    left, right = _marked(old), _marked(new)
    paths = [(path, set()) for path in known.always] + [(path, set(when)) for path, when in known.when.items()]
    changed = (path for path, when in paths if _changes(values_at(left, path), values_at(right, path), when))
    return [path.removesuffix("[]") for path in changed]


def _changes(before: list[Any], after: list[Any], when: set[str]) -> bool:
    return before != after and (not when or bool(directions(before, after) & when))


def _marked(value: Any) -> Any:
    """The same with unknown values as a text that no known value is."""
    if isinstance(value, dict):
        return {key: _marked(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_marked(member) for member in value]
    return repr(UNKNOWN) if value is UNKNOWN else value
