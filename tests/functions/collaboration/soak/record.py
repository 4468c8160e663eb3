"""Pages that are filled, left, forgotten by Redis and opened again: what the page of record is there for.

Pages are visited in turn. A visit begins with two clients that would both fill the page, and ends with nobody there;
until the next one Redis has forgotten the page as a rule. Servers are killed as clients come, write and go, and Redis
fails over with what its replica had not got.
"""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from redis.asyncio.cluster import RedisCluster

from .clients import JsonClient, until
from .editors import Ledger
from .stage import Stage, stage

_SECONDS = 2
"""After so long Redis forgets a page that is recorded and that nobody has open."""
_PAGES = [f"docs/page{number}" for number in range(4)]
_VISITS = {True: 6, False: 40}
_FILLED = "[filled."


class RecordSoak:
    """One history."""

    def __init__(self, built: Stage, say: Callable[[str], None]) -> None:
        self._stage = built
        self._chance = built.chance
        self._say = say
        self._redis: Any = RedisCluster.from_url(built.cluster.url)
        self._ledgers = {page: Ledger() for page in _PAGES}
        self._visited: set[str] = set()
        self._forgotten = 0
        self._names: list[str] = []
        self._clients: list[JsonClient] = []
        self._born = 0

    async def run(self, visits: int) -> list[str]:
        """What went wrong."""
        faults = []
        try:
            for number in range(visits):
                faults += await self._visit(_PAGES[number % len(_PAGES)], number)
                self._say(f"{number + 1} of {visits} visits, {self._forgotten} to pages that Redis had forgotten")
            if not self._forgotten:
                faults.append("Redis never forgot a page")
            return faults + await self._without_redis()
        finally:
            await self._leave()
            await self._redis.aclose()

    async def _visit(self, page: str, number: int) -> list[str]:
        self._forgotten += page in self._visited and not await self._redis.exists(f"crdt:{page}")
        self._visited.add(page)
        self._come(page)
        if number % 3 == 0:
            await self._restart()
        if not await until(self._same):
            return [f"{page} is never the same for those who open it"]
        faults = self._lost(page)
        for _ in range(4):
            await self._write()
        await self._happen(page, number)
        for _ in range(4):
            await self._write()
        if not await until(self._same):
            return [*faults, f"{page} is never the same for those who have it open"]
        faults += self._lost(page)
        if number % 4 == 1:
            await asyncio.gather(self._leave(), self._restart())
        else:
            await self._leave()
        return faults

    async def _without_redis(self) -> list[str]:
        """Everything is in the record, and Redis is emptied."""
        if not await until(self._recorded):
            return ["what nobody has open is never recorded"]
        await self._redis.flushall(target_nodes=RedisCluster.PRIMARIES)
        return [fault for number, page in enumerate(_PAGES) for fault in await self._visit(page, 4 * number + 2)]

    async def _happen(self, page: str, number: int) -> None:
        match number % 4:
            case 0:
                await self._restart(signal.SIGTERM)
            case 1:
                await self._restart()
            case 3:
                # Of what nobody has open, only the record can give back what a replica had not got.
                await until(lambda: self._recorded(page))
                shard = self._chance.randrange(len(self._stage.cluster.pairs) - 1)
                self._stage.cluster.fall_behind(shard)
                for _ in range(4):
                    await self._write()
                await asyncio.sleep(0.3)
                await asyncio.to_thread(self._stage.cluster.fail_over, shard)

    def _come(self, page: str) -> None:
        """Two who would fill the page, one of y-websocket, and two of the JSON protocol."""
        self._born += 1
        for kind in ("one", "other"):
            name = f"{kind}{self._born}"
            self._stage.open("provider", name, self._stage.server(), page, seed=f"{_FILLED}{name}]")
            self._names.append(name)
        name = f"standard{self._born}"
        self._stage.open("standard", name, self._stage.server(), page)
        self._names.append(name)
        self._clients = [self._stage.json(f"{kind}{self._born}", self._ledgers[page], page) for kind in "jk"]

    async def _leave(self) -> None:
        for name in self._names:
            self._stage.browsers("kill", name=name)
        await asyncio.gather(*(client.close() for client in self._clients))
        self._names, self._clients = [], []

    async def _restart(self, number: int = signal.SIGKILL) -> None:
        await self._stage.restart(self._stage.server(), number)

    async def _write(self) -> None:
        client = self._chance.choice(self._clients)
        client.editor.erase() if self._chance.random() < 0.15 else client.editor.write()
        await client.send(*client.editor.messages(0.7))

    async def _same(self) -> bool:
        """Everybody is connected and has sent everything, and all have the same, which somebody has filled."""
        for client in self._clients:
            await client.send(*client.editor.messages())
        await asyncio.sleep(0.2)
        looks = [self._stage.look(name) for name in self._names]
        texts = {look["text"] for look in looks} | {str(client.editor.text) for client in self._clients}
        connected = all(client.socket and not client.editor.outbox for client in self._clients)
        synced = all(look["synced"] and look["saved"] is not False for look in looks)
        return connected and synced and len(texts) == 1 and _FILLED in texts.pop()

    def _lost(self, page: str) -> list[str]:
        text = self._stage.look(self._names[0])["text"]
        faults = [f"{page}: {mark}" for mark in self._ledgers[page].lost(text)]
        return faults + ([f"{page} was filled {text.count(_FILLED)} times"] if text.count(_FILLED) != 1 else [])

    async def _recorded(self, *but: str) -> bool:
        return set(await self._redis.hkeys("unrecorded")) <= {page.encode() for page in but}


def play(seed: int, short: bool, say: Callable[[str], None]) -> list[str]:
    """What one history shows to be lost."""

    async def played() -> list[str]:
        return await RecordSoak(built, say).run(_VISITS[short])

    with stage(seed, _SECONDS, record=True) as built:
        return asyncio.run(played())
