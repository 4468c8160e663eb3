"""Frameworks as profiles: which controls each has, and which rules see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policy.rule import Kind, Level, Rule

FOLDER = Path(__file__).with_name("frameworks")
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))
"""What a framework is called in commands and in configuration."""
_SECURITY_HUB = ("FSBP", "Security Hub")
"""What rules call controls of Security Hub, in that standard and beside it."""

_Places = dict[tuple[str | None, str], list[int]]


class Unseen(StrEnum):
    """Why no configuration shows whether a control is met."""

    PEOPLE = "people"
    ACCOUNT = "account"
    RUNNING = "running"

    @property
    def reason(self) -> str:
        """The same in words."""
        return _REASONS[self]


_REASONS = {
    Unseen.PEOPLE: "is what people and organizations do",
    Unseen.ACCOUNT: "is a setting of the account or organization, which no stack holds",
    Unseen.RUNNING: "shows only in what runs: its use, age or state",
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control, the rules that see it or a part of it, and why no configuration shows it where none can."""

    id: str
    title: str
    rules: tuple[Rule, ...]
    unseen: Unseen | None = None


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework of one version, with its controls in its own order."""

    key: str
    name: str
    version: str
    source: str
    controls: tuple[Control, ...]

    @property
    def rules(self) -> frozenset[str]:
        """The ids of all rules that see a control of it."""
        return frozenset(rule.id for control in self.controls for rule in control.rules)


def framework(key: str, rules: Sequence[Rule]) -> Framework:
    """The framework called so, seen by these rules. Raises ValueError where there is none."""
    if key not in NAMES:
        raise ValueError(f"{key!r} is none of {', '.join(NAMES)}")
    said = _read(key)
    places = _places(rules)
    controls = (_control(str(number), entry, said, rules, places) for number, entry in said["controls"].items())
    return Framework(key, said["name"], str(said["version"]), said["source"], tuple(controls))


@cache
def _read(key: str) -> Mapping[str, Any]:
    return yaml.load((FOLDER / f"{key}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def _places(rules: Sequence[Rule]) -> _Places:
    """Where among the rules those are that name a control, by the framework's name and its own; by no name, ids."""
    found: _Places = {}
    for place, rule in enumerate(rules):
        named = [(name, number) for name, numbers in rule.frameworks.items() for number in numbers]
        for one in (*named, (None, rule.id)):
            found.setdefault(one, []).append(place)
    return found


def _control(
    number: str, entry: Mapping[str, Any], said: Mapping[str, Any], rules: Sequence[Rule], places: _Places
) -> Control:
    """A control is seen by rules that name it, by those of controls of Security Hub that show it, and by some by id."""
    calls = said.get("calls", "")
    own = _SECURITY_HUB if calls in _SECURITY_HUB else (calls,)
    asked = [(name, number) for name in own]
    asked += [(name, one) for name in _SECURITY_HUB for one in entry.get("hub", ())]
    by_id = [(None, one) for one in entry.get("rules", ())]
    found = tuple(
        rules[place] for place in sorted({place for one in (*asked, *by_id) for place in places.get(one, ())})
    )
    title = entry.get("title") or (found[0].title if found else number)
    unseen = entry.get("unseen")
    return Control(number, title, found, Unseen(unseen) if unseen else None)


def levels_by(keys: Iterable[str], rules: Sequence[Rule]) -> dict[str, Level]:
    """The level of each rule where a project goes by these frameworks: theirs stop a deployment, the others are told.

    What is mandatory in production alone stays so, and rules about exemptions keep their own level: no framework asks
    for them. Raises ValueError for a name that is none.
    """
    asked = frozenset(rule_id for key in keys for rule_id in framework(key, rules).rules)
    return {
        rule.id: Level.ADVISORY
        if rule.id not in asked
        else Level.MANDATORY_IN_PROD
        if rule.level is Level.MANDATORY_IN_PROD
        else Level.MANDATORY
        for rule in rules
        if rule.kind is not Kind.EXEMPTION
    }
