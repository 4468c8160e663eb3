"""What is lost with a resource that a later ``up`` cannot make again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from resource_types import fact

Kind = Literal["data", "identity"]
KINDS: tuple[Kind, ...] = ("data", "identity")


@dataclass(frozen=True)
class Bearing:
    """What a resource bears: data, or an identity that others rely on."""

    kind: Kind
    what: str


def bearing(token: str, inputs: Mapping[str, Any] | None = None) -> Bearing | None:
    """What is lost with a resource of a type; None for what is as it was once it is made again.

    With ``inputs``, of this one resource: what copies another bears nothing that the other has not.
    """
    if inputs is not None and copied(token, inputs):
        return None
    found = fact(token, "bears")
    for kind in KINDS:
        if found and kind in found:
            return Bearing(kind, found[kind])
    return None


def copied(token: str, inputs: Mapping[str, Any]) -> str:
    """Who has what a resource holds, in words, such as the source of a replica; empty for what copies nobody."""
    return next((words for _, words in _copies(token, inputs)), "")


def original(token: str, inputs: Mapping[str, Any]) -> str:
    """The input that names what a resource copies; empty for what copies nobody."""
    return next((name for name, _ in _copies(token, inputs)), "")


def _copies(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    unless = (fact(token, "bears") or {}).get("unless", {})
    return ((name, words) for name, words in unless.items() if _given(inputs.get(name)))


def _given(value: Any) -> bool:
    """Whether an input says something: neither nothing nor what is not known yet."""
    return isinstance(value, str | bool | int | list | dict) and bool(value)
