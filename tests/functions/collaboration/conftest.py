"""Tables kept in memory by moto, and a Redis of the test run's own on loopback."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from collaboration import handlers
from collaboration.limits import Limits
from moto import mock_aws
from redis import Redis
from redis.exceptions import ConnectionError as NotListeningError

from tests.programs import program

from .api import Api
from .pods import Pods, pods
from .support import Clock, create_tables

Scenario = Callable[[Pods], Awaitable[None]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of DynamoDB with the three tables, empty."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("dynamodb")
        create_tables(client)
        yield client


@pytest.fixture
def api(dynamodb: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The Lambda model over the tables."""
    built = Api(dynamodb, clock, Limits())
    monkeypatch.setattr(handlers, "room", lambda: built.room)
    return built


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _server(tmp_path_factory.mktemp("redis")) as port:
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of one node, which refuses statements over keys of two slots as any cluster does."""
    with _server(
        tmp_path_factory.mktemp("cluster"), "--cluster-enabled", "yes", "--cluster-port", str(free_port())
    ) as port:
        node = Redis(port=port)
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in node.execute_command("CLUSTER", "INFO", NEVER_DECODE=True):
            time.sleep(0.01)
        node.close()
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture
def play(redis_url: str, clock: Clock) -> Callable[[Scenario], None]:
    """Plays a scenario with an empty Redis."""

    async def played(scenario: Scenario) -> None:
        async with pods(redis_url, clock) as built:
            await scenario(built)

    return lambda scenario: asyncio.run(played(scenario))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class _server:  # noqa: N801 - used as a context manager
    """A Redis server in a folder of its own, on a free port, keeping nothing on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._port = free_port()
        arguments = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [program("redis-server"), *arguments, "--dir", str(folder), *options],
            stdout=log,
            stderr=log,
        )
        log.close()

    def __enter__(self) -> int:
        client = Redis(port=self._port)
        for _ in range(500):
            assert self._process.poll() is None, "redis-server ended at once"
            try:
                client.ping()
            except NotListeningError:
                time.sleep(0.01)
            else:
                client.close()
                return self._port
        raise AssertionError("redis-server does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
