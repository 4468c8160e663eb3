"""Counts what a page's life costs, by how many have it open and how many vanished from it without a word.

    python -m tests.bench_pages

Counts, not times: posts to sockets and items read and written in DynamoDB in the Lambda model, commands to Redis and
frames to sockets in the EKS model. Each must stay below a bound that grows with the number of those who are there and
of those who are gone, never with the square of either.
"""

import asyncio
import contextlib
import io
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "functions" / name) for name in ("authorizer", "collaboration")]

from collaboration import redis_client
from collaboration.hub import Hub, Member
from collaboration.live import LiveRoom
from collaboration.redis_pages import RedisPages
from redis.asyncio import Redis

from tests.functions.collaboration.soak.functions import in_memory
from tests.functions.collaboration.soak.regions import Region
from tests.functions.collaboration.support import (
    LIMITS,
    Clock,
    body,
    operation_body,
    principal,
    written_by,
)
from tools.redis_server import redis_server

CASES = ((1, 0), (10, 0), (40, 0), (10, 10), (10, 40), (40, 10), (40, 40))
"""Connections that are open, and that vanished."""


class Bound(NamedTuple):
    """The most that something may cost: so much at all, for each who is there, is gone, and for each pair of both."""

    once: int
    there: float
    gone: float
    pair: float = 0.0

    def most(self, there: int, gone: int) -> float:
        return self.once + self.there * there + self.gone * gone + self.pair * there * gone


BOUNDS = {
    # Whoever is there hears of the change, and of each who is gone; whoever is gone costs one try.
    "posts": Bound(once=1, there=1, gone=1, pair=1),
    # The list of who is there is read for the change, and twice more for the departures, with who is gone in it.
    "read": Bound(once=8, there=3, gone=3),
    "written": Bound(once=2, there=0, gone=4),
    "posts of the next": Bound(once=1, there=1, gone=0),
    "read for the next": Bound(once=4, there=1, gone=0),
    "written for the next": Bound(once=2, there=0, gone=0),
}
LIVE_BOUNDS = {
    "commands of a change": Bound(once=6, there=0, gone=0),
    "frames of a change": Bound(once=1, there=1, gone=0),
    "commands of a join": Bound(once=20, there=0, gone=0),
    "commands of a sweep": Bound(once=10, there=5, gone=0),
}


class Counted:
    """A client of DynamoDB that counts items: those it reads, and those it writes or removes."""

    def __init__(self, client: Any, counts: Counter[str]) -> None:
        self._client = client
        self._counts = counts
        self.exceptions = client.exceptions

    def get_paginator(self, operation: str) -> "Counted":
        assert operation == "query"
        return self

    def paginate(self, **call: Any) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator("query").paginate(**call):
            self._counts["read"] += max(1, len(page["Items"]))
            yield page

    def get_item(self, **call: Any) -> Any:
        self._counts["read"] += 1
        return self._client.get_item(**call)

    def batch_write_item(self, **call: Any) -> Any:
        self._counts["written"] += sum(map(len, call["RequestItems"].values()))
        return self._client.batch_write_item(**call)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def write(**call: Any) -> Any:
            self._counts["written"] += 1
            return method(**call)

        return write


def functions(there: int, gone: int) -> dict[str, int]:
    """What a change costs that finds so many gone, and the next one, in the Lambda model."""
    with in_memory(), contextlib.redirect_stdout(io.StringIO()):
        counts: Counter[str] = Counter()
        region = Region("us-east-1", Clock(), random.Random(1), LIMITS)
        client = Counted(region.client, counts)
        for store in (region.room.sessions, region.room.operations, region.room.presences):
            store._table._client = client
        for number in range(there + gone):
            region.connect(f"c{number}", principal(f"u{number}"), lambda _: None)
            region.say(f"c{number}", body("join"))
        for number in range(there, there + gone):
            region.sockets.pop(f"c{number}")
        first, second = written_by("a", "b")
        found = {}
        for operation, suffix in ((first, ("posts", "read", "written")), (second, tuple(BOUNDS)[3:])):
            counts.clear()
            before = region.posts
            region.say("c0", operation_body(operation))
            found |= dict(zip(suffix, (region.posts - before, counts["read"], counts["written"]), strict=True))
        return found


class CountingRedis(Redis):
    """A client that counts commands; a script is one."""

    commands = 0

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        self.commands += 1
        return await super().execute_command(*arguments, **options)


async def servers(port: int, there: int) -> dict[str, int]:
    """What a change, a join and a sweep cost in the EKS model, on one server."""
    heard = 0

    def hear(_: str) -> None:
        nonlocal heard
        heard += 1

    async def stream(texts: Any) -> None:
        for text in texts:
            hear(text)

    listener = redis_client.listen({"REDIS_URL": f"redis://127.0.0.1:{port}"})
    async with CountingRedis(port=port) as redis, listener:
        await redis.flushall()
        clock = Clock()
        hub = Hub(redis, listener, asyncio.sleep)
        room = LiveRoom(RedisPages(redis, LIMITS, clock), hub, LIMITS, clock)
        listening = asyncio.create_task(hub.listen())
        while not await redis.pubsub_channels():
            await asyncio.sleep(0.01)
        members = [
            Member(f"c{number}", principal(f"u{number}"), send=hear, stream=stream, close=lambda code, reason: None)
            for number in range(there)
        ]
        found = {}
        for member in members:
            redis.commands = 0
            await room.receive(member, body("join"))
            found["commands of a join"] = redis.commands
        await _quiet(lambda: heard)
        redis.commands = heard = 0
        await room.receive(members[0], operation_body(written_by("a")[0]))
        await _quiet(lambda: heard)
        found |= {"commands of a change": redis.commands, "frames of a change": heard}
        redis.commands = 0
        await room.sweep()
        listening.cancel()
        return found | {"commands of a sweep": redis.commands}


async def _quiet(count: Any) -> None:
    before = -1
    while count() != before:
        before = count()
        await asyncio.sleep(0.2)


def _judged(label: str, there: int, gone: int, found: dict[str, int], bounds: dict[str, Bound]) -> int:
    over = 0
    line = f"{label:<9}{there:>6}{gone:>6}"
    for name, bound in bounds.items():
        most = bound.most(there, gone)
        over += found[name] > most
        line += f"  {name} {found[name]}/{most:.0f}{'!' if found[name] > most else ''}"
    sys.stdout.write(line + "\n")
    return over


def main() -> int:
    """Prints the counts; 1 when one is over its bound."""
    sys.stdout.write(f"{'a change':<9}{'there':>6}{'gone':>6}\n")
    over = sum(_judged("functions", there, gone, functions(there, gone), BOUNDS) for there, gone in CASES)
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as port:
        for there in sorted({there for there, _ in CASES}):
            with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
                found = asyncio.run(servers(port, there))
            over += _judged("servers", there, 0, found, LIVE_BOUNDS)
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
