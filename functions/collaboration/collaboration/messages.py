"""What clients and server say to each other: JSON with an ``action``, binary values as base64.

=========== ================================================================================================
from client
``join``      pageId, stateVector (what the client has; optional) → ``sync`` and ``presence`` messages
``operation`` pageId, operationId (UUID version 7, new for each change), update; part and parts for one that
              does not fit a frame → ``ack``, and ``operation`` to everybody else on the page
``seed``      as ``operation``: what an empty page begins with. Of any number of them, at most one ever fills a
              page → ``ack``, otherwise ``error`` with the code alreadyFilled; what the page then holds comes as
              ``operation`` either way, so a client adds what it offers to no document of its own
``presence``  pageId, state (any JSON: cursor, selection, colour) → ``presence`` to everybody else
from server
``sync``      pageId, update, stateVector, part, parts: what the client lacks. The client answers with an
              operation that holds what the server lacks
``ack``       pageId, operationId, duplicate, and how many were told or could not be
``presence``  pageId, userId, name, event (joined, here, left), state, expires (epoch seconds)
``error``     code, message, and operationId where there was one; ``unavailable`` and ``rateLimited`` ask for the same
              again, any other says that it was not kept (``pageFull``: the page has no room, but for removals)
=========== ================================================================================================

Updates are those of ``Y.Doc.on('update')`` and ``Y.encodeStateAsUpdate``, version 1 of the encoding. One of version 2
(``updateV2``) is refused as ``invalidUpdate``; ``Y.convertUpdateFormatV2ToV1`` makes one of version 1 of it.
"""

import base64
import binascii
import json
import math
import re
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import documents
from .limits import Limits

_PAGE_ID = re.compile(r"[A-Za-z0-9_.~:/-]{1,200}")
_ENVELOPE_BYTES = 1_024
"""Room in a frame for everything but the update: a page id, an operation id, a name and the JSON around them."""
_MOST_PARTS = 64


