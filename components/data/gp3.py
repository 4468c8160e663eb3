"""gp3 storage of RDS for PostgreSQL: size, IOPS and throughput, with their limits."""

from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from settings import MisfitError, Problem, Settings

STRIPED_GIB = 400
BASELINE_IOPS = 12_000
BASELINE_THROUGHPUT_MIBPS = 500


class Gp3Settings(Settings):
    """Size in GiB, and from 400 GiB, where RDS stripes four volumes, what is provisioned on top of the baseline.

    Below 400 GiB an instance has 3,000 IOPS and 125 MiB/s, which cannot be changed; from there 12,000 to 64,000 IOPS
    and 500 to 4,000 MiB/s, a quarter of the IOPS at the most. What the instance class keeps up can be less.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ValidStorageOptions.html
    """

    storage_gib: int = Field(default=20, ge=20, le=65_536)
    """The size to begin with; it can only grow."""
    max_storage_gib: int | None = Field(default=None, le=65_536)
    """Lets RDS grow the storage up to this; 10 % above ``storage_gib`` is the least that RDS takes."""
    iops: int | None = Field(default=None, ge=BASELINE_IOPS, le=64_000)
    """Reads and writes a second, from 400 GiB on. Left out, the baseline."""
    throughput_mibps: int | None = Field(default=None, ge=BASELINE_THROUGHPUT_MIBPS, le=4_000)
    """MiB a second, from 400 GiB on. Left out, the baseline."""

    @field_validator("max_storage_gib")
    @classmethod
    def _worth_growing(cls, value: int | None, info: ValidationInfo) -> int | None:
        size = info.data.get("storage_gib")
        if value is not None and size is not None and value * 10 < size * 11:
            raise ValueError(f"{value} is not 10 % above storageGib ({size}); at least {-(-size * 11 // 10)}")
        return value

    @field_validator("iops", "throughput_mibps")
    @classmethod
    def _provisionable(cls, value: int | None, info: ValidationInfo) -> int | None:
        size = info.data.get("storage_gib")
        if value is not None and size is not None and size < STRIPED_GIB:
            raise ValueError(f"cannot be set below {STRIPED_GIB} GiB (storageGib is {size}); leave it out")
        return value

    @model_validator(mode="after")
    def _in_proportion(self) -> Self:
        iops, throughput = self.provisioned
        if iops is not None and throughput is not None and throughput * 4 > iops:
            raise MisfitError(Problem("throughputMibps", f"{throughput} is above a quarter of the IOPS ({iops})"))
        return self

    @property
    def provisioned(self) -> tuple[int | None, int | None]:
        """IOPS and throughput to ask for: both, or neither where the baseline is enough."""
        if self.iops is None and self.throughput_mibps is None:
            return None, None
        return self.iops or BASELINE_IOPS, self.throughput_mibps or BASELINE_THROUGHPUT_MIBPS
