"""The brokers: MSK, signed in to by IAM, over TLS."""

import asyncio
import ssl
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

from .settings import Settings


class Brokers:
    """Sends events and waits until every in-sync broker has them."""

    def __init__(self, settings: Settings, tokens: AbstractTokenProvider | None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._producer: AIOKafkaProducer | None = None

    async def send(self, events: Sequence[tuple[bytes, bytes]]) -> None:
        """As ``outbox.Stream`` says."""
        try:
            producer = await self._started()
            sent = [await producer.send(self._settings.topic, value, key=key) for key, value in events]
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise OSError(f"the brokers: {error!r}") from error

    async def close(self) -> None:
        """Ends connections."""
        if self._producer is not None:
            await self._producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            secured = {}
            if self._tokens is not None:
                secured = {
                    "security_protocol": "SASL_SSL",
                    "sasl_mechanism": "OAUTHBEARER",
                    "sasl_oauth_token_provider": self._tokens,
                    "ssl_context": ssl.create_default_context(),
                }
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.brokers, acks="all", enable_idempotence=True, linger_ms=5, **secured
            )
            await producer.start()
            self._producer = producer
        return self._producer
