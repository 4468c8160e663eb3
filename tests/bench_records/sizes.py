"""How much room the records take: rows, indexes, and how high their B-trees are."""

from dataclasses import dataclass

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
WHERE c.relnamespace = 'records'::regnamespace AND c.relkind = 'i' AND c.relname ~ '^record_[0-9]{4}_'
"""


@dataclass(frozen=True)
class Sizes:
    """Bytes of each kind, for one row."""

    row: float
    by_id: float
    by_tenant: float
    height: int
    """Levels of the highest B-tree below its root."""

    @property
    def total(self) -> float:
        return self.row + self.by_id + self.by_tenant


def sizes(server: Server, database: str, rows: int) -> Sizes:
    """Of a filled database."""
    server.psql("CREATE EXTENSION IF NOT EXISTS pageinspect", database=database)
    heap, by_id, by_tenant, toast = (int(text or 0) for text in server.psql(_SIZES, database=database).split("|"))
    height = int(server.psql(_HEIGHT, database=database))
    return Sizes((heap + toast) / rows, by_id / rows, by_tenant / rows, height)
