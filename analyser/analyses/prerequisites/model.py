"""One thing that no resource of the program can bring about."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from analyser.graph import Node
from analyser.run.mock_cloud import ACCOUNT_ID
from policy.unknown import UNKNOWN

ACCOUNT = "$ACCOUNT"
"""Stands for the account's number in commands; who prints them sets it first."""
SET_ACCOUNT = "ACCOUNT=$(aws sts get-caller-identity --query Account --output text)"


class When(StrEnum):
    """When a prerequisite must be met: before the first of two runs, between them, or afterwards."""

    BEFORE = "before the first up"
    BETWEEN = "before the second up"
    AFTER = "afterwards"


@dataclass(frozen=True)
class Prerequisite:
    """A condition, the command that shows whether it holds, and what makes it hold."""

    kind: str
    """What it is about, as a word that tests and machines can rely on."""
    title: str
    why: str
    check: str
    """A shell command that changes nothing."""
    good: str
    """What the command prints when all is well."""
    make: tuple[str, ...]
    """Shell commands, and comments for what no command does."""
    when: When = When.BEFORE
    urns: tuple[str, ...] = ()
    """The resources that need it."""


def known(node: Node, key: str) -> str:
    """An input that is a text; empty where it is none, or not known before AWS has chosen it."""
    value: Any = node.inputs.get(key)
    return value if isinstance(value, str) and value is not UNKNOWN else ""


def block(node: Node, key: str) -> Mapping[str, Any]:
    """A nested block of inputs; an empty one where there is none, or it is not known."""
    value = node.inputs.get(key)
    return value if isinstance(value, Mapping) else {}


def blocks(node: Node, key: str) -> list[Mapping[str, Any]]:
    """A list of nested blocks, as far as they are known."""
    value = node.inputs.get(key)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def in_account(text: str) -> str:
    """A name or ARN for a command: the preview's own account number gives way to the caller's."""
    return text.replace(ACCOUNT_ID, ACCOUNT)


def urns(nodes: list[Node]) -> tuple[str, ...]:
    """The URNs of nodes, sorted."""
    return tuple(sorted(node.urn for node in nodes))
