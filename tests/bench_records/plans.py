"""How PostgreSQL answers each path: which steps, and how many pages of 8 KiB it touches, in memory or not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from records import statements
from records.database import PLANNED

from tests.bench_records.data import HOT, Known
from tests.bench_records.paths import HOT_PAGE, OLD_PAGE, PAGE, READ
from tests.postgres import Server

_LAST = UUID(int=(1 << 128) - 1)
_NIL = UUID(int=0)


@dataclass(frozen=True)
class Plan:
    """One statement's."""

    path: str
    steps: tuple[str, ...]
    """Kinds of steps, each once, in the order of their names."""
    pages: float
    """Touched for one answer, on average."""
    missed: float
    """Of those, the ones that PostgreSQL's own buffers did not hold."""
    removed: int
    """Rows that were read and are not answered."""
    milliseconds: float
    """Planned and run, on average."""


async def plans(server: Server, database: str, known: Sequence[Known]) -> list[Plan]:
    """Of the paths that read, over some records each; as the service's user, by prepared statements as it has them."""
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="application", database=database, ssl="require",
        server_settings=PLANNED,
    )  # fmt: skip
    try:
        named = {row["name"]: row["tenant_id"] for row in await connection.fetch("SELECT tenant_id, name FROM tenant")}
        asked = {
            READ: (statements.READ, [(one.record,) for one in known]),
            PAGE: (statements.PAGE, [(named[one.tenant], _LAST, _NIL, 50) for one in known]),
            OLD_PAGE: (statements.PAGE, [(named[one.tenant], one.record, _NIL, 50) for one in known]),
            HOT_PAGE: (statements.PAGE, [(named[HOT], one.record, _NIL, 50) for one in known]),
        }
        return [await _plan(connection, path, *what) for path, what in asked.items()]
    finally:
        await connection.close()


async def _plan(connection: Any, path: str, statement: str, values: Sequence[tuple[Any, ...]]) -> Plan:
    steps: set[str] = set()
    removed = 0
    pages = missed = milliseconds = 0.0
    for one in values:
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", *one)
        found = json.loads(text)[0]
        plan = found["Plan"]
        for step in _steps(plan):
            steps.add(step["Node Type"])
            removed += step.get("Rows Removed by Filter", 0)
        missed += plan["Shared Read Blocks"]
        pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        milliseconds += found["Planning Time"] + found["Execution Time"]
    count = len(values)
    return Plan(path, tuple(sorted(steps)), pages / count, missed / count, removed, milliseconds / count)


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that were done."""
    if plan["Actual Loops"]:
        yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)
