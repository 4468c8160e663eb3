"""A page's life in the EKS model: servers as processes, a Redis cluster, and clients of three kinds.

y-websocket's own and the TypeScript client run in a Node beside those of the JSON protocol. y-websocket has no
acknowledgement: what one wrote counts as kept once another client has it, since nothing is told before it is kept.
"""

import asyncio
import json
import random
import re
import signal
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from collaboration import messages, yjs_messages
from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ..pods import token
from ..support import PAGE, PATIENCE
from .browsers import Browsers
from .cluster import Cluster, Server, running
from .editors import LIMITS, JsonEditor, Ledger

_SECONDS = 12
"""After so long a page that nobody has open and that is recorded ends; one that is open does not."""
_LIMITS = {
    "OPERATION_SECONDS": str(_SECONDS),
    "PRESENCE_SECONDS": "3",
    "FOLD_OPERATIONS": "12",
    "OPERATIONS_A_SECOND": "1000",
}
_ROUNDS = {True: 6, False: 60}
_LARGE_PAGE = "docs/large"
_PIECES, _PIECE = 30, 300_000
"""A page that is larger than what servers let wait for a reader."""


class JsonClient:
    """An editor of the JSON protocol on a socket, which connects again whenever that ends."""

    def __init__(self, editor: JsonEditor, servers: list[Server], chance: random.Random) -> None:
        self.editor = editor
        self._servers = servers
        self._chance = chance
        self._task = asyncio.create_task(self._stay())
        self.socket: ClientConnection | None = None
        self.joined = 0
        """How often it was given the page."""

    async def send(self, *texts: str) -> None:
        """Sends what it can; what gets lost is sent again on the next connection."""
        for text in texts:
            if self.socket:
                try:
                    await self.socket.send(text)
                except ConnectionClosed:
                    return

    async def drop(self) -> None:
        """Loses its connection without a word."""
        if self.socket:
            self.socket.transport.abort()

    async def close(self) -> None:
        """Is gone for good."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _stay(self) -> None:
        headers = {"Authorization": f"Bearer {token(self.editor.name)}"}
        while True:
            url = f"ws://127.0.0.1:{self._chance.choice(self._servers).port}/ws"
            try:
                async with connect(url, additional_headers=headers, max_size=None, proxy=None) as socket:
                    await socket.send(self.editor.join())
                    async for text in socket:
                        frame = self.editor.hear(str(text))
                        if frame["action"] == "sync" and frame["part"] == frame["parts"]:
                            self.socket = socket
                            self.joined += 1
                            await self.send(*self.editor.messages())
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
                pass
            self.socket = None
            await asyncio.sleep(0.1)


class ServersSoak:
    """One history; its seed decides what happens, the machine when."""

    def __init__(self, seed: int, say: Callable[[str], None], cluster: Cluster, servers: list[Server]) -> None:
        self._chance = random.Random(seed)
        self._say = say
        self._cluster = cluster
        self._servers = servers
        self._ledger = Ledger()
        self._browsers = Browsers()
        self._seen: set[str] = set()
        """Marks of Node's clients, until somebody else has them."""
        self._clients: list[JsonClient] = []
        self._faults: list[str] = []
        self._names = {"s1": "standard", "s2": "standard", "p1": "provider"}
        self._born = 0

    async def run(self, rounds: int) -> list[str]:
        """What went wrong."""
        try:
            for number, (name, kind) in enumerate(self._names.items()):
                self._open(name, kind, self._servers[number % len(self._servers)])
            self._clients = [self._json() for _ in range(2)]
            await self._until(self._synced)
            for number in range(rounds):
                await self._round(number)
                self._say(f"{number + 1} of {rounds} rounds, {len(self._ledger.written)} marks known to be kept")
            faults = self._faults + await self._settled()
            faults += await self._open_for_long()
            return faults + await self._slow_readers()
        finally:
            for client in self._clients:
                await client.close()
            self._browsers.close()

    async def _round(self, number: int) -> None:
        for _ in range(4):
            await self._write()
        await self._happen(number)
        await self._write()
        await asyncio.sleep(0.2)
        self._note()

    async def _happen(self, number: int) -> None:
        """Something of each kind in turn, so that a short history has them all."""
        server = self._chance.choice(self._servers)
        match number % 6:
            case 0:
                await self._restart(server, signal.SIGKILL)
            case 1:
                client = self._chance.choice(self._clients)
                await client.send(client.editor.broken())
                await client.drop()
            case 2:
                await self._fail_over(self._chance.randrange(len(self._cluster.pairs) - 1))
            case 3:
                name = self._chance.choice(list(self._names))
                self._browsers("offline", name=name)
                self._mark(name)
                self._browsers("online", name=name, url=_yjs(server))
            case 4:
                await self._restart(server, signal.SIGTERM)
            case 5:
                await self._replace()

    async def _restart(self, server: Server, number: int) -> None:
        await asyncio.to_thread(server.stop, number)
        await self._write()
        server.start()
        await asyncio.to_thread(server.ready)

    async def _fail_over(self, number: int) -> None:
        """What was acknowledged last is lost with the master; whoever made or saw it is still there, and is asked."""
        self._cluster.fall_behind(number)
        for _ in range(4):
            await self._write()
        await asyncio.sleep(0.3)
        before = {client: client.joined for client in self._clients}
        await asyncio.to_thread(self._cluster.fail_over, number)

        async def asked() -> bool:
            return all(client.joined > joined for client, joined in before.items())

        if not await self._until(asked):
            self._faults.append("nobody is asked to join again after a failover")

    async def _replace(self) -> None:
        """A client's process ends, with what only it had.

        Nothing before that is missing: others may have built on what came after it, and would wait for it for ever.
        """
        client = self._clients[0]

        async def sent() -> bool:
            await client.send(*client.editor.messages())
            await asyncio.sleep(0.1)
            return not client.editor.outbox

        if not await self._until(sent):
            self._faults.append(f"{client.editor.name} never hears that what it wrote is kept")
        client.editor.write()
        await client.close()
        self._clients[0] = self._json()

    async def _write(self) -> None:
        client = self._chance.choice(self._clients)
        client.editor.erase() if self._chance.random() < 0.15 else client.editor.write()
        await client.send(*client.editor.messages(0.7))
        self._mark(self._chance.choice(list(self._names)))

    def _mark(self, name: str) -> None:
        mark = f"[{name}.{self._chance.getrandbits(32)}]"
        self._browsers("write", name=name, mark=mark, at=self._chance.randrange(1_000))
        self._seen.add(mark)

    def _note(self) -> None:
        """Marks of Node's clients that another client has are kept."""
        texts = "".join(str(client.editor.text) for client in self._clients)
        kept = {mark for mark in self._seen if mark in texts}
        self._ledger.written |= kept
        self._seen -= kept

    def _open(self, name: str, kind: str, server: Server) -> None:
        url = _yjs(server) if kind == "standard" else f"ws://127.0.0.1:{server.port}/ws"
        self._browsers(kind, name=name, url=url, page=PAGE, token=token(name))

    def _json(self) -> JsonClient:
        self._born += 1
        editor = JsonEditor(f"j{self._born}", self._chance, self._ledger, time.time)
        return JsonClient(editor, self._servers, self._chance)

    async def _synced(self) -> bool:
        looks = [self._browsers("look", name=name) for name in self._names]
        return all(look["synced"] for look in looks) and all(client.socket for client in self._clients)

    async def _settled(self) -> list[str]:
        """Everybody is connected and has sent everything, and all documents are the same."""
        same = await self._until(self._same)
        self._note()
        return ([] if same else [self._differing()]) + self._lost("when nothing happens any more")

    def _differing(self) -> str:
        """Of each client whether it is connected, what it waits to have acknowledged, and what it lacks."""
        looks = {name: self._browsers("look", name=name) for name in self._names}
        texts = {name: look["text"] for name, look in looks.items()}
        texts |= {client.editor.name: str(client.editor.text) for client in self._clients}
        marks = {name: set(re.findall(r"\[[^\]]*\]", text)) for name, text in texts.items()}
        every = set().union(*marks.values())
        waiting: dict[str, Any] = {name: look["saved"] is False for name, look in looks.items()}
        waiting |= {client.editor.name: sorted(client.editor.outbox) for client in self._clients}
        here = {name: look["synced"] for name, look in looks.items()}
        here |= {client.editor.name: client.socket is not None for client in self._clients}
        told = [
            f"{name}: connected {here[name]}, waits {waiting[name]}, {len(texts[name])} characters, "
            f"lacks {sorted(every - found)}"
            for name, found in marks.items()
        ]
        return "documents never become the same: " + "; ".join(told)

    async def _same(self) -> bool:
        for client in self._clients:
            await client.send(*client.editor.messages())
        await asyncio.sleep(0.3)
        looks = [self._browsers("look", name=name) for name in self._names]
        texts = {look["text"] for look in looks} | {str(client.editor.text) for client in self._clients}
        waiting = any(client.editor.outbox for client in self._clients) or any(look["saved"] is False for look in looks)
        return await self._synced() and not waiting and len(texts) == 1

    def _lost(self, when: str) -> list[str]:
        texts = {name: self._browsers("look", name=name)["text"] for name in self._names}
        texts |= {client.editor.name: str(client.editor.text) for client in self._clients}
        return [f"{when}: {name}: {mark}" for name, text in texts.items() for mark in self._ledger.lost(text)]

    async def _open_for_long(self) -> list[str]:
        """Longer than a closed page is kept; who comes then gets all of it, whichever way he comes."""
        await asyncio.sleep(1.5 * _SECONDS)
        self._names |= {"s3": "standard", "p2": "provider"}
        self._open("s3", "standard", self._servers[0])
        self._open("p2", "provider", self._servers[-1])
        self._clients.append(self._json())
        if not await self._until(self._synced):
            return ["newcomers never get the page"]
        await asyncio.sleep(0.3)
        return self._lost("for newcomers") + await self._see_each_other()

    async def _see_each_other(self) -> list[str]:
        """y-websocket's clients and the others."""
        for name in ("s1", "p1"):
            self._browsers("state", name=name, state={"cursor": name})
        for viewer, seen in (("s1", "p1"), ("p1", "s1"), ("s2", "s1"), ("s3", "p1")):

            async def shown(viewer: str = viewer, seen: str = seen) -> bool:
                states = self._browsers("look", name=viewer)["states"]
                return any(isinstance(state, dict) and state.get("cursor") == seen for state in states)

            if not await self._until(shown):
                return [f"{viewer} never sees where {seen} is"]
        return []

    async def _slow_readers(self) -> list[str]:
        """A page that is larger than what waits for a reader, for those who begin late to read."""
        headers = {"Authorization": f"Bearer {token('big')}"}
        port = self._servers[0].port
        # Compressed, so much of the same would be no large page on its way.
        at: dict[str, Any] = {"additional_headers": headers, "max_size": None, "compression": None}
        async with connect(f"ws://127.0.0.1:{port}/ws", **at) as wide:
            await wide.send(json.dumps({"action": "join", "pageId": _LARGE_PAGE}))
            document: Doc = Doc()
            text = document.get("text", type=Text)
            for number in range(_PIECES):
                before = document.get_state()
                text.insert(0, chr(ord("a") + number) * _PIECE)
                await _send_in_parts(wide, document.get_update(before))
        page = json.dumps({"action": "join", "pageId": _LARGE_PAGE})
        ways = (
            ("JSON", f"ws://127.0.0.1:{port}/ws", page, _json_size),
            ("y-websocket", f"ws://127.0.0.1:{port}/ws/yjs/{_LARGE_PAGE}", yjs_messages.vector(b"\0"), _yjs_size),
        )
        faults = []
        for way, url, first, size in ways:
            with _narrow(port) as narrow:
                async with connect(url, sock=narrow, **at) as reader:
                    await reader.send(first)
                    await asyncio.sleep(1)
                    try:
                        got = await size(reader)
                    except ConnectionClosed:
                        got = 0
                    if got < _PIECES * _PIECE:
                        faults.append(f"a slow reader over {way} got {got} bytes, and code {reader.close_code}")
        return faults

    async def _until(self, condition: Callable[[], Awaitable[bool]]) -> bool:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if await condition():
                return True
            await asyncio.sleep(0.1)
        return False