class ProtocolError(Exception):
    """Something a client did that is answered with an error message, and changes nothing."""

    def __init__(self, code: str, message: str, operation_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.operation_id = operation_id

    @property
    def frame(self) -> dict[str, Any]:
        """The message that tells the client."""
        frame = {"action": "error", "code": self.code, "message": str(self)}
        return frame | ({"operationId": self.operation_id} if self.operation_id else {})


@dataclass(frozen=True)
class Arrival:
    """A connection whose address names a page; no client says it."""

    page_id: str


@dataclass(frozen=True)
class Join:
    """A client wants to see a page, and has this much of it."""

    page_id: str
    state_vector: bytes | None


@dataclass(frozen=True)
class Operation:
    """A change to a page, or a part of one."""

    page_id: str
    operation_id: str
    update: bytes
    part: int = 1
    parts: int = 1


@dataclass(frozen=True)
class Seed(Operation):
    """What a page begins with, if it holds nothing yet; or a part of that."""


@dataclass(frozen=True)
class Presence:
    """Where a user is on a page."""

    page_id: str
    state: Any
    awareness: bytes = b""
    """The same for clients of the y-websocket protocol, from one of them."""


Message = Join | Operation | Presence


def parse(body: str | bytes | None, limits: Limits) -> Message:
    """What a client sent. Raises ProtocolError with a code and a sentence that a developer can act on."""
    size = len(body.encode() if isinstance(body, str) else body or b"")
    if body is None or size > limits.frame_bytes:
        raise ProtocolError("tooLarge", f"a message may have 1 to {limits.frame_bytes} bytes; send updates in parts")
    frame = read(body)
    match frame.get("action"):
        case "join":
            return Join(_page_id(frame), _vector(frame))
        case "operation":
            return _operation(frame, limits, Operation)
        case "seed":
            return _operation(frame, limits, Seed)
        case "presence":
            return _presence(frame, limits)
        case action:
            raise ProtocolError("unknownAction", f"action {action!r} is none of join, operation, seed, presence")


def read(body: str | bytes) -> dict[str, Any]:
    """A JSON object.

    Raises ProtocolError for anything else: also for ``NaN``, ``Infinity`` and numbers too large for a float, which
    Python would read and write but no browser takes back.
    """
    frame = value(body)
    if not isinstance(frame, dict):
        raise ProtocolError("invalidMessage", "the message is not a JSON object")
    return frame


def value(body: str | bytes) -> Any:
    """Any JSON, as ``read`` takes it."""
    try:
        return json.loads(body, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("invalidMessage", "the message is not JSON") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


def order(operation_id: str) -> int:
    """An operation's place in its page, from the time and the random bits of its id.

    Milliseconds come first, so places follow time; the 74 random bits make them differ. At most 38 digits, as many
    as a number in DynamoDB has. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
    """
    number = uuid.UUID(operation_id).int
    random_bits = ((number >> 64 & 0xFFF) << 62) | (number & (1 << 62) - 1)
    return (number >> 80) * 10**23 + random_bits


def new_id(now: float) -> str:
    """An id for an operation whose client has none to give, made at this epoch second."""
    milliseconds, random_bits = int(now * 1000), secrets.randbits(74)
    version, variant = 7 << 76, 2 << 62
    number = milliseconds << 80 | version | random_bits >> 62 << 64 | variant | random_bits & (1 << 62) - 1
    return str(uuid.UUID(int=number))


def encode(frame: dict[str, Any]) -> str:
    """JSON without spaces."""
    return json.dumps(frame, separators=(",", ":"))


def text(binary: bytes) -> str:
    """Binary values as they travel."""
    return base64.b64encode(binary).decode()


def in_parts(frame: dict[str, Any], update: bytes, limits: Limits) -> Iterator[str]:
    """The messages that carry an update: one, or as many as frames need."""
    encoded = text(update)
    # Base64 may be cut at any multiple of four; each part is then base64 by itself.
    room = max(4, (limits.frame_bytes - _ENVELOPE_BYTES - len(frame.get("stateVector", ""))) // 4 * 4)
    pieces = [encoded[start : start + room] for start in range(0, len(encoded), room)]
    for number, piece in enumerate(pieces, start=1):
        yield encode(frame | {"update": piece, "part": number, "parts": len(pieces)})


def _operation(frame: dict[str, Any], limits: Limits, kind: type[Operation]) -> Operation:
    identity = frame.get("operationId")
    try:
        parsed = uuid.UUID(identity) if isinstance(identity, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != 7 or parsed.int >> 80 == 0:
        raise ProtocolError("invalidMessage", "operationId is not a UUID of version 7")
    try:
        operation = kind(
            _page_id(frame), str(parsed), _binary(frame, "update"), frame.get("part", 1), frame.get("parts", 1)
        )
        _check_parts(operation)
    except ProtocolError as error:
        raise ProtocolError(error.code, str(error), str(parsed)) from error
    if len(operation.update) > limits.update_bytes:
        raise ProtocolError("tooLarge", f"an update may have {limits.update_bytes} bytes", str(parsed))
    return operation


def _check_parts(operation: Operation) -> None:
    numbers = (operation.part, operation.parts)
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
    if not whole or not 1 <= operation.part <= operation.parts <= _MOST_PARTS:
        raise ProtocolError("invalidMessage", f"part must be from 1 to parts, and parts at most {_MOST_PARTS}")


def _presence(frame: dict[str, Any], limits: Limits) -> Presence:
    state = frame.get("state")
    check_state(state, limits)
    return Presence(_page_id(frame), state)


def check_state(state: Any, limits: Limits) -> None:
    """Raises ProtocolError when a presence state is too large."""
    if len(encode({"state": state})) > limits.presence_bytes:
        raise ProtocolError("tooLarge", f"a presence state may have {limits.presence_bytes} bytes")


def check_page_id(page_id: Any) -> str:
    """A page's id. Raises ProtocolError when it is none."""
    if not isinstance(page_id, str) or not _PAGE_ID.fullmatch(page_id):
        raise ProtocolError("invalidMessage", "pageId must be 1 to 200 letters, digits or _.~:/-")
    return page_id


def _page_id(frame: dict[str, Any]) -> str:
    return check_page_id(frame.get("pageId"))


def _vector(frame: dict[str, Any]) -> bytes | None:
    """What a client has. One that cannot be read is refused before the client is on the page."""
    if frame.get("stateVector") is None:
        return None
    vector = _binary(frame, "stateVector")
    try:
        documents.missing(documents.EMPTY, vector)
    except documents.InvalidUpdateError as error:
        raise ProtocolError("invalidUpdate", "stateVector is no Yjs state vector") from error
    return vector


def _binary(frame: dict[str, Any], field: str) -> bytes:
    value = frame.get(field)
    try:
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
    except binascii.Error:
        pass
    raise ProtocolError("invalidMessage", f"{field} is not base64")
