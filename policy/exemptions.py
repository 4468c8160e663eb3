"""Exemptions from rules: data with a rule, a URN pattern, a reason, an owner and a last day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from policy.resources import project_of, stack_of

EXEMPTIONS_FILE = Path(__file__).with_name("exemptions.yaml")


@dataclass(frozen=True, slots=True)
class Exemption:
    """Spares the resources whose URN matches `urn` from the rule, up to and including the day `expires`.

    `urn` is a pattern (`*`, `?`) that names the stack: `urn:pulumi:prod::*::aws:s3/bucket:Bucket::records-logs`.
    """

    rule: str = ""
    urn: str = ""
    reason: str = ""
    owner: str = ""
    expires: date | None = None

    @property
    def flaws(self) -> list[str]:
        """What is missing or malformed; a flawed exemption spares nothing."""
        missing = [name for name in ("rule", "urn", "reason", "owner") if not str(getattr(self, name)).strip()]
        flaws = [f"it has no {name}" for name in missing]
        parts = self.urn.split("::")
        if self.urn and (len(parts) < 4 or not self.urn.startswith("urn:pulumi:")):
            flaws.append("its urn is not urn:pulumi:<stack>::<project>::<type>::<name>")
        elif self.urn and not (parts[-2] + parts[-1]).strip("*?"):
            flaws.append("its urn names neither a type nor a resource")
        if self.expires is None:
            flaws.append("it has no expires date (YYYY-MM-DD)")
        return flaws

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def spares(self, rule_id: str, urn: str, today: date) -> bool:
        """Whether a violation of the rule by this resource is exempt today."""
        return self.rule == rule_id and self.names(urn) and not self.flaws and not self.expired(today)

    def names(self, urn: str) -> bool:
        """Whether its pattern matches the URN."""
        return _pattern(self.urn).match(urn) is not None

    def concerns(self, stack: str, project: str) -> bool:
        """Whether this stack's program answers for it: it names the project, and its pattern fits the stack.

        A pattern that leaves the project open spares what it matches, and is nobody's to clear away.
        """
        named = project_of(self.urn)
        if self.flaws:
            return named == project or not named.strip("*?")
        return named == project and _pattern(stack_of(self.urn)).match(stack) is not None


@dataclass(frozen=True, slots=True)
class ExemptionUse:
    """What the rules about exemptions see: one exemption, and what became of it in this stack today."""

    exemption: Exemption
    used: bool
    rule_exists: bool
    expired: bool


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    # A URN holds no bracket expressions; brackets in names are meant literally.
    return re.compile(translate(text.replace("[", "[[]")))


def read_exemptions(path: Path = EXEMPTIONS_FILE) -> tuple[Exemption, ...]:
    """The exemptions of a YAML file; a missing file is none. Raises ValueError where it is no list of mappings."""
    if not path.exists():
        return ()
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{path.name}: a list of exemptions is expected")
    return tuple(_exemptions(path, entries))


def _exemptions(path: Path, entries: list[dict[str, Any]]) -> Iterable[Exemption]:
    for number, entry in enumerate(entries, 1):
        extra = sorted(set(entry) - {"rule", "urn", "reason", "owner", "expires"})
        if extra:
            raise ValueError(f"{path.name}: exemption {number}: unknown keys {', '.join(map(str, extra))}")
        texts = {key: str(entry[key]) for key in ("rule", "urn", "reason", "owner") if entry.get(key) is not None}
        expires = entry.get("expires")
        expires = expires.date() if isinstance(expires, datetime) else expires  # a day with a time is still that day
        yield Exemption(**texts, expires=expires if isinstance(expires, date) else None)
