"""The asyncio tasks that a program starts, and the source line of their errors."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HERE = f"{Path(__file__).resolve().parents[1]}{os.sep}"
_OWN = f"{Path(__file__).resolve().parents[2]}{os.sep}"


class Work:
    """All asyncio tasks of one run."""

    def __init__(self) -> None:
        self._failed: dict[int, tuple[BaseException, str]] = {}
        self._turns: dict[asyncio.Task[Any], int] = {}
        self._begun = 0

    def begin(self, loop: asyncio.AbstractEventLoop, coroutine: Any, /, **options: Any) -> asyncio.Task[Any]:
        """The loop's task factory."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        task.add_done_callback(self._ended)
        self._begun += 1
        self._turns[task] = self._begun
        return task

    def turn(self) -> int:
        """The order in which the current task was started: the program's own order, whichever finishes first."""
        task = asyncio.current_task()
        return self._turns.get(task, 0) if task else 0

    def _ended(self, task: asyncio.Task[Any]) -> None:
        del self._turns[task]
        asyncio.tasks._unregister_task(task)  # asyncio goes through all there ever were, each time it is asked for any
        # A task hands its traceback to the first who awaits it; whoever awaits it again gets the error without one.
        error = None if task.cancelled() else task.exception()
        if error is not None and id(error) not in self._failed:
            self._failed[id(error)] = (error, place(error))

    def place(self, error: BaseException) -> str:
        """File and line of the project's innermost frame that led to an error, as a prefix."""
        found = (place(link) or self._failed.get(id(link), (link, ""))[1] for link in _chain(error))
        return next(filter(None, found), "")

    def problems(self) -> list[str]:
        """What a run that ended well has left behind: work that failed unheard or has not ended."""
        failed = [f"{where}{type(error).__name__}: {_line(error)}" for error, where in self._failed.values()]
        unfinished = asyncio.all_tasks() - {asyncio.current_task()}
        names = sorted(getattr(task.get_coro(), "__qualname__", "a task") for task in unfinished)
        return [*failed, *(f"work was left unfinished: {name}" for name in names)]


def place(error: BaseException) -> str:
    """File and line of the innermost frame of the project in an error's own traceback, as a prefix; of the caller where
    the error knows who gave what it refuses."""
    caller = getattr(error, "caller", None)  # components.statements.GrantError's, which other programs need not have
    if isinstance(caller, tuple):
        file, line = caller
        return f"{file.removeprefix(_OWN)}:{line}: "
    found = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_OWN) and not file.startswith(_HERE) and "site-packages" not in file:
            found = f"{file.removeprefix(_OWN)}:{trace.tb_lineno}: "
        trace = trace.tb_next
    return found


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what caused it, each once: chains can be circles."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
