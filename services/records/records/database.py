"""Connections to PostgreSQL: one pool to the primary and one to each reader, and which of them a read goes to.

A reader copies the primary and is behind it. Each is asked every second how far; one that is further behind than
``most_lag_seconds``, or does not answer, is left out until it is well again, and with none left the primary reads.
"""

import asyncio
import itertools
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg

from .fair_share import Turns
from .settings import Settings

_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 5
_TURN_SECONDS = 0.25
"""How long a request waits for a connection: whoever waits longer will hardly be answered within 500 ms."""
_WATCH_SECONDS = 1.0
_LAG = """
SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8
"""
"""Seconds behind; 0 while there is nothing to replay, since a primary at rest has the last replay grow old, and NULL on
a reader that has just begun and not replayed any transaction."""

PLANNED = {"enable_sort": "off", "enable_bitmapscan": "off"}
"""Every statement of a request has an index in its order. Where tenants have few rows on average PostgreSQL would read
and sort all that a tenant has, for the one with a million as well."""

Password = Callable[[], Awaitable[str]]


class AwayError(Exception):
    """The database cannot be asked now; the same request may well go through a moment later."""


class BusyError(AwayError):
    """It is there, and had no turn left or took too long: to ask another host would only pass the load on."""


_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,  # after a failover: what was the primary is none any more
    asyncpg.InvalidAuthorizationSpecificationError,  # a token that could not be made or has ended
    asyncpg.SerializationError,  # a reader ended the statement to go on copying
    OSError,
)
_BUSY = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.TooManyConnectionsError)


class Host:
    """A pool of connections to one host, opened as they are needed."""

    def __init__(self, settings: Settings, host: str, password: Password | None) -> None:
        self.host = host
        self.lag = 0.0
        """Seconds behind the primary, as last heard; infinite when it did not answer."""
        self._most = settings.database_connections
        self._turns = Turns(self._most)
        self._turn_seconds = _TURN_SECONDS
        self._where: dict[str, Any] = {
            "host": host,
            "port": settings.database_port,
            "database": settings.database_name,
            "user": settings.database_user,
            "password": password,
            "ssl": _tls(settings),
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _STATEMENT_SECONDS,
        }
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Makes the pool; connections come with the first requests."""
        self._pool = asyncpg.create_pool(**self._where, min_size=0, max_size=self._most, server_settings=PLANNED)
        await self._pool

    async def close(self) -> None:
        """Ends connections."""
        if self._pool is not None:
            self._pool.terminate()  # whose polite way waits for a database that is away

    async def connect(self, *, statement_seconds: float | None = _STATEMENT_SECONDS) -> Any:
        """A connection beside the pool's, whose statements may take so long. Raises AwayError."""
        try:
            return await asyncpg.connect(**{**self._where, "command_timeout": statement_seconds})
        except (*_AWAY, *_BUSY) as error:
            raise AwayError(f"{self.host}: {error!r}") from error

    @asynccontextmanager
    async def connection(self, tenant: int | None = None) -> AsyncGenerator[Any]:
        """A connection for one request, of those that the tenant may have. Raises AwayError."""
        if self._pool is None:
            raise AwayError(f"{self.host} was not opened")
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._turn_seconds):
                    await stack.enter_async_context(self._turns.of(tenant))
                    connection = await stack.enter_async_context(self._pool.acquire())
                yield connection
        except _BUSY as error:  # before what is away: a TimeoutError is an OSError as well
            raise BusyError(f"{self.host}: {error!r}") from error
        except _AWAY as error:
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                await self._pool.expire_connections()  # new ones go where the name then leads
            raise AwayError(f"{self.host}: {error!r}") from error


class Databases:
    """The primary and its readers."""

    def __init__(self, settings: Settings, password: Callable[[str], Password | None]) -> None:
        self.primary = Host(settings, settings.database_host, password(settings.database_host))
        self.readers = [Host(settings, host, password(host)) for host in settings.database_readers]
        self._most = settings.most_lag_seconds
        self.settled_seconds = self._most + 3 * _WATCH_SECONDS
        """After which every reader that is asked has what was written: one may fall behind between two looks at it."""
        self._turns = itertools.count()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Pools, and a watch over the readers, until the block ends."""
        hosts = [self.primary, *self.readers]
        for host in hosts:
            await host.open()
        watches = [asyncio.create_task(watch(reader)) for reader in self.readers]
        try:
            yield
        finally:
            for one in watches:
                one.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
            for host in hosts:
                await host.close()

    @property
    def fit(self) -> list[Host]:
        """The readers that are close enough behind the primary."""
        return [reader for reader in self.readers if reader.lag <= self._most]

    @property
    def greatest_lag(self) -> float | None:
        """Seconds that the reader which is furthest behind is so, of those that answer; None where none does."""
        return max((reader.lag for reader in self.readers if reader.lag != float("inf")), default=None)

    async def fetch(self, statement: str, *values: Any, tenant: int | None = None) -> list[Any]:
        """Rows, from a reader in turn, or from the primary where no reader is fit. Raises AwayError."""
        fit = self.fit
        if fit:
            reader = fit[next(self._turns) % len(fit)]
            try:
                async with reader.connection(tenant) as connection:
                    return await connection.fetch(statement, *values)
            except BusyError:
                raise
            except AwayError:
                reader.lag = float("inf")  # until it is heard again
        return await self.fetch_latest(statement, *values, tenant=tenant)

    async def fetch_latest(self, statement: str, *values: Any, tenant: int | None = None) -> list[Any]:
        """Rows as the primary has them. Raises AwayError."""
        async with self.primary.connection(tenant) as connection:
            return await connection.fetch(statement, *values)


async def watch(reader: Host) -> None:
    """Asks a reader every second how far it is behind, by a connection that no request can take."""
    while True:
        try:
            connection = await reader.connect()
            try:
                while True:
                    behind = await connection.fetchval(_LAG)
                    reader.lag = float("inf") if behind is None else behind
                    await asyncio.sleep(_WATCH_SECONDS)
            finally:
                connection.terminate()
        except (AwayError, *_AWAY, *_BUSY):
            reader.lag = float("inf")
        await asyncio.sleep(_WATCH_SECONDS)


def _tls(settings: Settings) -> ssl.SSLContext | str:
    if settings.database_tls not in ("verify-ca", "verify-full"):
        return settings.database_tls
    context = ssl.create_default_context(cafile=settings.database_authorities)
    context.check_hostname = settings.database_tls == "verify-full"
    return context
