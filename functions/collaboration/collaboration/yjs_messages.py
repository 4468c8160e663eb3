"""The messages of the y-websocket protocol: binary, the first number says of which kind.

====== ============= ============================================================================================
number name          what
====== ============= ============================================================================================
0      sync          0 a state vector, 1 an answer to one, 2 an update
1      awareness     who is where: (client id, clock, state as JSON) of one or several clients; state null is gone
2      auth          0 and why something was refused; from the server only
3      query         asks for everybody's awareness
====== ============= ============================================================================================

https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pycrdt import Decoder, Encoder, create_awareness_message, create_update_message, write_message

from .messages import ProtocolError, value

_SYNC, _AWARENESS, _AUTH, _QUERY = range(4)
_VECTOR, _ANSWER, _UPDATE = range(3)
_DENIED = 0
_MOST_ENTRIES = 10_000
"""Clients in one awareness message; a y-websocket client repeats what it hears of others."""
NOBODY = create_awareness_message(b"\0")
"""Tells nothing, but that the server is there."""


@dataclass(frozen=True)
class Vector:
    """What a client has; it wants the rest."""

    vector: bytes


@dataclass(frozen=True)
class Update:
    """What a client has written, or has and the server may lack (``answer``)."""

    update: bytes
    answer: bool


class Entry(NamedTuple):
    """One client's awareness: ``state`` is any JSON, None when the client is gone."""

    client: int
    clock: int
    state: Any


@dataclass(frozen=True)
class Awareness:
    """Who is where, as one client sees it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Query:
    """A client asks for everybody's awareness."""


Message = Vector | Update | Awareness | Query


class _Reader(Decoder):
    """Reads numbers of up to ten bytes: adding up longer ones, which nobody writes, would take the server's time."""

    def read_var_uint(self) -> int:
        """A number. Raises IndexError when it does not end."""
        if all(byte > 127 for byte in self.stream[self.i0 : self.i0 + 10]):
            raise IndexError("a number without an end")
        return super().read_var_uint()


def parse(body: bytes) -> Message:
    """What a client sent. Raises ProtocolError (``invalidMessage``) for what is no message of the protocol."""
    read = _Reader(body)
    try:
        message = _message(read)
    except (IndexError, RuntimeError, UnicodeDecodeError) as error:
        raise ProtocolError("invalidMessage", "the message is cut off") from error
    if read.length:  # below zero where a length points behind the end
        raise ProtocolError("invalidMessage", "the message is cut off, or bytes follow it")
    return message


def vector(state_vector: bytes) -> bytes:
    """Asks a client for what a server with this state vector lacks."""
    return bytes([_SYNC, _VECTOR]) + write_message(state_vector)


def answer(update: bytes) -> bytes:
    """What a client lacked that had asked; from then on it counts itself as synced."""
    return bytes([_SYNC, _ANSWER]) + write_message(update)


def changed(update: bytes) -> bytes:
    """What somebody else wrote."""
    return create_update_message(update)


def awareness(update: bytes) -> bytes:
    """Who is where, from an encoded update (``encoded``)."""
    return create_awareness_message(update)


def denied(reason: str) -> bytes:
    """Tells a client that something was refused; y-websocket prints it to the console."""
    return bytes([_AUTH, _DENIED]) + write_message(reason.encode())


def encoded(entries: Iterable[Entry]) -> bytes:
    """An awareness update."""
    listed = list(entries)
    written = Encoder()
    written.write_var_uint(len(listed))
    for entry in listed:
        written.write_var_uint(entry.client)
        written.write_var_uint(entry.clock)
        written.write_var_string(json.dumps(entry.state, separators=(",", ":")))
    return written.to_bytes()


def entries_of(update: bytes) -> list[Entry]:
    """An awareness update read. Raises ProtocolError when a state is no JSON, or it holds more than anybody sends."""
    read = _Reader(update)
    count = read.read_var_uint()
    if count > _MOST_ENTRIES:
        raise ProtocolError("invalidMessage", f"an awareness update may have {_MOST_ENTRIES} clients")
    found = [Entry(read.read_var_uint(), read.read_var_uint(), value(read.read_var_string())) for _ in range(count)]
    if read.length:
        raise ProtocolError("invalidMessage", "the awareness update is cut off, or bytes follow it")
    return found


def _message(read: Decoder) -> Message:
    match read.read_var_uint():
        case 0:
            return _sync(read)
        case 1:
            return Awareness(tuple(entries_of(_binary(read))))
        case 3:
            return Query()
        case kind:
            raise ProtocolError("unknownAction", f"a message of kind {kind} is none of sync, awareness, query")


def _sync(read: Decoder) -> Message:
    match read.read_var_uint():
        case 0:
            return Vector(_binary(read))
        case 1 | 2 as kind:
            return Update(_binary(read), answer=kind == _ANSWER)
        case kind:
            raise ProtocolError("unknownAction", f"a sync message of kind {kind} is none of 0, 1, 2")


def _binary(read: Decoder) -> bytes:
    return read.read_message() or b""
