"""WebSocket servers as pods that share a Redis, and browsers that connect to them."""

import asyncio
import contextlib
import json
import weakref
from collections.abc import AsyncGenerator, Callable
from typing import Any

import jwt
from collaboration import yjs_messages
from collaboration.server import CollaborationServer
from collaboration.yjs_messages import Message
from pycrdt import Doc, Text
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tools.redis_server import PATIENCE

from .support import PAGE, Clock, body

SECRET = "a secret of at least thirty-two bytes"
LATE = 4_000_000_000
"""An end of tokens that the library, which has no clock but the machine's, also takes for the future."""


def token(user: str, *permissions: str, expires: int = LATE) -> str:
    claims = {"sub": user, "name": user.title(), "exp": expires, "permissions": permissions or ("space:docs:write",)}
    return jwt.encode(claims, SECRET, "HS256")


class Browser:
    """A client's socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, text: str) -> None:
        await self.socket.send(text)

    async def hear(self, action: str, event: str | None = None) -> dict[str, Any]:
        """The next message of a kind; others before it are skipped."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = json.loads(await self.socket.recv())
                if frame["action"] == action and event in (None, frame.get("event")):
                    return frame

    async def closed(self) -> int | None:
        """The code with which the server closed the socket."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.socket.recv()
        return self.socket.close_code


class Standard:
    """A client of the y-websocket protocol, with a document that follows the page."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.document: Doc = Doc()
        self.text = self.document.get("text", type=Text)

    async def sync(self) -> None:
        """As y-websocket opens: asks for the page, answers what it is asked, and waits for the page."""
        await self.socket.send(yjs_messages.vector(self.document.get_state()))
        await self.hear(lambda message: isinstance(message, yjs_messages.Update) and message.answer)

    async def write(self, what: str) -> None:
        """Adds to the text and tells the server."""
        before = self.document.get_state()
        self.text.insert(len(self.text), what)
        await self.socket.send(yjs_messages.changed(self.document.get_update(before)))

    async def say(self, client: int, clock: int, state: Any) -> None:
        entry = yjs_messages.Entry(client, clock, state)
        await self.socket.send(yjs_messages.awareness(yjs_messages.encoded([entry])))

    async def hear(self, wanted: Callable[[Message | str], bool]) -> Message | str:
        """The next message that is wanted; updates are applied and vectors answered on the way. Reasons are text."""
        async with asyncio.timeout(PATIENCE):
            while True:
                body = await self.socket.recv(decode=False)
                message = body[3:].decode() if body[:2] == b"\2\0" else yjs_messages.parse(body)
                if isinstance(message, yjs_messages.Vector):
                    await self.socket.send(yjs_messages.answer(self.document.get_update(message.vector)))
                elif isinstance(message, yjs_messages.Update):
                    self.document.apply_update(message.update)
                if wanted(message):
                    return message

    async def hear_text(self, text: str) -> None:
        await self.hear(lambda message: str(self.text) == text)

    async def aware(self, state: Any) -> yjs_messages.Entry:
        """The next client that is where this says."""

        def entries(message: Message | str) -> list[yjs_messages.Entry]:
            found = message.entries if isinstance(message, yjs_messages.Awareness) else ()
            return [entry for entry in found if entry.state == state]

        return entries(await self.hear(lambda message: bool(entries(message))))[0]

    async def denied(self) -> str:
        return str(await self.hear(lambda message: isinstance(message, str)))


class Alarm:
    """Ends the sleep of every task: of one that sleeps, and the next one of those that are awake."""

    def __init__(self) -> None:
        self._rung = 0
        self._heard: weakref.WeakKeyDictionary[asyncio.Task[Any], int] = weakref.WeakKeyDictionary()
        self._bell = asyncio.Event()

    def set(self) -> None:
        self._rung += 1
        self._bell.set()
        self._bell = asyncio.Event()

    async def sleep(self) -> None:
        task = asyncio.current_task()
        assert task
        if self._heard.setdefault(task, self._rung) == self._rung:
            await self._bell.wait()
        self._heard[task] = self._rung


class Pods:
    """Servers that share a Redis, and the time they all go by."""

    def __init__(self, redis: Redis, url: str, clock: Clock) -> None:
        self.redis = redis
        self.clock = clock
        self.woken = Alarm()
        self.environment = {"REDIS_URL": url, "JWT_SECRET": SECRET, "PORT": "0"}
        self._servers = contextlib.AsyncExitStack()
        self._sockets = contextlib.AsyncExitStack()

    async def start(self, **environment: str) -> tuple[CollaborationServer, int]:
        pod = CollaborationServer(self.environment | environment, clock=self.clock, sleep=self._sleep)
        listening = await self._servers.enter_async_context(pod.running("127.0.0.1"))
        return pod, listening.sockets[0].getsockname()[1]

    async def browser(
        self, port: int, user: str = "ada", *permissions: str, join: bool = True, path: str = "/ws", **more: Any
    ) -> Browser:
        headers = {"Authorization": f"Bearer {token(user, *permissions, **more)}"}
        socket = await connect(
            f"ws://127.0.0.1:{port}{path}", additional_headers=headers, open_timeout=PATIENCE, proxy=None
        )
        self._sockets.push_async_callback(socket.close)
        browser = Browser(socket)
        if join:
            await browser.say(body("join"))
            await browser.hear("sync")
        return browser

    async def standard(self, port: int, user: str = "ada", *permissions: str, page: str = PAGE) -> Standard:
        """A client of the y-websocket protocol, as a browser connects it."""
        offered = [Subprotocol("bearer"), Subprotocol(token(user, *permissions))]
        url = f"ws://127.0.0.1:{port}/ws/yjs/{page}"
        socket = await connect(url, subprotocols=offered, open_timeout=PATIENCE, max_size=None, proxy=None)
        self._sockets.push_async_callback(socket.close)
        return Standard(socket)

    async def stop(self) -> None:
        await self._servers.aclose()
        await self._sockets.aclose()

    async def _sleep(self, _seconds: float) -> None:
        await self.woken.sleep()


@contextlib.asynccontextmanager
async def pods(url: str, clock: Clock) -> AsyncGenerator[Pods]:
    async with Redis.from_url(url) as redis:
        await redis.flushall()
        built = Pods(redis, url, clock)
        try:
            yield built
        finally:
            await built.stop()
