"""What a record that is made has PostgreSQL write: its log, and the pages that it leaves to be written."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench_records.data import Known
from tests.bench_records.paths import WRITE, Served, measure
from tests.postgres import Server

_AT_ONCE, _SECONDS = 8, 2.0


@dataclass(frozen=True)
class Writes:
    """For one record, between two checkpoints."""

    made: int
    log_bytes: float
    """Without the whole pages that the log has of what changes first after a checkpoint."""
    pages: float
    """Of 8 KiB, changed and not written yet."""


async def writes(postgres: Server, database: str, served: Served, known: Sequence[Known]) -> Writes:
    """Makes records for a while, and counts."""
    postgres.psql("CREATE EXTENSION IF NOT EXISTS pg_buffercache", database=database)
    postgres.psql("ALTER SYSTEM SET full_page_writes = off")
    postgres.psql("SELECT pg_reload_conf()")
    postgres.psql("CHECKPOINT")
    before = postgres.psql("SELECT pg_current_wal_insert_lsn()")
    made = (await measure(WRITE, served, known, _AT_ONCE, _SECONDS)).requests
    log = float(postgres.psql(f"SELECT pg_current_wal_insert_lsn() - '{before}'"))
    pages = int(postgres.psql("SELECT count(*) FROM pg_buffercache WHERE isdirty", database=database))
    return Writes(made, log / made, pages / made)
