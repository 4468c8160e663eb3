"""A Redis of its own, on loopback, for tests and what runs on this machine."""

import socket
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tools.interrupts import held
from tools.programs import program

PATIENCE = 120.0
"""Seconds after which one gives up waiting for what always comes, on however busy a machine."""
_PORTS_TRIED = 10
"""A port that was free may be somebody else's by the time that the server wants it."""


@contextmanager
def redis_server(folder: Path, *, cluster: bool = False) -> Generator[int]:
    """redis-server in a folder of its own, on a port that was free, keeping nothing on disk."""
    for _ in range(_PORTS_TRIED):
        process = None
        try:
            with held():
                process, port = _started(folder, cluster)
            if _answers(process, port):
                yield port
                return
        finally:
            if process is not None:
                process.terminate()
                process.wait()
    raise AssertionError(f"redis-server ended {_PORTS_TRIED} times: {(folder / 'log').read_text()}")


def _started(folder: Path, cluster: bool) -> tuple[subprocess.Popen[bytes], int]:
    port, bus = free_ports()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    options += ["--cluster-enabled", "yes", "--cluster-port", str(bus)] if cluster else []
    with (folder / "log").open("w") as log:
        server = program("redis-server")
        return subprocess.Popen([server, *options], stdout=log, stderr=log), port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it listens; not when it ended, as it does where somebody was quicker to take the port."""

    def settled() -> bool:
        return process.poll() is not None or _is_of(client, process)

    with Redis(port=port, socket_timeout=PATIENCE) as client:
        until(settled)
    return process.poll() is None


def _is_of(client: Redis, process: subprocess.Popen[bytes]) -> bool:
    try:
        return client.info("server")["process_id"] == process.pid
    except RedisError:
        return False


def until(condition: Callable[[], bool]) -> None:
    """Waits for what always comes."""
    last = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < last, f"redis-server was not ready in {PATIENCE:.0f} s"
        time.sleep(0.01)


def free_ports() -> tuple[int, int]:
    """Two ports that nobody has at the moment."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
