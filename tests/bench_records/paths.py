"""Asks the service over loopback, with rising concurrency, and says how long each path takes and what it costs."""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp

from tests.bench_records import cpu
from tests.bench_records.data import HOT, Known

READ, MISSED, PAGE, HOT_PAGE = "point read", "point read, not in Redis", "page of 50", "page of the hot tenant"
OLD_PAGE = "page of 50 amid its tenant's"
WRITE, BATCH = "write", "batch of 100"
_NOTE = {"kind": "reading", "body": {"value": 1}}
Ask = Callable[[aiohttp.ClientSession, Known], Awaitable[int]]


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU for one answer."""

    service: float
    database: float


@dataclass(frozen=True)
class Measured:
    """Requests of one path at one concurrency."""

    path: str
    concurrency: int
    requests: int
    failed: int
    seconds: float
    latencies: list[float]
    """Milliseconds, in rising order."""
    cost: Cost

    def percentile(self, share: float) -> float:
        """Milliseconds that so many did not exceed."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


@dataclass(frozen=True)
class Served:
    """Where the service is, and whose CPU counts."""

    base: str
    service: int
    """A process."""
    database: int
    """The process whose children serve connections."""


def paths(base: str) -> dict[str, Ask]:
    """The paths of the contract, by name."""
    turns = itertools.count()

    async def get(session: aiohttp.ClientSession, url: str) -> int:
        async with session.get(f"{base}{url}") as answer:
            await answer.read()
            return answer.status

    async def post(session: aiohttp.ClientSession, tenant: str, what: str, body: object, **headers: str) -> int:
        url = f"{base}/v1/tenants/{tenant}/records{what}"
        signed = {"Authorization": f"Bearer {tenant}", **headers}
        async with session.post(url, json=body, headers=signed) as answer:
            await answer.read()
            return answer.status

    async def read(session: aiohttp.ClientSession, known: Known) -> int:
        return await get(session, f"/v1/tenants/{known.tenant}/records/{known.record}")

    return {
        READ: read,
        MISSED: read,
        PAGE: lambda session, known: get(session, f"/v1/tenants/{known.tenant}/records?limit=50"),
        HOT_PAGE: lambda session, _: get(session, f"/v1/tenants/{HOT}/records?limit=50"),
        WRITE: lambda session, known: post(session, known.tenant, "", _NOTE),
        BATCH: lambda session, known: post(
            session, known.tenant, ":batch", {"records": [_NOTE] * 100}, **{"Idempotency-Key": f"bench-{next(turns)}"}
        ),
    }


async def measure(path: str, served: Served, known: Sequence[Known], concurrency: int, seconds: float) -> Measured:
    """Asks for so many seconds, always so many at once."""
    latencies: list[float] = []
    failed = 0
    ask, chance = paths(served.base)[path], random.Random(concurrency)
    connector = aiohttp.TCPConnector(limit=concurrency)
    began = time.perf_counter()

    async with aiohttp.ClientSession(connector=connector) as session:

        async def client() -> None:
            nonlocal failed
            while time.perf_counter() - began < seconds:
                start = time.perf_counter()
                status = await ask(session, chance.choice(known))
                latencies.append((time.perf_counter() - start) * 1000)
                failed += status >= 400

        service, database = cpu.of_process(served.service), cpu.of_children(served.database)
        await asyncio.gather(*(client() for _ in range(concurrency)))
        count = len(latencies)
        cost = Cost(
            cpu.since(service, cpu.of_process(served.service)) / count,
            cpu.since(database, cpu.of_children(served.database)) / count,
        )
    took = time.perf_counter() - began
    return Measured(path, concurrency, count, failed, took, sorted(latencies), cost)
