"""One limit of a stack's capacity, with what the load takes of it."""

from dataclasses import dataclass

BUSY = 0.6
"""How busy processors and disks may be at the busiest time, so that answers do not queue and a lost half is carried."""


@dataclass(frozen=True)
class Limit:
    """Something that gives out when there is too much load."""

    name: str
    needed: float
    available: float
    unit: str
    setting: str
    """What to raise."""
    because: str
    """The arithmetic, in words."""

    @property
    def used(self) -> float:
        """The part of it that the load needs; above 1 it does not carry the load."""
        return self.needed / self.available

    @property
    def exceeded(self) -> str:
        """Why it does not carry the load, and what would."""
        needs = f"it needs {self.needed:,.1f} {self.unit} and {self.available:,.1f} are there"
        return f"{self.name}: {needs} ({self.because}); raise {self.setting}"
