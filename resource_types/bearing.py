"""What is lost with a resource that a later ``up`` cannot make again."""

from dataclasses import dataclass
from typing import Literal

from resource_types import fact

Kind = Literal["data", "identity"]
KINDS: tuple[Kind, ...] = ("data", "identity")


@dataclass(frozen=True)
class Bearing:
    """What a resource bears: data, or an identity that others rely on."""

    kind: Kind
    what: str


def bearing(token: str) -> Bearing | None:
    """What is lost with a resource of a type; None for what is as it was once it is made again."""
    found = fact(token, "bears")
    for kind in KINDS:
        if found and kind in found:
            return Bearing(kind, found[kind])
    return None
