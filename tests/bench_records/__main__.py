"""Measures the reference service against rows, and holds the model of capacity to what it finds.

    python -m tests.bench_records [ROWS …] [--seconds S]

For each number of rows a PostgreSQL of its own on loopback, with the stack's migrations, is filled; what it takes up is
said, how PostgreSQL answers each path, warm and cold, how long the service takes over HTTP at rising concurrency, what
an answer costs of both's CPU, and what a write has PostgreSQL write. Beside each figure that the model counts with
stands what it says, and the deviation.

The verdict is no when a figure lies more than a quarter from the model's, a statement reads more than it answers from,
or pages and CPU grow faster than B-trees do. Latencies are printed and judge nothing: they are this machine's, and its
neighbours'. CPU is the least of several slices, and brought to the machine of ``measured.py`` by a yardstick.
"""

import argparse
import asyncio
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench_records import cpu
from tests.bench_records.data import Known, fill
from tests.bench_records.growth import grown
from tests.bench_records.paths import BATCH, HOT_PAGE, MISSED, PAGE, READ, WRITE, Measured, Served, measure
from tests.bench_records.plans import Plan, plans
from tests.bench_records.prediction import CLOSE, NEIGHBOURS, Compared, Found, compared, undisturbed
from tests.bench_records.sizes import cached_bytes, event_bytes, sizes
from tests.bench_records.writes import writes
from tests.postgres import Server, server
from tests.services.records.service import environment, migrate
from tools.redis_server import redis_server

ROWS = (100_000, 1_000_000)
CONCURRENCY = (1, 8, 32)
_LONG = 5.0
"""Seconds for each path and concurrency, below which figures of time say more of the machine than of the service."""
_POOL = 8
"""Connections that the service may open, as it is told."""
_COLD = 100
"""One part in so many of the data is what PostgreSQL's buffers hold when it is asked cold."""
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'application'"
_TITLES = (
    f"  {'path':24} at once   a second      p50      p95      p99    p99.9 ms  failed   CPU ms: service, PostgreSQL"
)
_EMPTY = """
SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'records'::regnamespace AND c.relkind = 'r'
AND c.relname ~ '^record_[0-9]{4}_' AND pg_relation_size(c.oid) = 0
"""


