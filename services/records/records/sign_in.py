"""Signing in by IAM: tokens in place of passwords, for PostgreSQL, Redis and Kafka, signed with the pod's own role.

The database: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
The cache: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
The brokers: https://docs.aws.amazon.com/msk/latest/developerguide/configure-clients-for-iam-access-control.html
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import boto3
from aiokafka.abc import AbstractTokenProvider
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as CacheAwayError

from .settings import Settings

_TOKEN_SECONDS = 900
_KEEP_SECONDS = 600
"""Each of them is good for 15 minutes."""


def database_password(settings: Settings) -> Callable[[str], Callable[[], Awaitable[str]] | None]:
    """Makes, for a host, what asyncpg asks for the password of each new connection; none where TLS proves no host, to
    which no token should be shown."""
    if settings.database_tls != "verify-full":
        return lambda _host: None
    client = boto3.client("rds", region_name=settings.region)

    def of(host: str) -> Callable[[], Awaitable[str]]:
        def token() -> str:
            try:
                return client.generate_db_auth_token(host, settings.database_port, settings.database_user)
            except BotoCoreError as error:
                raise OSError("there are no credentials to sign in with") from error

        return lambda: asyncio.to_thread(token)  # credentials may have to be fetched first

    return of


class CacheTokens(CredentialProvider):
    """What redis-py asks whenever it opens a connection; one token serves ten minutes."""

    def __init__(self, settings: Settings, session: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._session = session or boto3.Session()
        self._clock = clock
        self._token = ""
        self._until = float("-inf")

    def get_credentials(self) -> tuple[str, str]:
        """A user, and the token as the password."""
        if self._clock() >= self._until:
            self._token = self._signed()
            self._until = self._clock() + _KEEP_SECONDS
        return self._settings.cache_user or "", self._token

    def _signed(self) -> str:
        """A presigned request to connect, without its scheme."""
        settings = self._settings
        question = {"Action": "connect", "User": settings.cache_user}
        request = AWSRequest("GET", f"http://{settings.cache_group}/", params=question)
        credentials = self._session.get_credentials()
        if credentials is None:
            raise CacheAwayError("there are no credentials to sign in with")
        SigV4QueryAuth(credentials, "elasticache", settings.region, expires=_TOKEN_SECONDS).add_auth(request)
        return request.prepare().url.removeprefix("http://")


class BrokerTokens(AbstractTokenProvider):
    """What aiokafka asks for each connection to a broker."""

    def __init__(self, region: str) -> None:
        self._region = region

    async def token(self) -> str:
        """A token of OAUTHBEARER, as MSK reads it."""
        signed, _milliseconds = await asyncio.to_thread(MSKAuthTokenProvider.generate_auth_token, self._region)
        return signed
