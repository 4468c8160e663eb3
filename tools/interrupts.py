"""What ends a program that starts others: once, and not between the start of one and whoever would end it."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass
class _Asked:
    held: bool = False
    meanwhile: bool = False


_asked = _Asked()


def raise_once() -> None:
    """From now on the first Ctrl-C or SIGTERM raises KeyboardInterrupt; a second would leave behind what that ends."""
    for number in _ENDING:
        signal.signal(number, _first)


@contextmanager
def held() -> Generator[None]:
    """KeyboardInterrupt of ``raise_once`` waits for the end of the block: what starts in it has a name then."""
    _asked.held = True
    try:
        yield
    finally:
        _asked.held = False
    if _asked.meanwhile:
        raise KeyboardInterrupt


def _first(_number: int, _frame: FrameType | None) -> None:
    for number in _ENDING:
        signal.signal(number, _again)  # what is ignored would be ignored by what starts later as well
    if _asked.held:
        _asked.meanwhile = True
    else:
        raise KeyboardInterrupt


def _again(_number: int, _frame: FrameType | None) -> None:
    """Nothing: what was started is being ended."""
