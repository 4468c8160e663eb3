"""The WebSocket server of the EKS model: ``python -m collaboration.server``.

Environment: PORT (3000), what ``authorizer.tokens.Verifier``, ``redis_client``, ``record``, ``limits.Limits`` and
``spans`` read, PERMISSIONS_CLAIM, METRICS_NAMESPACE. It answers ``GET /health``, speaks the y-websocket protocol about
the page that ``/ws/yjs/<page>`` names (``yjs_clients``) and the JSON of ``messages`` on any other path; a user is on
the page of ``/ws/pages/<page>`` from the connection on (CONF-APP-01), and otherwise from the first join. On SIGTERM it
takes no more connections, closes those it has with 1001, stores what is waiting and ends; clients connect again to
another pod and lose nothing.
"""

import asyncio
import contextlib
import http
import json
import os
import signal
import time
import uuid
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from authorizer.handlers import context_of, token_of
from authorizer.tokens import InvalidTokenError, Verifier
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from . import messages, metrics, record, redis_client, requests, spans
from .access import Principal
from .awareness import AwarenessStates
from .hub import Hub, Member
from .limits import Limits
from .live import SERVICE, LiveRoom
from .operations import BusyError
from .redis_pages import RedisPages
from .yjs_clients import Parts, YjsClient

_BEARER = Subprotocol("bearer")
_MOST_WAITING = 4 * 1024 * 1024
"""Bytes that may wait for a slow reader before it is closed, to join again later."""
_FRAGMENT = 65_536
"""Bytes of a large message that are written at once."""
_SILENCE_SECONDS = 120
"""How long a ping may go unanswered. It waits behind what buffers on the way hold of a page: a few MB, so 20 seconds,
as the library has it, would end a reader of 1 Mbit/s that is alive."""

_WATCH_SECONDS = 5
"""How soon after a failover of Redis clients are asked for what it lost."""


