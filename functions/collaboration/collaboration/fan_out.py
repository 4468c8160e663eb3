"""Messages to open sockets, through API Gateway's management API."""

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_AT_ONCE = 16
_PAUSE_SECONDS = 0.25
_STANDSTILL_SECONDS = 10
"""After that a reader is taken for gone: one that hangs must not hold up whoever writes."""


def client(endpoint: str) -> Any:
    """The management API at ``https://…/<stage>``; tries thrice, and waits no longer than a handler can."""
    config = Config(
        connect_timeout=2,
        read_timeout=3,
        max_pool_connections=_AT_ONCE,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=config)


@dataclass(frozen=True)
class Delivery:
    """What became of a message to several connections."""

    delivered: int
    gone: tuple[str, ...]
    """Connections that are closed although nobody was told: API Gateway answers 410."""
    missed: tuple[str, ...]
    """Connections that could not be told this time."""


class _Reader:
    """How long a reader with a full buffer has been waited for; several threads may send to it."""

    def __init__(self, clock: Callable[[], float], patience: float) -> None:
        self._clock = clock
        self._until = clock() + patience
        self._took = clock()

    def took_something(self) -> None:
        self._took = self._clock()

    def is_lost(self) -> bool:
        return self._clock() >= min(self._until, self._took + _STANDSTILL_SECONDS)


class FanOut:
    """Sends messages to connections, several at once, and one connection's many parts several at once.

    A reader who is slower than what is sent to it has its buffer fill up, which API Gateway tells by
    LimitExceededException; it is waited for as long as it takes something every few seconds, ``patience`` seconds at
    most for all that is sent to it together.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    """

    def __init__(
        self,
        client: Any,
        patience: float = 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    def send(self, connection_ids: Iterable[str], messages: Sequence[str]) -> Delivery:
        """Sends the messages to each connection in order; what fails for one holds up none of the others."""
        wanted = list(connection_ids)
        if len(wanted) <= 1:
            outcomes = [self._send(one, messages) for one in wanted]
        else:
            with ThreadPoolExecutor(min(_AT_ONCE, len(wanted))) as pool:
                outcomes = list(pool.map(lambda one: self._send(one, messages), wanted))
        by_outcome = {
            kind: tuple(one for one, outcome in zip(wanted, outcomes, strict=True) if outcome == kind)
            for kind in ("delivered", "gone", "missed")
        }
        return Delivery(len(by_outcome["delivered"]), by_outcome["gone"], by_outcome["missed"])

    def close(self, connection_ids: Iterable[str]) -> None:
        """Ends connections, whose clients then connect again; one that cannot be ended now ends by itself."""
        for connection_id in connection_ids:
            with contextlib.suppress(ClientError, BotoCoreError, self._client.exceptions.GoneException):
                self._client.delete_connection(ConnectionId=connection_id)

    def _send(self, connection_id: str, messages: Sequence[str]) -> str:
        reader = _Reader(self._clock, self._patience)
        if len(messages) <= _AT_ONCE:
            outcomes = [self._post(connection_id, message, reader) for message in messages]
        else:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                outcomes = list(pool.map(lambda message: self._post(connection_id, message, reader), messages))
        return next((worst for worst in ("gone", "missed") if worst in outcomes), "delivered")

    def _post(self, connection_id: str, message: str, reader: _Reader) -> str:
        while True:
            try:
                self._client.post_to_connection(ConnectionId=connection_id, Data=message.encode())
            except self._client.exceptions.GoneException:
                return "gone"
            except self._client.exceptions.LimitExceededException:
                if reader.is_lost():
                    return "missed"
                self._sleep(_PAUSE_SECONDS)
            except (ClientError, BotoCoreError):
                return "missed"
            else:
                reader.took_something()
                return "delivered"
