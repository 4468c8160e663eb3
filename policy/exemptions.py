"""Exemptions from rules: data with a rule, a URN pattern, a reason, an owner and a last day."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy.project import project_file, read_project
from policy.resources import project_of, stack_of

LONGEST = timedelta(days=731)
"""The farthest last day of an exemption: two years, one of them a leap year."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Spares the resources whose URN matches `urn` from the rule, up to and including the day `expires`.

    `urn` is a pattern (`*`, `?`) of stack, project, type and name:
    `urn:pulumi:*::shop::aws:s3/bucket:Bucket::orders-logs`.
    """

    rule: str = ""
    urn: str = ""
    reason: str = ""
    owner: str = ""
    expires: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    """What the stack's configuration must say, so that a stack may be called anything; see `for_stack`."""

    @property
    def flaws(self) -> list[str]:
        """What is missing or malformed; a flawed exemption spares nothing."""
        missing = [name for name in ("rule", "urn", "reason", "owner") if not str(getattr(self, name)).strip()]
        flaws = [f"it has no {name}" for name in missing]
        parts = self.urn.split("::")
        if self.urn and (len(parts) < 4 or not self.urn.startswith("urn:pulumi:")):
            flaws.append("its urn is not urn:pulumi:<stack>::<project>::<type>::<name>")
        elif self.urn and not _names_something(parts[-2], parts[-1]):
            flaws.append("its urn names neither a service, nor a type, nor a resource")
        if self.expires is None:
            flaws.append("it has no expires date (YYYY-MM-DD)")
        return flaws

    def expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and self.expires < today

    def lasting(self, today: date) -> bool:
        """Whether its last day is so far off that nobody will decide again: more than two years."""
        return self.expires is not None and self.expires - today > LONGEST

    def spares(self, rule_id: str, urn: str, today: date) -> bool:
        """Whether a violation of the rule by this resource is exempt today."""
        if self.rule != rule_id or not self.names(urn):
            return False
        return not (self.flaws or self.expired(today) or self.lasting(today))

    def names(self, urn: str) -> bool:
        """Whether its pattern matches the URN."""
        return _pattern(self.urn).match(urn) is not None

    def concerns(self, stack: str, project: str) -> bool:
        """Whether this stack's program answers for it: it names the project, and its pattern fits the stack.

        A pattern that leaves the project open spares what it matches, and is nobody's to clear away.
        """
        if self.where:  # undecided: the stack's configuration is not known
            return False
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
    lasting: bool


def for_stack(exemptions: Iterable[Exemption], config: Mapping[str, str]) -> tuple[Exemption, ...]:
    """The exemptions whose `where` the stack's configuration does not contradict.

    A key is a configuration key, and below a structured value the path in it: `shop:settings.model`. An exemption that
    is confirmed comes without its `where`; one whose keys the configuration lacks keeps it: it spares, since nothing
    speaks against it, and is not judged as unused.
    """
    found = []
    for exemption in exemptions:
        said = [(_said(config, key), value) for key, value in exemption.where]
        if all(text is None or text == value for text, value in said):
            known = all(text is not None for text, _ in said)
            found.append(replace(exemption, where=()) if known else exemption)
    return tuple(found)


def _said(config: Mapping[str, str], key: str) -> str | None:
    """What the configuration says at a key; None where it says nothing."""
    head, *path = key.split(".")
    text = config.get(head)
    if text is None or not path:
        return text
    try:
        value: Any = json.loads(text)
    except ValueError:
        return None
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None if value is None else json.dumps(value)


def _names_something(token: str, name: str) -> bool:
    """Whether a pattern's type and name say more than a package: `aws:*` and `*::*` would catch whatever comes."""
    service = re.sub(r"^[*?]*[\w.-]+:", "", token.rpartition("$")[2])
    return bool(re.search(r"\w", service + name))


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    # A URN holds no bracket expressions; brackets in names are meant literally.
    return re.compile(translate(text.replace("[", "[[]")))


def read_exemptions(path: Path | None = None) -> tuple[Exemption, ...]:
    """The exemptions of a project's file, this project's if none is given; a missing file is none.

    Raises ValueError where they are no list of mappings.
    """
    file = project_file() if path is None else path
    entries = read_project(file).get("exemptions") or []
    if file is None:
        return ()
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{file.name}: a list of exemptions is expected")
    return tuple(_exemptions(file, entries))


def _exemptions(path: Path, entries: list[dict[str, Any]]) -> Iterable[Exemption]:
    for number, entry in enumerate(entries, 1):
        extra = sorted(set(entry) - {"rule", "urn", "reason", "owner", "expires", "where"})
        if extra:
            raise ValueError(f"{path.name}: exemption {number}: unknown keys {', '.join(map(str, extra))}")
        texts = {key: str(entry[key]) for key in ("rule", "urn", "reason", "owner") if entry.get(key) is not None}
        expires = entry.get("expires")
        expires = expires.date() if isinstance(expires, datetime) else expires  # a day with a time is still that day
        where = entry.get("where") or {}
        if not isinstance(where, dict):
            raise ValueError(f"{path.name}: exemption {number}: where is no mapping of configuration keys to values")
        yield Exemption(
            **texts,
            expires=expires if isinstance(expires, date) else None,
            where=tuple((str(key), str(value)) for key, value in where.items()),
        )
