"""How the server signs in to ElastiCache, and what it makes of a failover."""

import asyncio
import socket
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ConnectTimeoutError
from collaboration import redis_client
from collaboration.redis_client import IamTokens
from redis.asyncio import Redis, SSLConnection
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ConnectionError as RedisAwayError

from tools.redis_server import PATIENCE

from .support import Clock

IAM = {
    "REDIS_URL": "rediss://cache.example.com:6379",
    "REDIS_USER": "confluence",
    "REDIS_REPLICATION_GROUP": "confluence-redis",
    "AWS_REGION": "us-east-1",
}


def test_a_token_is_a_signed_request_to_connect(clock: Clock) -> None:
    session = SimpleNamespace(get_credentials=lambda: Credentials("key", "secret", "session"))
    tokens = IamTokens("confluence", "confluence-redis", "us-east-1", session, clock)
    user, token = tokens.get_credentials()
    asked = urlsplit(f"//{token}")
    query = {name: value[0] for name, value in parse_qs(asked.query).items()}
    assert (user, asked.netloc, asked.path) == ("confluence", "confluence-redis", "/")
    assert (query["Action"], query["User"], query["X-Amz-Expires"]) == ("connect", "confluence", "900")
    assert "/us-east-1/elasticache/aws4_request" in query["X-Amz-Credential"]
    assert query["X-Amz-Security-Token"] == "session"
    assert tokens.get_credentials() == (user, token)
    session.get_credentials = lambda: Credentials("other", "secret")
    clock.now += 599
    assert tokens.get_credentials() == (user, token)
    clock.now += 1
    assert "other" in tokens.get_credentials()[1]


def no_credentials() -> None:
    return None


def no_answer() -> None:
    raise ConnectTimeoutError(endpoint_url="http://169.254.170.23")


@pytest.mark.parametrize("answer", [no_credentials, no_answer])
def test_without_credentials_redis_counts_as_away(answer: Callable[[], None], clock: Clock) -> None:
    tokens = IamTokens("confluence", "confluence-redis", "us-east-1", SimpleNamespace(get_credentials=answer), clock)
    with pytest.raises(RedisAwayError, match="credentials"):
        tokens.get_credentials()


@pytest.mark.parametrize(("cluster", "kind"), [("false", Redis), ("true", RedisCluster)])
def test_the_url_says_whether_it_is_tls(cluster: str, kind: type) -> None:
    client = redis_client.connect(IAM | {"REDIS_CLUSTER": cluster})
    assert isinstance(client, kind)
    if isinstance(client, Redis):
        pool = client.connection_pool
        assert pool.connection_class is SSLConnection
        provider = pool.connection_kwargs["credential_provider"]
    else:
        provider = client.connection_kwargs["credential_provider"]
        assert client.connection_kwargs["connection_class"] is SSLConnection
    assert isinstance(provider, IamTokens)


def test_a_primary_that_became_a_replica_is_connected_to_anew(redis_url: str) -> None:
    """A planned failover ends no connection; the name of the primary leads to another node by then."""

    async def scenario() -> None:
        async with redis_client.connect({"REDIS_URL": redis_url}) as client, Redis.from_url(redis_url) as other:
            before = await client.client_id()
            await other.execute_command("REPLICAOF", "127.0.0.1", "1")
            writing = asyncio.create_task(client.set("page", "kept"))
            try:
                async with asyncio.timeout(PATIENCE):
                    while str(before) in {one["id"] for one in await other.client_list()}:
                        await asyncio.sleep(0.01)
            finally:
                await other.execute_command("REPLICAOF", "NO", "ONE")
            await writing
            assert await client.get("page") == b"kept"

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["node", "cluster"])
def test_a_history_lasts_until_a_failover(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("redis_url" if kind == "node" else "cluster_url")

    async def scenario() -> None:
        environment = {"REDIS_URL": url, "REDIS_CLUSTER": str(kind == "cluster").lower()}
        async with redis_client.connect(environment) as client, Redis.from_url(url) as node:
            before = await redis_client.histories(client)
            assert before == await redis_client.histories(client)
            assert before == {(await node.info("replication"))["master_replid"]}

    asyncio.run(scenario())


def test_a_listener_waits_for_ever_and_takes_a_password_from_the_url() -> None:
    options = redis_client.listen(
        {"REDIS_URL": "rediss://user:word@cache.example.com"}
    ).connection_pool.connection_kwargs
    assert (options["username"], options["password"]) == ("user", "word")
    assert options["socket_timeout"] is None
    assert options["credential_provider"] is None
    quiet = options["socket_keepalive_options"]
    assert quiet[socket.TCP_KEEPIDLE] + quiet[socket.TCP_KEEPINTVL] * quiet[socket.TCP_KEEPCNT] <= 30
    assert quiet[socket.TCP_USER_TIMEOUT] <= 30_000


@pytest.mark.parametrize("kind", ["node", "cluster"])
def test_everybody_may_come_at_once(kind: str, request: pytest.FixtureRequest) -> None:
    """As after a failover, when every client joins again; none is closed for want of a connection."""
    url = request.getfixturevalue("redis_url" if kind == "node" else "cluster_url")

    async def scenario() -> None:
        client = redis_client.connect({"REDIS_URL": url, "REDIS_CLUSTER": str(kind == "cluster").lower()})
        async with client, Redis.from_url(url) as node:
            before = (await node.info("clients"))["connected_clients"]
            answers = await asyncio.gather(*(client.eval("return 1", 1, "key") for _ in range(500)))
            assert answers == [1] * 500
            assert (await node.info("clients"))["connected_clients"] - before < 100

    asyncio.run(scenario())
