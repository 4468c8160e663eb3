"""Settings of the load that a records stack is sized for: number of records and requests."""

from typing import Self

from pydantic import Field, model_validator

from settings import MisfitError, Problem, Settings

_MONTH_SECONDS = 30 * 24 * 3600


class LoadSettings(Settings):
    """How many records of what size, and what is asked of them each second at the busiest time of an ordinary day.

    What a stack states it must be able to carry: settings that cannot are refused, and ``strata capacity`` says how far
    each of them reaches.
    """

    rows: int = Field(ge=1_000_000, le=100_000_000_000)
    """Records that are kept, all tenants' together."""
    body_bytes: int = Field(default=300, ge=2, le=65_536)
    """Of a record's JSON, on average."""
    months: int = Field(default=36, ge=2, le=240)
    """For how long records are kept, and so over how many partitions they are spread."""
    growth_percent: int = Field(default=20, ge=0, le=1_000)
    """How many more records there will be in a year, for which there has to be room already."""
    reads: int = Field(default=2_000, ge=0, le=1_000_000)
    """Point reads a second."""
    cached_percent: int = Field(default=80, ge=0, le=100)
    """Of the point reads, those that Redis answers."""
    pages: int = Field(default=100, ge=0, le=100_000)
    """Pages of 50 records a second."""
    writes: int = Field(default=500, ge=0, le=100_000)
    """Records made or replaced a second, alone or in batches."""
    recent_percent: int = Field(default=95, ge=0, le=100)
    """Of what is read, that which was made within a month."""

    @model_validator(mode="after")
    def _are_written(self) -> Self:
        average = self.rows / (self.months * _MONTH_SECONDS)
        if self.writes < average:
            said = (
                f"{self.writes:,} a second do not make {self.rows:,} records in {self.months} months, "
                f"which takes {average:,.0f} a second on average; raise it"
            )
            raise MisfitError(Problem("writes", said))
        return self
