"""Reads what people wrote down of stores: docs/inventory/purposes.yaml, by system and logical name."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from analyser.analyses.inventory.result import Purpose

FILE = Path("docs") / "inventory" / "purposes.yaml"
_UNWRITTEN = Purpose("*", "not written down", None, f"not written down; {FILE} would say it")
"""Of a store that nobody has described: that it holds nothing of persons is nobody's word."""
EVERY = "every"
"""The key of what is alike in all systems; a system's own words go first."""


def purposes(root: Path, system: str, *, own: bool = True) -> list[Purpose]:
    """What is written down for a system. Raises ValueError for an entry that lacks something or has too much.

    Of a project that is not Strata's ``own`` nothing need be written; what is not is said of each store.
    """
    if not own and not (root / FILE).is_file():
        return [_UNWRITTEN]
    written = yaml.load((root / FILE).read_text(encoding="utf-8"), yaml.CSafeLoader)
    found = [_purpose(entry) for part in (system, EVERY) for entry in written.get(part) or ()]
    return found if own else [*found, _UNWRITTEN]


def of(name: str, known: Sequence[Purpose]) -> Purpose | None:
    """The first purpose whose pattern fits a store's logical name."""
    return next((purpose for purpose in known if fnmatchcase(name, purpose.pattern)), None)


def _purpose(entry: dict[str, object]) -> Purpose:
    wanted = {"store": str, "holds": str, "personal": bool, "erasure": str}
    if set(entry) != set(wanted) or any(not isinstance(entry[key], kind) for key, kind in wanted.items()):
        raise ValueError(f"{FILE}: {entry.get('store')}: an entry has exactly {', '.join(wanted)}")
    return Purpose(str(entry["store"]), str(entry["holds"]), bool(entry["personal"]), str(entry["erasure"]))
