"""Sizes and times, with the reasons for the figures; each may be set by an environment variable of its name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


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

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises ValueError when a variable is no whole number above zero."""
        found = {}
        for field in fields(cls):
            text = environment.get(field.name.upper())
            if text is None:
                continue
            if not text.isdecimal() or int(text) < 1:
                raise ValueError(f"{field.name.upper()} is {text!r}; it must be a whole number above zero")
            found[field.name] = int(text)
        return cls(**found)