class CollaborationServer:
    """Takes sockets, knows whose they are, and hands their messages to the room."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = Limits.from_environment(environment)
        self._claim = environment.get("PERMISSIONS_CLAIM", "permissions")
        self._port = int(environment.get("PORT", "3000"))
        self._clock = clock
        self._sleep = sleep
        self._verifier = Verifier.from_environment(environment)
        self._redis = spans.of_redis(redis_client.connect(environment))
        self._listener = redis_client.listen(environment)
        self._hub = Hub(self._redis, self._listener, sleep)
        self._record = record.connect(environment)
        pages = RedisPages(self._redis, self._limits, clock, self._record)
        self.room = LiveRoom(pages, self._hub, self._limits, clock)
        self._yjs = Parts(self.room, pages, AwarenessStates(self._redis, clock), self._limits, clock, sleep)
        self._principals: weakref.WeakKeyDictionary[ServerConnection, Principal] = weakref.WeakKeyDictionary()
        self._closing: set[asyncio.Task[None]] = set()
        self._unwell = False

    @contextlib.asynccontextmanager
    async def running(self, host: str = "") -> Any:
        """Serves until the block ends, then drains."""
        tasks = [asyncio.create_task(task) for task in (self._hub.listen(), self._sweep(), self._watch())]
        for task in tasks:
            task.add_done_callback(self._ended)
        server = await serve(
            self._serve,
            host or None,
            self._port,
            process_request=self._admit,
            create_connection=_Connection,
            ping_timeout=_SILENCE_SECONDS,
            select_subprotocol=_subprotocol,
            max_size=4 * self._limits.frame_bytes,  # above the limit, so that a client is told and not cut off
        )
        try:
            yield server
        finally:
            await self._drain(server)
            await redis_client.end(tasks)
            await self._redis.aclose()
            await self._listener.aclose()
            if self._record is not None:
                await self._record.close()

    async def _drain(self, server: Server) -> None:
        """Each socket is closed with 1001, and its handler takes it off its page and folds what it leaves."""
        server.close()
        await server.wait_closed()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A server that no longer listens or sweeps is of no use; its health check has it replaced."""
        if not task.cancelled():
            self._unwell = True
            _log("ended", task.exception() or RuntimeError("a task that should go on for ever is over"))

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answers the health check, refuses bad tokens, lets the rest become WebSockets."""
        if requests.path(request) == "/health":
            if self._unwell:
                return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "no longer listening\n")
            return connection.respond(http.HTTPStatus.OK, "ok\n")
        with spans.handling("connect", SERVICE, requests.path(request)):
            return await self._judge(connection, request)

    async def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        try:
            # In a thread: the key may have to be fetched.
            claims = await asyncio.to_thread(self._verifier.claims, token_of(requests.event(request)))
            self._principals[connection] = Principal.from_fields(context_of(claims, self._claim))
        except InvalidTokenError as error:
            metrics.emit(SERVICE, {"Refused": 1}, clock=self._clock)
            _log("refused", error)
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "a good token is needed\n")
        try:
            requests.page(request, requests.PAGES_PATH)
            if requests.page(request, requests.YJS_PATH) is not None:
                # Its clients do not divide an update; one that is too large is to be told so, not cut off.
                connection.protocol.max_message_size = 4 * self._limits.update_bytes
        except messages.ProtocolError as error:
            return connection.respond(http.HTTPStatus.NOT_FOUND, f"{error}\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        principal, page_id = self._principals[connection], requests.page(connection.request, requests.PAGES_PATH)
        yjs_page = requests.page(connection.request, requests.YJS_PATH)
        if yjs_page is None:
            member = Member(
                uuid.uuid4().hex,
                principal,
                send=lambda text: self.send(connection, text),
                stream=lambda texts: _stream(connection, texts),
                close=lambda code, reason: self.close(connection, code, reason),
            )
            await self._talk(
                connection,
                (lambda: self.room.arrive(member, page_id)) if page_id else None,
                lambda body: self.room.receive(member, body),
                lambda: self.room.leave(member),
            )
            return
        client = YjsClient(self._yjs, _Socket(self, connection), yjs_page, principal)
        beat = asyncio.create_task(client.beat())
        try:
            await self._talk(connection, client.arrive, client.receive, client.leave)
        finally:
            beat.cancel()

    async def _talk(
        self,
        connection: ServerConnection,
        arrive: Callable[[], Awaitable[None]] | None,
        receive: Callable[[str | bytes], Awaitable[None]],
        leave: Callable[[], Awaitable[None]],
    ) -> None:
        """Hands on what a client says until it is gone."""
        metrics.emit(SERVICE, {"Events": 1}, event="connect", clock=self._clock)
        try:
            if arrive is not None:
                await arrive()
            async for body in connection:
                with (
                    spans.handling("message", SERVICE, requests.path(connection.request)),
                    contextlib.suppress(ConnectionClosed),  # whoever is gone before the answer is no failure
                ):
                    await receive(body)
        except ConnectionClosed:
            pass
        except (*redis_client.AWAY, BusyError) as error:
            self._failed("connection failed", error)
            await connection.close(1011, "not done; connect and send it again")
        finally:
            metrics.emit(SERVICE, {"Events": 1}, event="disconnect", clock=self._clock)
            try:
                with spans.handling("disconnect", SERVICE, requests.path(connection.request)):
                    await leave()
            except (*redis_client.AWAY, BusyError) as error:
                self._failed("leaving failed", error)

    def _failed(self, message: str, error: Exception) -> None:
        """Logs and counts a failure, which the span that it escaped from tells of as well."""
        _log(message, error)
        metrics.emit(SERVICE, {"Failed": 1}, clock=self._clock)

    def send(self, connection: ServerConnection, message: str | bytes) -> None:
        """Queues a message for a client that reads what it is sent."""
        if connection.transport.get_write_buffer_size() > _MOST_WAITING:
            self.close(connection, 1013, "reading too slowly")
        else:
            broadcast([connection], message)

    def close(self, connection: ServerConnection, code: int, reason: str) -> None:
        """Begins to close a socket."""
        task = asyncio.ensure_future(connection.close(code, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _sweep(self) -> None:
        while True:
            await self._sleep(self._limits.presence_seconds / 3)
            try:
                with spans.handling("sweep", SERVICE):
                    await self.room.sweep()
                    await self.room.record()
            except redis_client.AWAY as error:
                self._failed("sweep failed", error)

    async def _watch(self) -> None:
        """Notices failovers: in a cluster the channel is some node's, and does not end with another one."""
        known: frozenset[str] = frozenset()
        while True:
            try:
                now = await redis_client.histories(self._redis)
                if known - now:
                    await self.room.begin_anew()
                known = now
            except redis_client.AWAY as error:
                _log("not known whether Redis failed over", error)
            await self._sleep(_WATCH_SECONDS)


class _Connection(ServerConnection):
    """A socket that says why it never became one when its request is too large to be read."""

    async def handshake(self, *arguments: Any, **options: Any) -> None:
        """The opening handshake; a refusal by the library is counted and logged as any other."""
        await super().handshake(*arguments, **options)
        if self.request is None and self.protocol.handshake_exc is not None:
            metrics.emit(SERVICE, {"Refused": 1})
            _log("refused: a line of a request, and so a token, may have 8 KB", self.protocol.handshake_exc)


class _Socket:
    """A client's socket, to send binary messages by."""

    def __init__(self, server: CollaborationServer, connection: ServerConnection) -> None:
        self._server = server
        self._connection = connection

    def send(self, message: bytes) -> None:
        self._server.send(self._connection, message)

    async def stream(self, message: bytes) -> None:
        """In pieces, each of which waits until the reader has made room for it."""
        view = memoryview(message)
        await self._connection.send(view[start : start + _FRAGMENT] for start in range(0, len(view), _FRAGMENT))

    def close(self, code: int, reason: str) -> None:
        self._server.close(self._connection, code, reason)


async def _stream(connection: ServerConnection, texts: Sequence[str]) -> None:
    """Each message waits until the reader has made room for it; only a reader that is gone ends it."""
    for text in texts:
        await connection.send(text)


def _subprotocol(_connection: ServerConnection, offered: Any) -> Subprotocol | None:
    """A browser that sends its token as a protocol must be answered with one that it offered."""
    return _BEARER if _BEARER in offered else None


def _log(message: str, error: BaseException) -> None:
    print(json.dumps({"level": "WARN", "message": message, "error": repr(error)}), flush=True)


async def main(environment: Mapping[str, str] = os.environ) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with spans.sent(environment):
        async with CollaborationServer(environment).running():
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
