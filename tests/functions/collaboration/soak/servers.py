"""A page's life in the EKS model: servers as processes, a Redis cluster, and clients of three kinds.

y-websocket's own and the TypeScript client run in a Node beside those of the JSON protocol. y-websocket has no
acknowledgement: what one wrote counts as kept once another client has it, since nothing is told before it is kept.
"""

import asyncio
import re
import signal
from collections.abc import Callable
from typing import Any

from .clients import JsonClient, until
from .editors import Ledger
from .slow_readers import slow_readers
from .stage import Stage, stage, yjs_url

_SECONDS = 12
"""After so long a page that nobody has open and that is recorded ends; one that is open does not."""
_ROUNDS = {True: 6, False: 60}


class ServersSoak:
    """One history."""

    def __init__(self, built: Stage, say: Callable[[str], None]) -> None:
        self._stage = built
        self._chance = built.chance
        self._say = say
        self._ledger = Ledger()
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
                self._stage.open(kind, name, self._stage.servers[number % len(self._stage.servers)])
            self._clients = [self._json() for _ in range(2)]
            await until(self._synced)
            for number in range(rounds):
                await self._round(number)
                self._say(f"{number + 1} of {rounds} rounds, {len(self._ledger.written)} marks known to be kept")
            faults = self._faults + await self._settled()
            faults += await self._open_for_long()
            return faults + await slow_readers(self._stage.servers[0])
        finally:
            for client in self._clients:
                await client.close()

    async def _round(self, number: int) -> None:
        for _ in range(4):
            await self._write()
        await self._happen(number)
        await self._write()
        await asyncio.sleep(0.2)
        self._note()

    async def _happen(self, number: int) -> None:
        """Something of each kind in turn, so that a short history has them all."""
        server = self._stage.server()
        match number % 6:
            case 0:
                await self._restart(signal.SIGKILL)
            case 1:
                client = self._chance.choice(self._clients)
                await client.send(client.editor.broken())
                await client.drop()
            case 2:
                await self._fail_over(self._chance.randrange(len(self._stage.cluster.pairs) - 1))
            case 3:
                name = self._chance.choice(list(self._names))
                self._stage.browsers("offline", name=name)
                self._mark(name)
                self._stage.browsers("online", name=name, url=yjs_url(server))
            case 4:
                await self._restart(signal.SIGTERM)
            case 5:
                await self._replace()

    async def _restart(self, number: int) -> None:
        server = self._stage.server()
        await asyncio.to_thread(server.stop, number)
        await self._write()
        server.start()
        await asyncio.to_thread(server.ready)

    async def _fail_over(self, number: int) -> None:
        """What was acknowledged last is lost with the master; whoever made or saw it is still there, and is asked."""
        self._stage.cluster.fall_behind(number)
        for _ in range(4):
            await self._write()
        await asyncio.sleep(0.3)
        before = {client: client.joined for client in self._clients}
        await asyncio.to_thread(self._stage.cluster.fail_over, number)

        async def asked() -> bool:
            return all(client.joined > joined for client, joined in before.items())

        if not await until(asked):
            self._faults.append("nobody is asked to join again after a failover")

    async def _replace(self) -> None:
        """A client's process ends, with what only it had.

        Nothing before that is missing: others may have built on what came after it, and would wait for it for ever.
        """
        client = self._clients[0]
        if not await until(client.sent):
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
        self._stage.browsers("write", name=name, mark=mark, at=self._chance.randrange(1_000))
        self._seen.add(mark)

    def _note(self) -> None:
        """Marks of Node's clients that another client has are kept."""
        texts = "".join(str(client.editor.text) for client in self._clients)
        kept = {mark for mark in self._seen if mark in texts}
        self._ledger.written |= kept
        self._seen -= kept

    def _json(self) -> JsonClient:
        self._born += 1
        return self._stage.json(f"j{self._born}", self._ledger)

    async def _synced(self) -> bool:
        looks = [self._stage.look(name) for name in self._names]
        return all(look["synced"] for look in looks) and all(client.socket for client in self._clients)

    async def _settled(self) -> list[str]:
        """Everybody is connected and has sent everything, and all documents are the same."""
        same = await until(self._same)
        self._note()
        return ([] if same else [self._differing()]) + self._lost("when nothing happens any more")

    def _differing(self) -> str:
        """Of each client whether it is connected, what it waits to have acknowledged, and what it lacks."""
        looks = {name: self._stage.look(name) for name in self._names}
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
        looks = [self._stage.look(name) for name in self._names]
        texts = {look["text"] for look in looks} | {str(client.editor.text) for client in self._clients}
        waiting = any(client.editor.outbox for client in self._clients) or any(look["saved"] is False for look in looks)
        return await self._synced() and not waiting and len(texts) == 1

    def _lost(self, when: str) -> list[str]:
        texts = {name: self._stage.look(name)["text"] for name in self._names}
        texts |= {client.editor.name: str(client.editor.text) for client in self._clients}
        return [f"{when}: {name}: {mark}" for name, text in texts.items() for mark in self._ledger.lost(text)]

    async def _open_for_long(self) -> list[str]:
        """Longer than a closed page is kept; who comes then gets all of it, whichever way he comes."""
        await asyncio.sleep(1.5 * _SECONDS)
        self._names |= {"s3": "standard", "p2": "provider"}
        self._stage.open("standard", "s3", self._stage.servers[0])
        self._stage.open("provider", "p2", self._stage.servers[-1])
        self._clients.append(self._json())
        if not await until(self._synced):
            return ["newcomers never get the page"]
        await asyncio.sleep(0.3)
        return self._lost("for newcomers") + await self._see_each_other()

    async def _see_each_other(self) -> list[str]:
        """y-websocket's clients and the others."""
        for name in ("s1", "p1"):
            self._stage.browsers("state", name=name, state={"cursor": name})
        for viewer, seen in (("s1", "p1"), ("p1", "s1"), ("s2", "s1"), ("s3", "p1")):

            async def shown(viewer: str = viewer, seen: str = seen) -> bool:
                states = self._stage.look(viewer)["states"].values()
                return any(isinstance(state, dict) and state.get("cursor") == seen for state in states)

            if not await until(shown):
                return [f"{viewer} never sees where {seen} is"]
        return []


def play(seed: int, short: bool, say: Callable[[str], None]) -> list[str]:
    """What one history shows to be lost."""
    with stage(seed, _SECONDS) as built:
        return asyncio.run(ServersSoak(built, say).run(_ROUNDS[short]))
