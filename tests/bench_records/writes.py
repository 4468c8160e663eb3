"""What a record that is made has PostgreSQL write: its log, and the pages that it leaves to be written."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench_records.data import Known
from tests.bench_records.paths import WRITE, Served, measure
from tests.postgres import Server

_AT_ONCE, _SECONDS = 8, 2.0
_MADE = """
SELECT count(*), count(DISTINCT tenant_id) FROM records.record
WHERE id >= records.first_id('{0}') AND updated_at >= '{0}'
"""
_VACUUMS_END = """
SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'
"""


@dataclass(frozen=True)
class Writes:
    """For one record, between two checkpoints."""

    made: int
    tenants: int
    """Of whom they are."""
    log_bytes: float
    """Without the whole pages that the log has of what changes first after a checkpoint."""
    pages: float
    """Of 8 KiB, changed and not written yet."""


async def writes(postgres: Server, database: str, served: Served, known: Sequence[Known]) -> Writes:
    """Makes records for a while, and counts; nothing is vacuumed meanwhile, nor from then on."""
    postgres.psql("CREATE EXTENSION IF NOT EXISTS pg_buffercache", database=database)
    postgres.psql("ALTER SYSTEM SET full_page_writes = off")
    # It logs a page for every one that it freezes, and begins whenever its minute is over, here or after this.
    postgres.psql("ALTER SYSTEM SET autovacuum = off")
    postgres.psql("SELECT pg_reload_conf()")
    postgres.psql(_VACUUMS_END)
    postgres.psql("CHECKPOINT")
    before, since = postgres.psql("SELECT pg_current_wal_insert_lsn(), now()", database=database).split("|")
    await measure(WRITE, served, known, _AT_ONCE, _SECONDS)
    log = float(postgres.psql(f"SELECT pg_current_wal_insert_lsn() - '{before}'"))
    pages = int(postgres.psql("SELECT count(*) FROM pg_buffercache WHERE isdirty", database=database))
    counted = postgres.psql(_MADE.format(since), database=database)
    made, tenants = map(int, counted.split("|"))
    return Writes(made, tenants, log / made, pages / made)
