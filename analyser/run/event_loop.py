"""An event loop for a run in one thread."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """Calls what is put to it in order, without the checks that asyncio makes of each call for whoever debugs it."""

    _ready: deque[asyncio.Handle]  # asyncio's own

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle
