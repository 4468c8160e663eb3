"""Until when services support their versions: facts about the services, whoever asks for which version."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SUPPORT_FILE = Path(__file__).with_name("support.yaml")
NOT_ANNOUNCED = "not announced"


@dataclass(frozen=True, slots=True)
class Service:
    """One service, where it says until when it supports what, and the last days by version.

    None is a day that the service has not named. A version that is no key is one of which nothing is known. ``said`` is
    how a version is asked for; its first group is the key.
    """

    name: str
    source: str
    said: str
    ends: Mapping[str, date | None]

    def key(self, asked: str) -> str:
        """What support goes by, of a version as it is asked for; the whole of one that is said in no known way."""
        found = re.fullmatch(self.said, asked)
        return found[1] if found else asked


@cache
def read_support(path: Path = SUPPORT_FILE) -> Mapping[str, Service]:
    """The services of a YAML file by name. Raises ValueError for whatever is neither a day nor "not announced"."""
    return {service.name: service for service in _services(path, yaml.safe_load(path.read_text(encoding="utf-8")))}


def _services(path: Path, entries: list[Mapping[str, Any]]) -> Iterable[Service]:
    for entry in entries:
        name, ends = entry["service"], entry["ends"]
        for version, end in ends.items():
            if not isinstance(version, str) or not (type(end) is date or end == NOT_ANNOUNCED):
                raise ValueError(f'{path.name}: {name}: {version!r}: {end!r} is no day, nor "{NOT_ANNOUNCED}"')
        known = {version: None if end == NOT_ANNOUNCED else end for version, end in ends.items()}
        yield Service(name, entry["source"], entry["said"], known)
