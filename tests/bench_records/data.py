"""Records made fast: months of ids in their order, tenants of very different sizes, bodies of a stated width."""

import functools
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from records.identity import new_id

from tests.postgres import MASTER, PASSWORD, Server

BODY_BYTES = 250
"""Of JSON, in each record."""
NOTE_BYTES = 12
"""Of JSON, in what the bench writes by way of the service."""
TENANTS = 1_000
HOT = "tenant-0"
_PORTION = 20_000
MONTHS = 12
_FIRST = datetime(2025, 12, 1, tzinfo=UTC)
_SPAN = timedelta(days=365)
_SAMPLED = 5_000
Row = tuple[UUID, int, str, str]


@dataclass(frozen=True)
class Known:
    """A record that is there."""

    tenant: str
    record: UUID


async def fill(server: Server, database: str, rows: int) -> list[Known]:
    """Fills a migrated database with so many records of a year, has them vacuumed and analysed, and says some of them.

    One tenant has a tenth of all records; the others follow Zipf's law.
    """
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user=MASTER, password=PASSWORD, database=database, ssl="require"
    )
    try:
        await connection.execute("SELECT records.make_partitions($1, $2)", _FIRST, _FIRST + _SPAN)
        await connection.copy_records_to_table(
            "tenant", schema_name="records", records=[(f"tenant-{n}", True) for n in range(TENANTS)],
            columns=["name", "public"],
        )  # fmt: skip
        await connection.execute("UPDATE records.tenant SET key = sha256(name::bytea) WHERE key IS NULL")
        named = {row[0]: row[1] for row in await connection.fetch("SELECT tenant_id, name FROM records.tenant")}
        by_rank = [number for number, name in named.items() if name.startswith("tenant-")]
        known: list[Known] = []
        for portion in _portions(rows, sorted(by_rank)):
            await connection.copy_records_to_table(
                "record", schema_name="records", records=portion, columns=["id", "tenant_id", "kind", "body"]
            )
            known += [Known(named[row[1]], row[0]) for row in portion[:: max(1, rows // _SAMPLED)]]
        await connection.execute("VACUUM (ANALYZE, FREEZE) records.record", timeout=24 * 3600)
        return known
    finally:
        await connection.close()


def share(tenant: str) -> float:
    """Of all records, those of a tenant."""
    weights = _weights(TENANTS)
    return weights[int(tenant.removeprefix("tenant-"))] / sum(weights)


@functools.cache
def _weights(tenants: int) -> list[float]:
    shares = [1 / rank for rank in range(2, tenants + 1)]
    return [sum(shares) / 9, *shares]


def _portions(rows: int, tenants: list[int]) -> Iterator[list[Row]]:
    """The same rows at each run, in the order of their time."""
    chance = random.Random(7)
    cumulative = list(itertools.accumulate(_weights(len(tenants))))
    begin, step = _FIRST.timestamp() * 1000, _SPAN.total_seconds() * 1000 / rows
    for start in range(0, rows, _PORTION):
        count = min(_PORTION, rows - start)
        whose = chance.choices(tenants, cum_weights=cumulative, k=count)
        yield [
            (new_id(int(begin + step * (start + n))), tenant, "reading", _body(chance))
            for n, tenant in enumerate(whose)
        ]


def _body(chance: random.Random) -> str:
    """JSON that does not compress away."""
    head = {"device": chance.getrandbits(32), "value": chance.random(), "unit": "kWh", "note": ""}
    text = json.dumps(head)
    noise = f"{chance.getrandbits(4 * (BODY_BYTES - len(text))):0{BODY_BYTES - len(text)}x}"
    return f'{text[:-2]}{noise}"}}'
