"""Where a stack's file says what became a resource: lines for what is found about it."""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

_SETTINGS = ("config", "strata:settings")
"""Keys that are gone through without being named by any resource."""


class StackLines:
    """The keys of one stack's file with their lines, from 1; none where there is no file, as of a saved state."""

    def __init__(self, file: Path) -> None:
        found = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader) if file.is_file() else None
        self._top = found if isinstance(found, yaml.MappingNode) else None

    def line_of(self, name: str, path: str | None) -> int:
        """The line of the innermost key that a resource's logical name, and then the path of its input, lead to.

        Resources are called after their component, and components after their settings: ``database-primary`` leads to
        ``database``, and its input ``instanceClass`` to the key of that name there. 1 where no key leads to it.
        """
        words = [*name.lower().split("-"), *(part.lower() for part in re.findall(r"\w+", path or ""))]
        return max((_line(mapping, words) for mapping in self._mappings()), default=0) or 1

    def _mappings(self) -> list[yaml.MappingNode]:
        found, here = [], self._top
        for key in _SETTINGS:
            here = next((value for said, _, value in _entries(here) if said == key), None) if here else None
            if isinstance(here, yaml.MappingNode):
                found.append(here)
        return found


def _entries(mapping: yaml.Node | None) -> list[tuple[str, int, yaml.Node]]:
    if not isinstance(mapping, yaml.MappingNode):
        return []
    return [(str(key.value), key.start_mark.line + 1, value) for key, value in mapping.value]


def _line(mapping: yaml.Node, words: Sequence[str]) -> int:
    """The line of the key below which the words lead furthest; 0 where none of its keys begins with the first."""
    for length in range(len(words), 0, -1):
        wanted = "".join(words[:length])
        for said, line, value in _entries(mapping):
            if said.rpartition(":")[2].lower() == wanted:
                return _below(value, words[length:]) or line
    return 0


def _below(value: yaml.Node, words: Sequence[str]) -> int:
    """As ``_line`` of the first word on from which one of the keys is named."""
    return next((found for begin in range(len(words)) if (found := _line(value, words[begin:]))), 0)
