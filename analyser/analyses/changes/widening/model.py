"""One thing that a change loosens, as a value."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["rights", "ingress", "encryption", "retention", "deletion", "logging"]
TITLES: dict[Kind, str] = {
    "rights": "New rights",
    "ingress": "New ingress",
    "encryption": "Less encryption",
    "retention": "Shorter retention",
    "deletion": "Less protection from deletion",
    "logging": "Less logging",
}


@dataclass(frozen=True)
class Widening:
    """One thing that a change permits in addition, or protects less."""

    kind: Kind
    urn: str
    type: str
    name: str
    what: str
    """In words, such as ``deletionProtection true → false``."""
    certain: bool = True
    """Whether it is so; else a value is known only after ``up``."""


def widening_document(found: tuple[Widening, ...]) -> list[dict[str, Any]]:
    """What widens as JSON data."""
    return [
        {"kind": w.kind, "urn": w.urn, "type": w.type, "name": w.name, "what": w.what, "certain": w.certain}
        for w in found
    ]
