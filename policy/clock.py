"""The one clock of the pack, which whoever starts a run reads; rules are given a day."""

from datetime import UTC, date, datetime


def today() -> date:
    """The day, in UTC, by which exemptions and ends of support are judged where no other is given."""
    return datetime.now(UTC).date()
