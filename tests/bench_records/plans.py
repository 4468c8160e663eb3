"""How PostgreSQL answers each path: which steps, and how many pages of 8 KiB it touches, in memory or not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from records import statements

from tests.bench_records.data import HOT, Known
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
    milliseconds: float
    """Planned and run, on average."""


async def plans(server: Server, database: str, known: Sequence[Known]) -> list[Plan]:
    """Of the paths that read, over some records each; as the service's user, by prepared statements as it has them."""
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="application", database=database, ssl="require"
    )
    try:
        named = {row["name"]: row["tenant_id"] for row in await connection.fetch("SELECT tenant_id, name FROM tenant")}
        asked = {
            "point read": (statements.READ, [(one.record,) for one in known]),
            "page of 50": (statements.PAGE, [(named[one.tenant], _LAST, _NIL, 50) for one in known]),
            "page of the hot tenant": (statements.PAGE, [(named[HOT], one.record, _NIL, 50) for one in known]),
        }
        return [await _plan(connection, path, *what) for path, what in asked.items()]
    finally:
        await connection.close()


async def _plan(connection: Any, path: str, statement: str, values: Sequence[tuple[Any, ...]]) -> Plan:
    steps: set[str] = set()
    pages = milliseconds = 0.0
    for one in values:
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", *one)
        found = json.loads(text)[0]
        plan = found["Plan"]
        steps |= _steps(plan)
        pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        milliseconds += found["Planning Time"] + found["Execution Time"]
    return Plan(path, tuple(sorted(steps)), pages / len(values), milliseconds / len(values))


def _steps(plan: dict[str, Any]) -> set[str]:
    return {plan["Node Type"]}.union(*(_steps(below) for below in plan.get("Plans", ())))
