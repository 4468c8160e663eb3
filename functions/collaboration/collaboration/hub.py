"""The sockets of one server, and the channel by which servers hear of each other's pages."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .access import Principal
from .redis_client import AWAY

_OWN = "pages"
"""A channel that nobody publishes to: a subscriber without any would have nothing to wait for."""

_PATIENCE_SECONDS = 10
"""A drain waits for whoever joins, so nobody may wait for a Redis that is away."""


@dataclass(eq=False)
class Member:
    """An open socket of this server."""

    connection_id: str
    principal: Principal
    send: Callable[[str], None]
    """Queues a message; it must not wait, or one slow reader would hold up a page."""
    stream: Callable[[Sequence[str]], Awaitable[None]]
    """Sends messages as fast as they are read, however long that takes."""
    close: Callable[[int, str], None]
    aware: Callable[[bytes], None] | None = None
    """Tells a client of the y-websocket protocol of others of its kind, instead of what is sent to everybody else."""
    page_id: str | None = None
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)


class Hub:
    """Passes messages between the sockets of all servers, page by page."""

    def __init__(self, redis: Any, listener: Any, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._redis = redis
        self._sleep = sleep
        self._channel = listener.pubsub()
        self._pages: dict[str, dict[str, Member]] = {}
        self._heard: dict[str, asyncio.Event] = {}

    @property
    def pages(self) -> dict[str, list[Member]]:
        """This server's pages and who is on them."""
        return {page_id: list(members.values()) for page_id, members in self._pages.items()}

    async def listen(self) -> None:
        """Passes on what is published, until cancelled.

        When Redis goes away, nobody can tell what was missed: every socket is closed, and joins again with
        what its client has.
        """
        while True:
            try:
                await self._channel.subscribe(_OWN, *map(_channel, self._pages))
                while True:
                    message = await self._channel.get_message(timeout=None)
                    if message is not None:
                        self._pass_on(message)
            except AWAY:
                self.begin_anew()
                await self._sleep(1)

    def begin_anew(self) -> None:
        """Closes every socket; each client joins again, gets what it missed and gives what the page lacks."""
        for members in self.pages.values():
            for member in members:
                member.close(1012, "join again")

    async def add(self, page_id: str, member: Member) -> None:
        """Puts a socket on a page; from the return on it hears everything that is published there.

        Raises TimeoutError when Redis does not confirm that in time.
        """
        self._pages.setdefault(page_id, {})[member.connection_id] = member
        member.page_id = page_id
        if page_id not in self._heard:
            self._heard[page_id] = asyncio.Event()
            await self._channel.subscribe(_channel(page_id))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._heard[page_id].wait()

    async def remove(self, member: Member) -> None:
        """Takes a socket off its page."""
        page_id, member.page_id = member.page_id, None
        members = self._pages.get(page_id or "", {})
        members.pop(member.connection_id, None)
        if page_id is not None and not members and self._pages.pop(page_id, None) is not None:
            self._heard.pop(page_id, None)
            await self._channel.unsubscribe(_channel(page_id))

    async def publish(
        self, page_id: str, frames: Sequence[str], besides: str | None = None, awareness: bytes = b""
    ) -> None:
        """Sends messages to everybody on a page, on every server, but for one connection.

        ``awareness`` is what clients of the y-websocket protocol are told instead.
        """
        told: dict[str, Any] = {"besides": besides, "frames": list(frames)}
        if awareness:
            told["awareness"] = base64.b64encode(awareness).decode()
        await self._redis.publish(_channel(page_id), json.dumps(told))

    def _pass_on(self, message: dict[str, Any]) -> None:
        page_id = message["channel"].decode().removeprefix("page:")
        if message["type"] == "subscribe" and page_id in self._heard:
            self._heard[page_id].set()
        if message["type"] != "message":
            return
        published = json.loads(message["data"])
        awareness = base64.b64decode(published.get("awareness", ""))
        for member in list(self._pages.get(page_id, {}).values()):
            if member.connection_id == published["besides"]:
                continue
            if awareness and member.aware:
                member.aware(awareness)
                continue
            for frame in published["frames"]:
                member.send(frame)


def _channel(page_id: str) -> str:
    return f"page:{page_id}"
