"""What happens on pages of the WebSocket API, told to servers that listen to Redis as ``hub`` does.

Environment: REDIS_SECRET_ARN, a secret of Secrets Manager whose field ``redis-url`` is a URL with a password.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from . import metrics
from .room import SERVICE, Departure, Room, Told

_TIMEOUT_SECONDS = 1
"""Editors wait for it, and it is not what makes a change safe."""


class Announcements:
    """Publishes messages on the channel of their page."""

    def __init__(self, url: Callable[[], str], connect: Callable[[str], Any]) -> None:
        self._url = url
        self._connect = connect
        self._client: Any = None

    def publish(self, page_id: str, frames: Sequence[str]) -> None:
        """Tells whoever listens; when Redis or its secret cannot be had, it is counted as missed and nothing fails."""
        text = json.dumps({"besides": None, "frames": list(frames)})
        try:
            try:
                self._publish(page_id, text)
            except AuthenticationError:
                self._client = None  # the password was rotated since it was read
                self._publish(page_id, text)
        except (RedisError, BotoCoreError, ClientError):
            metrics.emit(SERVICE, {"Missed": 1})

    def _publish(self, page_id: str, text: str) -> None:
        if self._client is None:
            self._client = self._connect(self._url())
        self._client.publish(f"page:{page_id}", text)


class AnnouncingRoom(Room):
    """A room whose pages are listened to from outside."""

    announcements: Announcements

    def send_page(
        self, page_id: str, frames: Sequence[str], besides: str | None = None, *, vital: bool = False
    ) -> tuple[Told, list[Departure]]:
        """Tells the page's connections, but for one, and every server."""
        sent = super().send_page(page_id, frames, besides, vital=vital)
        self.announcements.publish(page_id, frames)
        return sent


def announcements(arn: str, client: Any) -> Announcements:
    """Over TLS, with the URL that the secret holds at the time; ``client`` is one of Secrets Manager."""

    def url() -> str:
        return str(json.loads(client.get_secret_value(SecretId=arn)["SecretString"])["redis-url"])

    def connect(known: str) -> Any:
        return Redis.from_url(known, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS)

    return Announcements(url, connect)
