"""Tells Kafka what was written: each row of the outbox at least once, and of one record in the order of its versions.

One pod at a time does it, whoever holds a lock in the database; when its connection ends, another takes over. A row is
deleted once the brokers have it, so that what was sent and not deleted is sent again: readers of the topic know an
event by the record's id and its version.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from . import statements
from .database import AwayError, Host

_MOST = 500
_REST_SECONDS = 0.2
_PATIENCE_SECONDS = 5.0


class Stream(Protocol):
    """Where events go."""

    async def send(self, events: Sequence[tuple[bytes, bytes]]) -> None:
        """Keys and values, in this order for each key; returns once all of them are kept. Raises OSError."""
        ...


class Relay:
    """Passes on what waits, for as long as it runs."""

    def __init__(
        self, primary: Host, stream: Stream, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._primary = primary
        self._stream = stream
        self._sleep = sleep
        self.behind: float | None = None
        """Seconds that the oldest waiting event has waited, none waiting being 0; None unless this pod passes on."""
        self.waiting: int | None = None
        """About how many wait."""

    async def run(self) -> None:
        """Never returns: a database or brokers that are away are tried again."""
        while True:
            try:
                await self._hold()
            except (AwayError, OSError) as error:
                # What waits is known, and goes on waiting: brokers that are away must not look like an empty outbox.
                print(f"the outbox waits: {error!r}", flush=True)
            await self._sleep(_PATIENCE_SECONDS)

    async def _hold(self) -> None:
        """Waits its turn among the pods, and then passes on until something fails."""
        try:
            connection = await self._primary.connect()
        except AwayError:
            self.behind = self.waiting = None
            raise
        try:
            if not await connection.fetchval(statements.RELAY):
                self.behind = self.waiting = None  # another pod knows
                return
            while True:
                if not await self.once(connection):
                    await self._sleep(_REST_SECONDS)
        except Exception as error:
            raise AwayError(f"{self._primary.host}: {error!r}") from error
        finally:
            connection.terminate()

    async def once(self, connection: Any) -> bool:
        """Passes on one portion; whether there may be more."""
        oldest = await connection.fetchrow(statements.BEHIND)
        self.behind, self.waiting = (oldest["seconds"], oldest["rows"]) if oldest else (0.0, 0)
        rows = await connection.fetch(statements.WAITING, _MOST)
        if rows:
            await self._stream.send([_event(row) for row in rows])
            await connection.execute(statements.TOLD, [row["position"] for row in rows])
        return len(rows) == _MOST


def _event(row: Any) -> tuple[bytes, bytes]:
    """A record's id as the key, so that all of its versions are in one partition of the topic."""
    told = {"id": str(row["record_id"]), "tenant": row["tenant"], "version": row["version"], "event": row["event"]}
    text = f'{json.dumps(told)[:-1]}, "record": {row["body"]}}}'
    return row["record_id"].bytes, text.encode()
