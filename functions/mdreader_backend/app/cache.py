"""A connection to Redis by the URL with its password, kept from call to call.

Environment: REDIS_URL, the ARN of a secret and the key in it.
"""

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from app import traces
from app.references import forget, reference

PATIENCE_SECONDS = 3
AWAY = (RedisError, OSError, BotoCoreError, ClientError)
"""What redis-py raises when the cache is away or refuses whoever signs in, and boto3 when the password is not to be
had."""
_Found = TypeVar("_Found")


class Cache:
    """Keeps one client with one connection: a function answers one request at a time."""

    def __init__(self) -> None:
        self._kept: Redis | None = None

    def run(self, ask: Callable[[Redis], _Found]) -> _Found:
        """What ``ask`` finds; a password that was replaced meanwhile is read again, once. Raises one of ``AWAY``."""
        with traces.asking("redis"):
            try:
                return ask(self._client())
            except AuthenticationError:
                self._kept = None
                forget()
                return ask(self._client())

    def _client(self) -> Redis:
        if self._kept is None:
            self._kept = Redis.from_url(
                reference("REDIS_URL"),
                max_connections=1,
                socket_timeout=PATIENCE_SECONDS,
                socket_connect_timeout=PATIENCE_SECONDS,
            )
        return self._kept
