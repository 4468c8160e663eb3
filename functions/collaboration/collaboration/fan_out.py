"""Messages to open sockets, through API Gateway's management API."""

import contextlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_AT_ONCE = 16


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


class FanOut:
    """Sends messages to connections, several at once."""

    def __init__(self, client: Any) -> None:
        self._client = client

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
        try:
            for message in messages:
                self._client.post_to_connection(ConnectionId=connection_id, Data=message.encode())
        except self._client.exceptions.GoneException:
            return "gone"
        except (ClientError, BotoCoreError):
            return "missed"
        return "delivered"
