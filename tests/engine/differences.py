"""By which properties two sets of inputs differ."""

from collections.abc import Iterator
from typing import Any

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
