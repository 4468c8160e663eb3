"""Union of mappings that refuses duplicate keys."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def disjoint(*parts: Mapping[str, T]) -> dict[str, T]:
    """All entries of all parts. Raises ValueError for a key that two of them have, of which one would be lost."""
    whole: dict[str, T] = {}
    for part in parts:
        if twice := sorted(whole.keys() & part.keys()):
            raise ValueError(f"two entries are called {', '.join(twice)}; one of each would be lost")
        whole |= part
    return whole
