"""Measures the reference service against rows.

    python -m tests.bench_records [ROWS …] [--seconds S]

For each number of rows a PostgreSQL of its own on loopback, with the stack's migrations and parameters scaled to the
machine, is filled; what it takes up is said, how PostgreSQL answers each path, and how long the service takes over HTTP
at rising concurrency. The last line is the verdict: pages touched by an answer may grow as the height of a B-tree does,
and no statement may read more than it answers from. Times are printed and judge nothing: they are this machine's.
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
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench_records.data import Known, fill
from tests.bench_records.paths import Measured, measure, paths
from tests.bench_records.plans import Plan, plans
from tests.bench_records.sizes import Sizes, sizes
from tests.postgres import Server, server
from tests.redis_server import redis_server
from tests.services.records.service import environment, migrate

ROWS = (100_000, 1_000_000)
CONCURRENCY = (1, 8, 32)
_MORE_PAGES = 8
"""That an answer may touch at ten times the rows: a level of each of two B-trees for each of four partitions."""
_SEQUENTIAL = {"Seq Scan", "Sort", "Bitmap Heap Scan", "Incremental Sort"}


def main() -> int:
    """1 when the verdict is no."""
    parser = argparse.ArgumentParser(prog="tests.bench_records")
    parser.add_argument("rows", nargs="*", type=int, default=list(ROWS))
    parser.add_argument("--seconds", type=float, default=5.0, help="for each path and concurrency")
    asked = parser.parse_args()
    say(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    found = {}
    for rows in asked.rows:
        with server() as postgres:
            found[rows] = asyncio.run(run(postgres, rows, asked.seconds))
    return verdict(found)


async def run(postgres: Server, rows: int, seconds: float) -> tuple[Sizes, list[Plan]]:
    """One number of rows: filled, judged, asked."""
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as cache_port:
        migrate(postgres, "bench", Path(folder))
        began = time.perf_counter()
        known = await fill(postgres, "bench", rows)
        taken = sizes(postgres, "bench", rows)
        say(
            f"\n{rows:,} rows in {time.perf_counter() - began:.0f} s; bytes a row: {taken.row:.0f} itself, "
            f"{taken.by_id:.0f} by id, {taken.by_tenant:.0f} by tenant; B-trees {taken.height} below the root"
        )
        planned = await plans(postgres, "bench", known[:: max(1, len(known) // 200)])
        for plan in planned:
            say(f"  {plan.path:24} {plan.pages:6.1f} pages {plan.milliseconds:8.2f} ms  {', '.join(plan.steps)}")
        with _service(environment(postgres, "bench", cache_port)) as base:
            await _over_http(base, known, seconds)
        return taken, planned


async def _over_http(base: str, known: Sequence[Known], seconds: float) -> None:
    say(f"  {'path':24} at once   a second      p50      p95      p99    p99.9 ms  failed")
    for name, ask in paths(base).items():
        for concurrency in CONCURRENCY:
            one = await measure(name, ask, known, concurrency, seconds)
            say(_line(one))


def _line(one: Measured) -> str:
    shares = " ".join(f"{one.percentile(share):8.2f}" for share in (0.5, 0.95, 0.99, 0.999))
    return f"  {one.path:24} {one.concurrency:7} {one.requests / one.seconds:10.0f} {shares}     {one.failed:6}"


@contextmanager
def _service(told: dict[str, str]) -> Generator[str]:
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
        yield f"http://127.0.0.1:{port}"
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


def verdict(found: dict[int, tuple[Sizes, list[Plan]]]) -> int:
    """Whether answers stay as cheap as they were, from the fewest rows to the most."""
    fewest, most = found[min(found)][1], found[max(found)][1]
    # Of a few thousand rows PostgreSQL rightly reads all.
    wrong = [f"{plan.path}: {step}" for plan in most for step in sorted(_SEQUENTIAL & set(plan.steps))]
    tenfold = len(str(max(found))) - len(str(min(found)))
    for few, many in zip(fewest, most, strict=True):
        if many.pages > few.pages + _MORE_PAGES * tenfold:
            wrong.append(f"{many.path}: {few.pages:.1f} pages became {many.pages:.1f}")
    say(f"\nverdict: {'; '.join(wrong) or 'answers grow as B-trees do'}")
    return bool(wrong)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
