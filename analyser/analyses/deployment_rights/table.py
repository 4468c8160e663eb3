"""What AWS is asked for each type of resource, and what of it can be narrowed by tags; ``types.toml`` says whence."""

import gzip
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
TAGS_FILE: Final = HERE / "tags.json.gz"
"""Of each action of the table and of ``steps.py`` whether requests bring tags; written by ``generate.py`` beside it."""


class UnknownTypeError(LookupError):
    """A resource type whose AWS actions are not recorded."""


@dataclass(frozen=True)
class Operations:
    """The actions of one type by their full names, and how ARNs name it."""

    create: tuple[str, ...]
    read: tuple[str, ...]
    update: tuple[str, ...]
    delete: tuple[str, ...]
    arns: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """What its service makes without the stack's tags."""
    name: str = ""
    """The input that holds its name in the account."""
    cloudformation: str = ""
    """CloudFormation's type, whose handler asks for much the same."""
    provider: str = ""
    """The file of the provider that the row was compared with; ``types.toml`` says of which release."""
    tagged: bool = True
    """Whether what it makes bears the stack's tags."""

    @property
    def every(self) -> tuple[str, ...]:
        """All its actions, each once."""
        return tuple(dict.fromkeys((*self.create, *self.read, *self.update, *self.delete)))


@cache
def operations() -> Mapping[str, Operations]:
    """The AWS actions of all recorded types, by type token."""
    written = tomllib.loads((HERE / "types.toml").read_text(encoding="utf-8"))
    return {f"aws:{path}": _read(prefix, row) for prefix, rows in written.items() for path, row in rows.items()}


def of_type(token: str) -> Operations:
    """The actions of one type. Raises UnknownTypeError for one that is not in the table."""
    all_known([token])
    return operations()[token]


def all_known(tokens: Iterable[str]) -> None:
    """Raises UnknownTypeError with every one of these types that is not in the table."""
    unknown = sorted({token for token in tokens if token not in operations()})
    if unknown:
        raise UnknownTypeError(
            f"{', '.join(unknown)}: nobody has said what is asked of AWS for "
            f"{'it' if len(unknown) == 1 else 'them'}; analyser/analyses/deployment_rights/types.toml"
        )


def brings_tags(action: str) -> bool:
    """Whether a request may give tags to what it makes, and is judged by them: ``aws:RequestTag``."""
    return action in _tags()["request"]


def knows_tags(action: str) -> bool:
    """Whether requests about a resource bring its tags: ``aws:ResourceTag``."""
    return action in _tags()["resource"]


def _read(prefix: str, row: Mapping[str, str]) -> Operations:
    def full(key: str) -> tuple[str, ...]:
        return tuple(name if ":" in name else f"{prefix}:{name}" for name in row.get(key, "").split())

    return Operations(
        *(full(key) for key in ("create", "read", "update", "delete")),
        arns=tuple(row.get("arn", "").split()),
        also=tuple(row.get("also", "").split()),
        name=row.get("name", ""),
        cloudformation=row.get("cloudformation", ""),
        provider=row.get("provider", ""),
        tagged=row.get("tags", "") != "none",
    )


@cache
def _tags() -> Mapping[str, frozenset[str]]:
    written = json.loads(gzip.decompress(TAGS_FILE.read_bytes()))
    return {key: frozenset(written[key]) for key in ("request", "resource")}