async def _send_in_parts(socket: ClientConnection, update: bytes) -> None:
    identity = messages.new_id(time.time())
    frame = {"action": "operation", "pageId": _LARGE_PAGE, "operationId": identity}
    for text in messages.in_parts(frame, update, LIMITS):
        await socket.send(text)
    while json.loads(await socket.recv())["action"] != "ack":
        pass


async def _json_size(socket: ClientConnection) -> int:
    size = 0
    while True:
        frame = json.loads(await socket.recv())
        size += len(frame.get("update", "")) * 3 // 4
        if frame["action"] == "sync" and frame["part"] == frame["parts"]:
            return size


async def _yjs_size(socket: ClientConnection) -> int:
    while True:
        message = yjs_messages.parse(await socket.recv(decode=False))
        if isinstance(message, yjs_messages.Update) and message.answer:
            return len(message.update)


def _narrow(port: int) -> socket.socket:
    """A connection that holds little of what is on its way."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    made.connect(("127.0.0.1", port))
    made.setblocking(False)
    return made


def _yjs(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}/ws/yjs"


def play(seed: int, short: bool, say: Callable[[str], None]) -> list[str]:
    """What one history shows to be lost."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), 2, **_LIMITS) as (cluster, servers):
        return asyncio.run(ServersSoak(seed, say, cluster, servers).run(_ROUNDS[short]))
