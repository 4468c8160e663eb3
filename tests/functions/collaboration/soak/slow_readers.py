"""A page that is larger than what servers let wait for a reader, for those who begin late to read."""

import asyncio
import json
import socket
import time
from typing import Any

from collaboration import messages, yjs_messages
from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ..pods import token
from .cluster import Server
from .editors import LIMITS

_PAGE = "docs/large"
_PIECES, _PIECE = 30, 300_000


async def slow_readers(server: Server) -> list[str]:
    """What those miss who begin late to read, over each protocol."""
    headers = {"Authorization": f"Bearer {token('big')}"}
    # Compressed, so much of the same would be no large page on its way.
    at: dict[str, Any] = {"additional_headers": headers, "max_size": None, "compression": None}
    url = f"ws://127.0.0.1:{server.port}/ws"
    page = json.dumps({"action": "join", "pageId": _PAGE})
    async with connect(url, **at) as wide:
        await wide.send(page)
        await _write(wide)
    ways = (
        ("JSON", url, page, _json_size),
        ("y-websocket", f"{url}/yjs/{_PAGE}", yjs_messages.vector(b"\0"), _yjs_size),
    )
    faults = []
    for way, address, first, size in ways:
        with _narrow(server.port) as narrow:
            async with connect(address, sock=narrow, **at) as reader:
                await reader.send(first)
                await asyncio.sleep(1)
                try:
                    got = await size(reader)
                except ConnectionClosed:
                    got = 0
                if got < _PIECES * _PIECE:
                    faults.append(f"a slow reader over {way} got {got} bytes, and code {reader.close_code}")
    return faults


async def _write(wide: ClientConnection) -> None:
    document: Doc = Doc()
    text = document.get("text", type=Text)
    for number in range(_PIECES):
        before = document.get_state()
        text.insert(0, chr(ord("a") + number) * _PIECE)
        await _send_in_parts(wide, document.get_update(before))


async def _send_in_parts(to: ClientConnection, update: bytes) -> None:
    frame = {"action": "operation", "pageId": _PAGE, "operationId": messages.new_id(time.time())}
    for text in messages.in_parts(frame, update, LIMITS):
        await to.send(text)
    while json.loads(await to.recv())["action"] != "ack":
        pass


async def _json_size(reader: ClientConnection) -> int:
    size = 0
    while True:
        frame = json.loads(await reader.recv())
        size += len(frame.get("update", "")) * 3 // 4
        if frame["action"] == "sync" and frame["part"] == frame["parts"]:
            return size


async def _yjs_size(reader: ClientConnection) -> int:
    while True:
        message = yjs_messages.parse(await reader.recv(decode=False))
        if isinstance(message, yjs_messages.Update) and message.answer:
            return len(message.update)


def _narrow(port: int) -> socket.socket:
    """A connection that holds little of what is on its way."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    made.connect(("127.0.0.1", port))
    made.setblocking(False)
    return made
