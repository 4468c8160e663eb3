"""What an inventory of data says of one store."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Purpose:
    """What is written down of a store: what it holds, whether personal data, and how it is erased."""

    pattern: str
    holds: str
    personal: bool | None
    """Whether of persons; None where nobody has said so."""
    erasure: str
    """Who takes away what on request, and how."""


@dataclass(frozen=True)
class Store:
    """A place where data stays.

    ``retention`` is what the resources enforce by themselves. ``remains_days`` is how long something that was erased is
    still in copies, backups and old versions at the most; None where it is gone at once.
    """

    urn: str
    kind: str
    name: str
    region: str
    key: str
    retention: tuple[str, ...]
    remains_days: int | None
    purpose: Purpose


@dataclass(frozen=True)
class Logs:
    """Log groups that are kept alike."""

    region: str
    key: str
    days: int | None
    """None where they are kept for ever."""
    groups: int


@dataclass(frozen=True)
class Inventory:
    """All that a stack keeps."""

    stack: str
    system: str
    environment: str
    stores: tuple[Store, ...]
    logs: tuple[Logs, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """Where data is kept."""
        return tuple(sorted({place.region for place in (*self.stores, *self.logs)}))


class UnexplainedError(Exception):
    """Stores whose contents are not written down; one line for each."""
