"""Connecting to ElastiCache: TLS by the URL, a password in it or tokens signed by IAM, one node or a cluster.

Environment: REDIS_URL (``rediss://…:6379``; a password may stand in it), REDIS_CLUSTER ``true`` where cluster mode is
on, and for IAM REDIS_USER, REDIS_REPLICATION_GROUP and AWS_REGION.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as RedisAwayError
from redis.exceptions import ReadOnlyError, RedisClusterException, RedisError

AWAY = (RedisError, RedisClusterException, OSError)
"""What Redis that is away is known by. While a cluster lacks a node, the library raises what is no RedisError."""

_TOKEN_SECONDS = 900
"""As long as a token is good: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html"""
_KEEP_SECONDS = 600
_TIMEOUT_SECONDS = 5
_CONNECTIONS = 50
"""Of one server to a node; whoever comes when all are busy waits. After a failover everybody joins again at once."""
_QUIET = {
    socket.TCP_KEEPIDLE: 10,
    socket.TCP_KEEPINTVL: 5,
    socket.TCP_KEEPCNT: 3,
    socket.TCP_USER_TIMEOUT: 25_000,
}
"""Linux asks after two hours of silence, unless told otherwise: https://man7.org/linux/man-pages/man7/tcp.7.html"""


class IamTokens(CredentialProvider):
    """A user and, as the password, a token that says who asks; made anew before the last one ends."""

    def __init__(
        self,
        user: str,
        replication_group: str,
        region: str,
        session: Any = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._user = user
        self._group = replication_group
        self._region = region
        self._session = session
        self._clock = clock
        self._token = ""
        self._until = float("-inf")

    def get_credentials(self) -> tuple[str, str]:
        """What redis-py asks for whenever it opens a connection."""
        if self._clock() >= self._until:
            self._token = self._signed()
            self._until = self._clock() + _KEEP_SECONDS
        return self._user, self._token

    def _signed(self) -> str:
        """A presigned request to connect, without its scheme. Without credentials Redis is as good as away."""
        # Only here: a server that signs in with a password does without.
        from botocore.auth import SigV4QueryAuth
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        self._session = self._session or Session()
        request = AWSRequest("GET", f"http://{self._group}/", params={"Action": "connect", "User": self._user})
        try:
            credentials = self._session.get_credentials()
        except BotoCoreError as error:
            raise RedisAwayError("the credentials to sign in with are not to be had") from error
        if credentials is None:
            raise RedisAwayError("there are no credentials to sign in with")
        SigV4QueryAuth(credentials, "elasticache", self._region, expires=_TOKEN_SECONDS).add_auth(request)
        return request.prepare().url.removeprefix("http://")


class _Cluster(RedisCluster):
    """A client that has few connections to a node: the library's own gives up whoever comes when all are busy."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._turns = asyncio.Semaphore(_CONNECTIONS)

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        """A command, once it is its turn."""
        async with self._turns:
            return await super().execute_command(*arguments, **options)


def connect(environment: Mapping[str, str]) -> Any:
    """A client for a node or a cluster. Raises KeyError when the environment lacks something."""
    options: dict[str, Any] = {
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
        "credential_provider": _provider(environment),
        # A failover takes a few seconds; a statement sent twice changes nothing.
        "retry": Retry(ExponentialBackoff(cap=1, base=0.05), 5),
    }
    if environment.get("REDIS_CLUSTER") == "true":
        return _Cluster.from_url(environment["REDIS_URL"], **options)
    # A primary that a planned failover made a replica keeps its connections; a new one goes where the name then leads.
    options |= {"retry_on_error": [ReadOnlyError], "max_connections": _CONNECTIONS}
    return Redis.from_pool(BlockingConnectionPool.from_url(environment["REDIS_URL"], **options))


async def histories(client: Any) -> frozenset[str]:
    """The replication ids of all primaries. One that is gone may have taken with it what its replica had not got.

    A replica that takes a primary's place gives its data a new id, and so does a primary that begins empty:
    https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
    """
    if not isinstance(client, RedisCluster):
        return frozenset([(await client.info("replication"))["master_replid"]])
    await client.initialize()
    found = [await client.info("replication", target_nodes=node) for node in client.get_primaries()]
    return frozenset(one["master_replid"] for one in found)


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Ends tasks that speak to Redis. Its library may take a cancellation for a lost line, so it is said again."""
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=0.1)


def listen(environment: Mapping[str, str]) -> Any:
    """A client for one node, to hear what is published: in a cluster every node tells all others.

    It has no time-out while it waits, and a lost connection is an error: what was published meanwhile is lost too.
    A node that vanishes without a word is found out by TCP, within half a minute.
    """
    return Redis.from_url(
        environment["REDIS_URL"],
        socket_connect_timeout=_TIMEOUT_SECONDS,
        socket_timeout=None,
        socket_keepalive=True,
        socket_keepalive_options=_QUIET,
        retry=Retry(NoBackoff(), 0),
        credential_provider=_provider(environment),
    )


def _provider(environment: Mapping[str, str]) -> IamTokens | None:
    if "REDIS_REPLICATION_GROUP" not in environment:
        return None
    return IamTokens(environment["REDIS_USER"], environment["REDIS_REPLICATION_GROUP"], environment["AWS_REGION"])
