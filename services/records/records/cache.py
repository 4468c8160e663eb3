"""Records in Redis: what was read or written lately, by id, each with the version it has.

The cache is never the only place of anything. When it is away, or slow, reads go to the database for a moment without
asking it again. An older version never takes the place of a newer one, so a slow reader of a lagging replica does no
harm; a record that changes while the cache is away may be read as it was for ``cached_seconds`` at most.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import RedisClusterException, RedisError

from .settings import Settings

_AWAY = (RedisError, RedisClusterException, OSError, TimeoutError)
_TIMEOUT_SECONDS = 0.1
"""A cache that is slower than this is slower than the database."""
_ANSWER_SECONDS = 0.25
"""The most that a request loses to it, with its turn, a new connection and a second try."""
_REST_SECONDS = 1.0
_CONNECTIONS = 32
_KEEP = """
local version = redis.call('HGET', KEYS[1], 'v')
if version and tonumber(version) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'r', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


class Cache:
    """What is kept of records. None of its methods fails: what cannot be done is not."""

    def __init__(self, client: Any, seconds: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._seconds = seconds
        self._clock = clock
        self._resting_until = float("-inf")
        # The library turns away whoever comes when all connections are busy; here they wait.
        self._turns = asyncio.Semaphore(_CONNECTIONS)

    @property
    def away(self) -> bool:
        """Whether it is not asked for the moment."""
        return self._clock() < self._resting_until

    async def get(self, tenant: int, record: UUID) -> bytes | None:
        """A record as it is answered, or None."""
        return await self._ask("HGET", _key(tenant, record), "r")

    async def keep(self, tenant: int, record: UUID, version: int, answer: bytes) -> None:
        """Keeps a version of a record, unless there is a newer one."""
        await self._ask("EVAL", _KEEP, 1, _key(tenant, record), version, answer, self._seconds)

    async def close(self) -> None:
        """Ends connections."""
        await self._client.aclose()

    async def _ask(self, *command: Any) -> Any:
        if self.away:
            return None
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self._turns:
                return await self._client.execute_command(*command)
        except _AWAY as error:
            self._resting_until = self._clock() + _REST_SECONDS
            print(f"the cache is left alone for {_REST_SECONDS:g} s: {error!r}", flush=True)
            return None


def connect(settings: Settings, credentials: CredentialProvider | None) -> Cache | None:
    """The cache that the settings name, one node or a cluster; None when they name none."""
    if settings.cache_host is None:
        return None
    options: dict[str, Any] = {
        "host": settings.cache_host,
        "port": settings.cache_port,
        "ssl": settings.cache_tls,
        "credential_provider": credentials,
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": 10 * _TIMEOUT_SECONDS,
        "max_connections": _CONNECTIONS,
        "retry": Retry(NoBackoff(), 1),
    }
    client = RedisCluster(**options) if settings.cache_cluster else Redis(**options)
    return Cache(client, settings.cached_seconds)


def _key(tenant: int, record: UUID) -> bytes:
    return b"r:%d:%s" % (tenant, record.bytes)
