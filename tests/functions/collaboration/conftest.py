"""Tables kept in memory by moto, and a Redis of the test run's own on loopback."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from collaboration import announcements, handlers, hub, redis_client
from collaboration.limits import Limits
from redis import Redis

from tests import postgres
from tools.redis_server import PATIENCE, redis_server, until

from .api import Api
from .pages_of_record import PagesOfRecord, migrated
from .pods import Pods, pods
from .support import Clock, create_tables
from .tables_in_memory import client, tables_in_memory

Scenario = Callable[[Pods], Awaitable[None]]


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up a Redis that is only slow because the machine is busy."""
    monkeypatch.setattr(redis_client, "_TIMEOUT_SECONDS", PATIENCE)
    monkeypatch.setattr(announcements, "_TIMEOUT_SECONDS", PATIENCE)
    monkeypatch.setattr(hub, "_PATIENCE_SECONDS", PATIENCE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def _client() -> Any:
    return client()


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch, _client: Any) -> Iterator[Any]:
    """A client of DynamoDB with the three tables, empty."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with tables_in_memory():
        create_tables(_client)
        yield _client


@pytest.fixture
def api(dynamodb: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The Lambda model over the tables."""
    built = Api(dynamodb, clock, Limits())
    monkeypatch.setattr(handlers, "room", lambda: built.room)
    return built


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as port:
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of one node, which refuses statements over keys of two slots as any cluster does."""
    with redis_server(tmp_path_factory.mktemp("cluster"), cluster=True) as port, Redis(port=port) as node:
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        until(lambda: b"cluster_state:ok" in node.execute_command("CLUSTER", "INFO", NEVER_DECODE=True))
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def _postgres() -> Iterator[postgres.Server]:
    with migrated() as running:
        yield running


@pytest.fixture
def pages_of_record(_postgres: postgres.Server) -> PagesOfRecord:
    """The table, empty."""
    built = PagesOfRecord(_postgres)
    built.sql("TRUNCATE collaboration.page")
    return built


@pytest.fixture
def play(redis_url: str, clock: Clock) -> Callable[[Scenario], None]:
    """Plays a scenario with an empty Redis."""

    async def played(scenario: Scenario) -> None:
        async with pods(redis_url, clock) as built:
            await scenario(built)

    return lambda scenario: asyncio.run(played(scenario))
