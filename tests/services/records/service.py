"""The service on a port of loopback, over a real PostgreSQL and a real Redis, and a client of it."""

import http.client
import json
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn
from records import database, settings
from records.server import Service

from tests.migrations.job import run_job, texts_of
from tests.postgres import Server
from tests.stacks import ROOT

KEY = "acme-s-key-which-is-long-and-made-by-chance"
MIGRATIONS = ROOT / "migrations/records"


@dataclass
class Heard:
    """A stream that keeps what it is sent, in order."""

    events: list[tuple[bytes, bytes]] = field(default_factory=list)
    failing: bool = False

    async def send(self, events: Sequence[tuple[bytes, bytes]]) -> None:
        if self.failing:
            raise OSError("the brokers are away")
        self.events += events


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """What asks a service, as the tenant ``acme`` unless told otherwise."""

    port: int

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = KEY, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, data, {"Content-Type": "application/json", **sent})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()


def migrate(postgres: Server, database: str, folder: Path) -> None:
    """A database as the stack's migration leaves it, with four tenants; ``open`` is public, ``other`` has no key."""
    postgres.database(database)
    run_job(postgres, database, texts_of("records", sorted(file.name for file in MIGRATIONS.iterdir())), folder)
    rows = f"('acme', sha256('{KEY}'), false), ('open', sha256('open-{KEY}'), true), ('other', NULL, false)"
    rows += f", ('paged', sha256('paged-{KEY}'), false)"
    postgres.psql(f"INSERT INTO records.tenant (name, key, public) VALUES {rows}", database=database)


def environment(postgres: Server, database: str, cache_port: int | None) -> dict[str, str]:
    """What the stack tells the pods, for stores on loopback."""
    cache = {} if cache_port is None else {"CACHE_ENDPOINT": "127.0.0.1", "CACHE_PORT": str(cache_port)}
    return {
        "AWS_REGION": "us-east-1",
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(postgres.port),
        "DATABASE_NAME": database,
        "DATABASE_USER": "application",
        "DATABASE_SSLMODE": "verify-ca",
        "PGSSLROOTCERT": str(postgres.certificate),
        "CURSOR_KEY_ARN": "literal:a key of the tests",
        "CACHE_TLS": "false",
        **cache,
    }


@contextmanager
def running(told: Mapping[str, str], stream: Heard | None = None) -> Generator[Client]:
    """A service, until the block ends.

    Its requests wait for a connection and for what they asked as long as a busy machine needs; those in a pod give up
    after a quarter second, and after five.
    """
    with mock.patch.multiple(database, _TURN_SECONDS=60.0, _CONNECT_SECONDS=60.0, _STATEMENT_SECONDS=60.0):
        service = Service(settings.read(told), stream)
    config = uvicorn.Config(service.app, host="127.0.0.1", port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    began = threading.Event()
    original = server.startup

    async def startup(*arguments: Any, **options: Any) -> None:
        await original(*arguments, **options)
        began.set()

    server.startup = startup
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert began.wait(60), "the service did not start"
        yield Client(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
