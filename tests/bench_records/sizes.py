"""How much room the records take: rows, indexes, how high their B-trees are; and their copies in Redis and Kafka."""

from dataclasses import dataclass
from statistics import fmean

from records.identity import new_id
from records.outbox import _event
from redis import Redis

from tests.bench_records.data import BODY_BYTES
from tests.postgres import Server

_SIZES = """
SELECT sum(pg_relation_size(c.oid)) FILTER (WHERE c.relkind = 'r'),
    sum(pg_relation_size(c.oid)) FILTER (WHERE c.relkind = 'i' AND c.relname LIKE '%_pkey'),
    sum(pg_relation_size(c.oid)) FILTER (WHERE c.relkind = 'i' AND c.relname NOT LIKE '%_pkey'),
    sum(pg_relation_size(c.reltoastrelid)) FILTER (WHERE c.reltoastrelid <> 0)
FROM pg_class c WHERE c.relnamespace = 'records'::regnamespace AND c.relname ~ '^record_[0-9]{4}_'
"""
_HEIGHT = """
SELECT max((bt_metap('records.' || c.relname)).level) FROM pg_class c
WHERE c.relnamespace = 'records'::regnamespace AND c.relkind = 'i' AND c.relname ~ '^record_[0-9]{4}_.*_%s'
"""


@dataclass(frozen=True)
class Sizes:
    """Bytes of each kind, for one row, and levels of the highest B-trees below their roots."""

    row: float
    by_id: float
    by_tenant: float
    id_height: int
    tenant_height: int

    @property
    def total(self) -> float:
        return self.row + self.by_id + self.by_tenant


def sizes(server: Server, database: str, rows: int) -> Sizes:
    """Of a filled database."""
    server.psql("CREATE EXTENSION IF NOT EXISTS pageinspect", database=database)
    heap, by_id, by_tenant, toast = (int(text or 0) for text in server.psql(_SIZES, database=database).split("|"))
    heights = [int(server.psql(_HEIGHT % name, database=database)) for name in ("pkey", "tenant_id_id_idx")]
    return Sizes((heap + toast) / rows, by_id / rows, by_tenant / rows, *heights)


def cached_bytes(port: int) -> float:
    """Of a record in Redis, on average: its key, what is kept, and what Redis adds."""
    with Redis(port=port) as client:
        keys = [client.randomkey() for _ in range(200)]
        return fmean(client.memory_usage(key, samples=0) or 0 for key in keys if key)


def event_bytes() -> float:
    """Of what Kafka is told of a record, key and value, with a body as the bench has them."""
    body = f'{{"kind": "reading", "body": "{"x" * (BODY_BYTES - 2)}"}}'
    told = {"record_id": new_id(0), "tenant": "tenant-100", "version": 1, "event": "created", "body": body}
    key, value = _event(told)
    return len(key) + len(value)
