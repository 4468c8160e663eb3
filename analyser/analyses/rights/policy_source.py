"""A policy document and where it is attached."""

from dataclasses import dataclass

from policy.iam import Document


@dataclass(frozen=True)
class Source:
    """One policy document, and where it stands in words."""

    where: str
    document: Document
    conditions: tuple[str, ...] = ()
    """What must hold for it to bear on the question at all."""
