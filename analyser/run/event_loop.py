"""An event loop for a run in one thread, in which whoever is asked answers at once."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """Calls what is put to it in order, without the checks that asyncio makes of each call for whoever debugs it, and
    what is put to the default executor there and then: the recorder answers at once, and threads would only cost time
    and make the order of registrations differ.
    """

    _ready: deque[asyncio.Handle]  # asyncio's own
    get_debug = bool  # which is False, and takes no turn of the interpreter: each call of the loop asks

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future
