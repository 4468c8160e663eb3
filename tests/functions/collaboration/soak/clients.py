"""Clients of the JSON protocol on sockets of their own, which come back for as long as they live."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tools.redis_server import PATIENCE

from ..pods import token
from .cluster import Server
from .editors import JsonEditor


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> bool:
    """Whether it comes to hold within a time, by default one that no machine needs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if await condition():
            return True
        await asyncio.sleep(0.1)
    return False


class JsonClient:
    """An editor of the JSON protocol on a socket, which connects again whenever that ends."""

    def __init__(self, editor: JsonEditor, servers: list[Server], chance: random.Random) -> None:
        self.editor = editor
        self._servers = servers
        self._chance = chance
        self._task = asyncio.create_task(self._stay())
        self.socket: ClientConnection | None = None
        self.joined = 0
        """How often it was given the page."""

    async def send(self, *texts: str) -> None:
        """Sends what it can; what gets lost is sent again on the next connection."""
        for text in texts:
            if self.socket:
                try:
                    await self.socket.send(text)
                except ConnectionClosed:
                    return

    async def sent(self) -> bool:
        """Sends what is not acknowledged, and tells whether all is."""
        await self.send(*self.editor.messages())
        await asyncio.sleep(0.1)
        return bool(self.socket) and not self.editor.outbox

    async def drop(self) -> None:
        """Loses its connection without a word."""
        if self.socket:
            self.socket.transport.abort()

    async def close(self) -> None:
        """Is gone for good."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _stay(self) -> None:
        headers = {"Authorization": f"Bearer {token(self.editor.name)}"}
        while True:
            url = f"ws://127.0.0.1:{self._chance.choice(self._servers).port}/ws"
            try:
                async with connect(url, additional_headers=headers, max_size=None, proxy=None) as socket:
                    await socket.send(self.editor.join())
                    async for text in socket:
                        frame = self.editor.hear(str(text))
                        if frame["action"] == "sync" and frame["part"] == frame["parts"]:
                            self.socket = socket
                            self.joined += 1
                            await self.send(*self.editor.messages())
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
                pass
            self.socket = None
            await asyncio.sleep(0.1)
