"""Sizes and times, with the reasons for the figures; each may be set by an environment variable of its name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

_MIB = 1024 * 1024
_RUNTIME_MIB = 130
"""What Python and the libraries take of a process's memory before there is a page."""
_LEAST_MIB = 16
_OF_CONTAINER = Path("/sys/fs/cgroup/memory.max")
"""https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files"""


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes. Fields are read from variables such as ``OPERATION_SECONDS``; the defaults are the plan's.

    API Gateway takes frames of 32 KB and messages of 128 KB, closes a WebSocket after 2 hours, and gives a handler 29
    seconds: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    A DynamoDB item holds 400 KB:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    """

    operation_seconds: int = 86_400
    """How long an operation is kept that contradicts its page, and in Redis the state of a page that is in the record
    and that nobody has open."""
    session_seconds: int = 7_800
    """How long a connection is believed in: two hours and ten minutes."""
    presence_seconds: int = 90
    """How long a user counts as present without saying so again."""
    frame_bytes: int = 32_768
    """The largest message that is sent or taken in one piece."""
    update_bytes: int = 350_000
    """The largest update, in however many parts it came."""
    presence_bytes: int = 4_096
    """The largest presence state (cursor, selection, colour), as JSON."""
    fold_operations: int = 100
    """So many operations since the last snapshot make a new one."""
    reader_seconds: int = 15
    """How long a function goes on sending to one reader that is slow: less than it runs, loading a page taken off."""
    operations_a_second: int = 50
    """What one user may send to the WebSocket server a second."""
    page_memory: int = (512 - _RUNTIME_MIB) * _MIB
    """Bytes of memory that there are to put a page together in (``memory``); those of the function or container that
    this runs in, unless said."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises ValueError when a variable is no whole number above zero."""
        found = {"page_memory": _page_memory(environment, cls.page_memory)}
        for field in fields(cls):
            text = environment.get(field.name.upper())
            if text is None:
                continue
            if not text.isdecimal() or int(text) < 1:
                raise ValueError(f"{field.name.upper()} is {text!r}; it must be a whole number above zero")
            found[field.name] = int(text)
        return cls(**found)


def _page_memory(environment: Mapping[str, str], unknown: int) -> int:
    """What is left to pages of what Lambda says that a function has, or the kernel that a container has."""
    has = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    if has is not None:
        return max(int(has) - _RUNTIME_MIB, _LEAST_MIB) * _MIB
    most = _OF_CONTAINER.read_text(encoding="utf-8").strip() if _OF_CONTAINER.exists() else "max"
    return unknown if most == "max" else max(int(most) - _RUNTIME_MIB * _MIB, _LEAST_MIB * _MIB)