def main() -> int:
    """1 when the verdict is no."""
    parser = argparse.ArgumentParser(prog="tests.bench_records")
    parser.add_argument("rows", nargs="*", type=int, default=list(ROWS))
    parser.add_argument("--seconds", type=float, default=_LONG, help="for each path and concurrency")
    asked = parser.parse_args()
    say(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    found = {}
    for rows in asked.rows:
        with cpu.others() as others, server() as postgres:
            one = asyncio.run(run(postgres, rows, asked.seconds))
        found[rows] = replace(one, others=others())
    return verdict(found, long=asked.seconds >= _LONG)


async def run(postgres: Server, rows: int, seconds: float) -> Found:
    """One number of rows: filled, judged, asked."""
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as cache_port:
        migrate(postgres, "bench", Path(folder))
        began = time.perf_counter()
        known = await fill(postgres, "bench", rows)
        taken = sizes(postgres, "bench", rows)
        say(
            f"\n{rows:,} rows in {time.perf_counter() - began:.0f} s; bytes a row: {taken.row:.0f} itself, "
            f"{taken.by_id:.0f} by id, {taken.by_tenant:.0f} by tenant; B-trees {taken.id_height} and "
            f"{taken.tenant_height} below their roots"
        )
        sampled = known[:: max(1, len(known) // 200)]
        cold = await _cold(postgres, sampled, int(taken.total * rows / _COLD))
        warm = await plans(postgres, "bench", sampled)
        for one, other in zip(warm, cold, strict=True):
            steps = ", ".join(one.steps)
            pages = f"{one.pages:6.1f} pages, {other.missed:5.1f} of them cold"
            say(f"  {one.path:29} {pages} {one.milliseconds:8.2f} ms  {steps}")
        told = {**environment(postgres, "bench", cache_port), "DATABASE_CONNECTIONS": str(_POOL)}
        say(_TITLES)
        rod = cpu.yardstick()
        with _service({**told, "CACHED_SECONDS": "0"}, postgres) as served:
            asked = await _over_http(served, (MISSED,), known, seconds)
        with _service(told, postgres) as served:
            asked += await _over_http(served, (READ, PAGE, HOT_PAGE, WRITE, BATCH), known, seconds)
            written = await writes(postgres, "bench", served, known)
            connections = int(postgres.psql(_CONNECTIONS))
        return Found(
            rows=rows,
            sizes=taken,
            empty=int(postgres.psql(_EMPTY, database="bench")),
            sampled=sampled,
            warm=warm,
            cold=cold,
            paths=asked,
            writes=written,
            cached_bytes=cached_bytes(cache_port),
            event_bytes=event_bytes(),
            connections=connections,
            yardstick=min(rod, cpu.yardstick()),
        )


async def _cold(postgres: Server, sampled: Sequence[Known], buffers: int) -> list[Plan]:
    """The plans while PostgreSQL holds little more than what is above the leaves."""
    postgres.stop()
    postgres.options = (f"shared_buffers={max(buffers // 1024, 1024)}kB",)
    postgres.start()
    await plans(postgres, "bench", sampled[::4])
    found = await plans(postgres, "bench", sampled)
    postgres.stop()
    postgres.options = ()
    postgres.start()
    return found


async def _over_http(served: Served, paths: Sequence[str], known: Sequence[Known], seconds: float) -> list[Measured]:
    found = []
    for path in paths:
        for concurrency in CONCURRENCY:
            one = await measure(path, served, known, concurrency, seconds)
            say(_line(one))
            found.append(one)
    return found


def _line(one: Measured) -> str:
    shares = " ".join(f"{one.percentile(share):8.2f}" for share in (0.5, 0.95, 0.99, 0.999))
    rate = one.requests / one.seconds
    return (
        f"  {one.path:24} {one.concurrency:7} {rate:10.0f} {shares}     {one.failed:6}"
        f"   {one.cost.service:6.2f} {one.cost.database:6.2f}"
    )


@contextmanager
def _service(told: Mapping[str, str], postgres: Server) -> Generator[Served]:
    """The service in a process of its own, as a pod has it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "records.server"],
        env={**os.environ, **told, "PORT": str(port), "PYTHONPATH": "services/records"},
        stdout=subprocess.DEVNULL,  # where it says what it turned away, which the answers say as well
    )
    try:
        _wait(port, process)
        yield Served(f"http://127.0.0.1:{port}", process.pid, postgres.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the service listens."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the service ended")


def verdict(found: Mapping[int, Found], *, long: bool = True) -> int:
    """Prints what the model says of each figure; 1 when it is wrong of one, or answers grow as they should not.

    A run that is not ``long``, as CI's on whatever machine it gets, is judged by what no machine changes.
    """
    wrong = list(grown(found))
    for rows, one in sorted(found.items()):
        say(f"\n{rows:,} rows: {'':30} the model    measured  deviation")
        wrong += _apart(rows, compared(one))
        quiet = long and one.others <= NEIGHBOURS
        judged = _apart(rows, undisturbed(one))
        wrong += judged if quiet else []
        if not long:
            say("  a short run: milliseconds and writes are not judged")
        elif not quiet:
            say(f"  other programs had {one.others:.0%} of the machine: milliseconds and writes are not judged")
        wrong += _opened(one)
    say(f"\nverdict: {'; '.join(wrong) or 'the model holds, and answers grow as B-trees do'}")
    return bool(wrong)


def _apart(rows: int, figures: Sequence[Compared]) -> list[str]:
    """Prints them; those that are not close."""
    for one in figures:
        say(f"  {one.name:44} {one.predicted:9.2f} {one.measured:11.2f} {one.deviation:+10.0%}")
    return [
        f"{rows:,} rows: {one.name} is {one.deviation:+.0%} from the model, not within {CLOSE:.0%}"
        for one in figures
        if not one.close
    ]


def _opened(one: Found) -> list[str]:
    """The pool, and one beside it."""
    most = _POOL + 1
    return [f"{one.connections} connections are open, of {most}"] if one.connections > most else []


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
