"""One PostgreSQL, one Redis and one service for all tests of a file."""

from collections.abc import Generator
from dataclasses import dataclass

import pytest

from tests.postgres import Server, server
from tests.services.records.service import Client, Heard, environment, migrate, running
from tools.redis_server import redis_server


@dataclass(frozen=True)
class Stores:
    """Where the stores are."""

    postgres: Server
    cache_port: int

    def told(self, database: str = "service") -> dict[str, str]:
        return environment(self.postgres, database, self.cache_port)

    def sql(self, statement: str, database: str = "service") -> str:
        return self.postgres.psql(statement, database=database)


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stores]:
    with server() as postgres, redis_server(tmp_path_factory.mktemp("cache")) as cache_port:
        migrate(postgres, "service", tmp_path_factory.mktemp("migrations"))
        yield Stores(postgres, cache_port)


@pytest.fixture(scope="session")
def heard() -> Heard:
    """What the brokers of ``client``'s service were sent."""
    return Heard()


@pytest.fixture(scope="session")
def client(stores: Stores, heard: Heard) -> Generator[Client]:
    with running(stores.told(), heard) as asked:
        yield asked
