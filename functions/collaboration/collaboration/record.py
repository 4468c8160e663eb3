"""The page of record: what is kept of a page for good, in PostgreSQL, whatever becomes of Redis.

The table ``collaboration.page`` (migrations/confluence) has one row a page: ``state``, a Yjs update of version 1 that
holds all of it; ``version``, which each change raises; ``seed``, the id of the operation that filled it when it was
empty. A row may also come from whoever makes pages, with its content in ``state``: it then is not empty, and nobody
fills it.

Environment: DATABASE_URL (``postgresql://<user>@<host>/<database>?sslmode=verify-full``). Without a password in it the
server signs in with a token of IAM, which needs AWS_REGION, where that is set. PGSSLROOTCERT names the authorities
that RDS is believed by.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import asyncpg

from . import documents, spans
from .messages import Operation
from .operations import BusyError

_CONNECTIONS = 4
"""Of one server; all that it does here is one short statement at a time."""
_TIMEOUT_SECONDS = 30
_TRIES = 8

_READ = "SELECT state, version FROM collaboration.page WHERE page_id = $1"
_ADD = "INSERT INTO collaboration.page (page_id, state) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING version"
_CHANGE = """
UPDATE collaboration.page SET state = $2, version = version + 1, changed_at = now()
WHERE page_id = $1 AND version = $3 RETURNING version
"""
_SEED = """
INSERT INTO collaboration.page AS page (page_id, state, seed) VALUES ($1, $2, $3)
ON CONFLICT (page_id) DO UPDATE SET state = excluded.state, seed = excluded.seed, version = page.version + 1,
    changed_at = now()
WHERE page.seed IS NULL AND page.state = $4
"""
_SEEDED = "SELECT seed::text FROM collaboration.page WHERE page_id = $1"


class RecordAwayError(OSError):
    """The database cannot be asked; the same call may well go through later."""


class Record(Protocol):
    """Keeps pages for good."""

    async def read(self, page_id: str) -> bytes | None:
        """A page, or None when there is no such page yet. Raises RecordAwayError."""
        ...

    async def add(self, page_id: str, state: bytes) -> bytes:
        """Adds a state to a page and gives what is now kept of it: never less than before.

        Raises BusyError when others were quicker every time, and RecordAwayError.
        """
        ...

    async def seed(self, operation: Operation, *, empty: bool) -> bool:
        """Whether a page was filled with this operation, now or before.

        Now only if nothing is kept of it, it was not filled before, and the caller knows of nothing either
        (``empty``). One statement decides, so of any number of callers one fills a page. Raises RecordAwayError.
        """
        ...

    async def close(self) -> None:
        """Ends connections."""
        ...


class PostgresRecord:
    """The table, over a few connections that are opened when they are needed."""

    def __init__(self, url: str, password: Callable[[], Awaitable[str]] | None = None) -> None:
        self._url = url
        self._password = password
        self._pool: asyncpg.Pool | None = None

    async def read(self, page_id: str) -> bytes | None:
        """As ``Record`` says."""
        row = await self._one(_READ, page_id)
        return None if row is None else bytes(row["state"])

    async def add(self, page_id: str, state: bytes) -> bytes:
        """As ``Record`` says."""
        for _ in range(_TRIES):
            row = await self._one(_READ, page_id)
            if row is None:
                if await self._one(_ADD, page_id, state):
                    return state
                continue
            kept = documents.join(row["state"], [state]).state
            if kept == row["state"] or await self._one(_CHANGE, page_id, kept, row["version"]):
                return kept
        raise BusyError(page_id)

    async def seed(self, operation: Operation, *, empty: bool) -> bool:
        """As ``Record`` says."""
        if empty:
            await self._one(_SEED, operation.page_id, operation.update, operation.operation_id, documents.EMPTY)
        row = await self._one(_SEEDED, operation.page_id)
        return row is not None and row["seed"] == operation.operation_id

    async def close(self) -> None:
        """As ``Record`` says."""
        if self._pool is not None:
            self._pool.terminate()  # whose polite way waits for a database that is away

    async def _one(self, statement: str, *values: Any) -> Any:
        """The first row that a statement gives, or None."""
        try:
            if self._pool is None:
                self._pool = asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=_CONNECTIONS,
                    password=self._password,
                    timeout=_TIMEOUT_SECONDS,
                    command_timeout=_TIMEOUT_SECONDS,
                )
            await self._pool  # which makes it ready, once
            with spans.asking("postgresql", statement.split()[0], statement):
                return await self._pool.fetchrow(statement, *values)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            print(f"the page of record is out of reach: {error!r}")
            raise RecordAwayError("the page of record is out of reach") from error


def connect(environment: Mapping[str, str]) -> PostgresRecord | None:
    """The record that the environment names; None when it names none, and Redis alone keeps pages."""
    url = environment.get("DATABASE_URL")
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.password is not None or "AWS_REGION" not in environment:
        return PostgresRecord(url)
    return PostgresRecord(url, _tokens(parts.hostname or "", parts.port or 5432, parts.username or "", environment))


def _tokens(host: str, port: int, user: str, environment: Mapping[str, str]) -> Callable[[], Awaitable[str]]:
    """Tokens of IAM, one for each connection: they are good for 15 minutes.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
    """
    import boto3  # only here: a database with a password needs no AWS
    from botocore.exceptions import BotoCoreError

    client = boto3.Session(region_name=environment["AWS_REGION"]).client("rds")

    async def token() -> str:
        try:
            return str(await asyncio.to_thread(client.generate_db_auth_token, host, port, user))
        except BotoCoreError as error:
            raise RecordAwayError("there are no credentials to sign in to the database with") from error

    return token
