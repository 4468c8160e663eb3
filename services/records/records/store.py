"""The paths: point read, a tenant's page, write, replace, and a batch that may be sent twice."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from . import statements
from .cache import Cache
from .database import Databases
from .identity import made_at, milliseconds, new_id


class ConflictError(Exception):
    """The record has another version than the one that was to be replaced."""


class ReusedError(Exception):
    """The key of a batch was another batch's before."""


@dataclass(frozen=True)
class New:
    """A record to be made; ``body`` is JSON."""

    kind: str
    body: str


@dataclass(frozen=True)
class Record:
    """A record as it is answered: ``text`` is JSON."""

    record_id: UUID
    version: int
    text: bytes


class Store:
    """Reads by the cache and the readers, writes to the primary. Every method raises AwayError."""

    def __init__(self, databases: Databases, cache: Cache | None, clock: Callable[[], float] = time.time) -> None:
        self._databases = databases
        self._cache = cache
        self._clock = clock
        self._asked: dict[tuple[int, UUID], asyncio.Task[Record | None]] = {}

    async def read(self, tenant: int, record_id: UUID) -> bytes | None:
        """A record of the tenant's, or None. However many ask for one at once, the database is asked once."""
        if self._cache is not None and (kept := await self._cache.get(tenant, record_id)) is not None:
            return kept
        which = (tenant, record_id)
        task = self._asked.get(which)
        if task is None:
            task = self._asked[which] = asyncio.create_task(self._fetch(tenant, record_id))
            task.add_done_callback(lambda _: self._asked.pop(which, None))
        found = await asyncio.shield(task)  # whoever gives up leaves it to the others
        return None if found is None else found.text

    async def page(self, tenant: int, before: UUID, since: UUID, most: int) -> list[Record]:
        """Up to ``most`` of the tenant's records, the newest first, from ``before`` (not in it) to ``since``."""
        rows = await self._databases.fetch(statements.PAGE, tenant, before, since, most, tenant=tenant)
        return [_record(row) for row in rows]

    async def write(self, tenant: int, name: str, new: Sequence[New]) -> list[Record]:
        """Makes records, all or none."""
        async with self._databases.primary.connection(tenant) as connection:
            made = await self._insert(connection, tenant, name, new)
        await self._keep(tenant, made)
        return made

    async def replace(self, tenant: int, name: str, record_id: UUID, version: int, new: New) -> Record | None:
        """Replaces that version of a record; None when there is no such record. Raises ConflictError."""
        async with self._databases.primary.connection(tenant) as connection:
            row = await connection.fetchrow(statements.REPLACE, record_id, tenant, version, new.kind, new.body, name)
            there = row is not None or await connection.fetchval(statements.VERSION, record_id, tenant)
        if row is None:
            if there is None:
                return None
            raise ConflictError
        made = _record(row)
        await self._keep(tenant, [made])
        return made

    async def batch(self, tenant: int, name: str, key: str, digest: bytes, new: Sequence[New]) -> str:
        """Makes records once, however often the batch is sent, and gives the same answer each time: their ids.

        Raises ReusedError when the key was that of another batch.
        """
        async with self._databases.primary.connection(tenant) as connection, connection.transaction():
            if not await connection.fetchval(statements.CLAIM, tenant, key, digest):
                row = await connection.fetchrow(statements.ANSWERED, tenant, key)
                if row is None or row["digest"] != digest:
                    raise ReusedError
                return row["answer"]
            made = await self._insert(connection, tenant, name, new)
            answer = json.dumps({"ids": [str(one.record_id) for one in made]})
            await connection.execute(statements.ANSWER, tenant, key, answer)
        return answer

    async def _fetch(self, tenant: int, record_id: UUID) -> Record | None:
        rows = await self._databases.fetch(statements.READ, record_id, tenant=tenant)
        if not rows and self._just_made(record_id):
            rows = await self._databases.fetch_latest(statements.READ, record_id, tenant=tenant)
        if not rows or rows[0]["tenant_id"] != tenant:
            return None
        found = _record({"id": record_id, **rows[0]})
        await self._keep(tenant, [found])
        return found

    def _just_made(self, record_id: UUID) -> bool:
        """Whether a reader may not have heard of the record yet: its id says when it was made."""
        age = self._clock() - milliseconds(record_id) / 1000
        return bool(self._databases.readers) and abs(age) < self._databases.settled_seconds

    async def _insert(self, connection: Any, tenant: int, name: str, new: Sequence[New]) -> list[Record]:
        now = round(self._clock() * 1000)
        ids = [new_id(now) for _ in new]
        rows = await connection.fetch(
            statements.WRITE, ids, [tenant] * len(ids), [one.kind for one in new], [one.body for one in new], name
        )
        found = {row["id"]: _record(row) for row in rows}
        return [found[record_id] for record_id in ids]

    async def _keep(self, tenant: int, records: Sequence[Record]) -> None:
        if self._cache is not None:
            for record in records:
                await self._cache.keep(tenant, record.record_id, record.version, record.text)


def _record(row: Mapping[str, Any]) -> Record:
    """The database wrote the body; it is passed on as it is."""
    head = {
        "id": str(row["id"]),
        "version": row["version"],
        "kind": row["kind"],
        "madeAt": _time(made_at(row["id"])),
        "updatedAt": _time(row["updated_at"]),
    }
    text = f'{json.dumps(head)[:-1]}, "body": {row["body"]}}}'
    return Record(row["id"], row["version"], text.encode())


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
