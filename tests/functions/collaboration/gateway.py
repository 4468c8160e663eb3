"""An API Gateway on loopback: sockets on one side, the Lambda handlers with its events on the other.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
"""

import asyncio
import itertools
import json
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from authorizer import handlers as authorizer
from collaboration import handlers
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ..events import judged_connect, socket
from .support import GoneError

_FRAME_BYTES = 32_768
_ROUTES = ("join", "operation", "presence")


@dataclass
class _Peer:
    """What the API knows of a connection: its id, and what the authorizer and the handler said of it."""

    connection_id: str
    context: dict[str, Any]
    subprotocol: Subprotocol | None = None


class Gateway:
    """A WebSocket API whose functions run one at a time, and the management API that they answer by.

    ``breaking`` holds, for the next frames of an action, whether the connection ends before a function hears of it or
    after it has done everything but answer.
    """

    def __init__(self) -> None:
        self.port = 0
        self.breaking: list[tuple[str, str]] = []
        self.refused = 0
        self.exceptions = type("Exceptions", (), {"GoneException": GoneError, "LimitExceededException": GoneError})
        self._sockets: dict[str, ServerConnection] = {}
        self._peers: weakref.WeakKeyDictionary[ServerConnection, _Peer] = weakref.WeakKeyDictionary()
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._function = asyncio.Lock()

    def post_to_connection(self, **call: Any) -> None:
        """The management API's; called from a function's thread."""
        data, connection = call["Data"], self._sockets.get(call["ConnectionId"])
        assert len(data) <= _FRAME_BYTES
        if connection is None:
            raise GoneError
        try:
            asyncio.run_coroutine_threadsafe(connection.send(bytes(data).decode()), self._loop).result()
        except ConnectionClosed as error:
            raise GoneError from error

    def delete_connection(self, **call: Any) -> None:
        """The management API's."""
        connection = self._sockets.get(call["ConnectionId"])
        if connection is None:
            raise GoneError
        asyncio.run_coroutine_threadsafe(connection.close(1001), self._loop).result()

    @contextmanager
    def running(self) -> Generator["Gateway"]:
        """Serves from a thread of its own until the block ends."""
        ready, stop = threading.Event(), asyncio.Event()

        async def served() -> None:
            async with serve(
                self._serve,
                "127.0.0.1",
                0,
                process_request=self._admit,
                select_subprotocol=lambda connection, _: self._peers[connection].subprotocol,
                max_size=_FRAME_BYTES,
            ) as server:
                self.port = next(iter(server.sockets)).getsockname()[1]
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=self._loop.run_until_complete, args=(served(),))
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(stop.set)
            thread.join()
            self._loop.close()

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """$connect: the authorizer's word, then the handler's."""
        headers = dict(request.headers.raw_items())
        judged = await asyncio.to_thread(authorizer.sockets, judged_connect(headers), None)
        if judged["policyDocument"]["Statement"][0]["Effect"] != "Allow":
            self.refused += 1
            return connection.respond(403, "")
        peer = self._peers[connection] = _Peer(f"c{next(self._numbers)}", judged["context"])
        answer = await self._call("$connect", connection, headers=headers)
        peer.subprotocol = answer.get("headers", {}).get("Sec-WebSocket-Protocol")
        return None if answer["statusCode"] == 200 else connection.respond(answer["statusCode"], "")

    async def _serve(self, connection: ServerConnection) -> None:
        connection_id = self._peers[connection].connection_id
        self._sockets[connection_id] = connection
        try:
            async for body in connection:
                await self._message(connection, str(body))
        except ConnectionClosed:
            pass
        finally:
            self._sockets.pop(connection_id, None)
            await self._call("$disconnect", connection)

    async def _message(self, connection: ServerConnection, body: str) -> None:
        action = json.loads(body)["action"]
        broken = next((one for one in self.breaking if one[0] == action), None)
        if broken is not None:
            self.breaking.remove(broken)
            self._sockets.pop(self._peers[connection].connection_id, None)
            if broken[1] == "before":
                connection.transport.abort()
                return
        await self._call(action if action in _ROUTES else "$default", connection, body=body)
        if broken is not None:
            connection.transport.abort()

    async def _call(self, route: str, connection: ServerConnection, **more: Any) -> dict[str, Any]:
        peer = self._peers[connection]
        event = socket(route, peer.connection_id, authorizer=peer.context, **more)
        async with self._function:
            return await asyncio.to_thread(handlers.handle, event, None)
