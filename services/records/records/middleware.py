"""Around every request: how long it took, how large it may be, and the span that tells of it."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from . import spans
from .metrics import Metrics

_Message = MutableMapping[str, Any]
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]
_UNCOUNTED = ("/health", "/ready")
_TOO_LARGE = b'{"detail": "the request is too large"}'


class Around:
    """Counts and traces what the application answers, and turns away requests of more than ``most_bytes``."""

    def __init__(self, app: _App, metrics: Metrics, most_bytes: int) -> None:
        self._app = app
        self._metrics = metrics
        self._most = most_bytes

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNCOUNTED:
            await self._app(scope, receive, send)
            return
        began, exchange = time.perf_counter(), _Exchange(receive, send, self._most)
        with spans.handling(scope) as span:
            try:
                await self._app(scope, exchange.receive, exchange.send)
                if exchange.too_large:
                    await _refuse(send)
            finally:
                path = getattr(scope.get("route"), "name", "other")
                spans.name(span, scope["method"], path, exchange.status)
                milliseconds = (time.perf_counter() - began) * 1000
                self._metrics.note(path, milliseconds, exchange.status)


class _Exchange:
    """A request as the application reads it, and its answer."""

    def __init__(self, receive: _Receive, send: _Send, most_bytes: int) -> None:
        self.status = 500
        self.too_large = False
        self._receive = receive
        self._send = send
        self._left = most_bytes

    async def receive(self) -> _Message:
        """Reads on until there is too much; then the application is told that nothing more comes."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.too_large, self.status = True, 413
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: _Message) -> None:
        """Passes the answer on, unless it is about half a request."""
        if self.too_large:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


async def _refuse(send: _Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"private, no-store")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE})
