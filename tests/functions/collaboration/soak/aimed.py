"""Short histories of the EKS model, each aimed at one way of losing something, which it shows whenever it is there.

None of them waits for what must not come: something that comes after it in order tells that it did not.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from collaboration import documents, messages
from pycrdt import Doc, Text
from redis.asyncio.cluster import RedisCluster
from redis.crc import key_slot
from websockets.asyncio.client import ClientConnection, connect

from ..pods import token
from ..support import PAGE, body
from .clients import JsonClient, until
from .cluster import Server
from .editors import Ledger
from .slow_readers import slow_readers
from .stage import Stage, stage, yjs_url

_MARKS = 30
"""More than make a server take the operations into the page's state."""
_LOOKS_SECONDS = 40
"""Eight times as long as a server takes to see a failover."""


class Aimed(NamedTuple):
    """What is played, after how many seconds Redis forgets a page that is left, and whether there is a record."""

    play: Callable[[Stage], Awaitable[list[str]]]
    seconds: int = 60
    record: bool = False


async def _left(built: Stage) -> list[str]:
    """Everybody is gone for good, so that nobody can give back what the servers lost; then somebody comes to read."""
    ledger = Ledger()
    faults = await _written(built, ledger)
    await asyncio.sleep(3)
    return faults + await _read(built, ledger)


async def _recorded(built: Stage) -> list[str]:
    """As ``_left``, and Redis has lost everything, once servers say that nothing is left to be recorded."""
    ledger, redis = Ledger(), _redis(built)
    faults = await _written(built, ledger)

    async def done() -> bool:
        return not await redis.hlen("unrecorded")

    if not await until(done):
        faults.append("what nobody has open is never recorded")
    await redis.flushall(target_nodes=RedisCluster.PRIMARIES)
    await redis.aclose()
    return faults + await _read(built, ledger)


async def _filled(built: Stage) -> list[str]:
    """Several find a page empty, each on another server, before any of them fills it; what is acknowledged is there."""
    count = 4
    async with asyncio.TaskGroup() as group:
        barrier = asyncio.Barrier(count)
        tries = [
            group.create_task(_fill(built.servers[number % len(built.servers)], f"[filled.{number}]", barrier))
            for number in range(count)
        ]
    kept = {mark for mark, answer in (one.result() for one in tries) if answer == "ack"}
    reader = built.json("reader", Ledger())
    await until(lambda: _is_open(reader))
    text = str(reader.editor.text)
    await reader.close()
    if len(kept) != 1 or text != next(iter(kept)):
        return [f"acknowledged as what fills the page: {sorted(kept)}; what fills it: {text}"]
    return []


async def _refused(built: Stage) -> list[str]:
    """An update of Yjs' version 2 is not kept, so it is not acknowledged."""
    ledger = Ledger()
    client = built.json("a", ledger)
    await until(lambda: _is_open(client))
    await client.send(client.editor.broken())
    answered = await until(lambda: _is_empty(client))
    faults = [] if answered else ["an update of version 2 is not answered"]
    faults += [f"acknowledged, and not kept: {mark}" for mark in ledger.lost(str(client.editor.text))]
    await client.close()
    return faults


async def _failed_over(built: Stage) -> list[str]:
    """A master is lost with what was acknowledged last; whoever made or saw that is asked for it."""
    ledger = Ledger()
    clients = [built.json(name, ledger) for name in "ab"]
    for client in clients:
        await until(lambda client=client: _is_open(client))
    before = {client: client.joined for client in clients}
    shard = key_slot(f"operations:{PAGE}".encode()) * len(built.cluster.pairs) // 16_384
    built.cluster.fall_behind(shard)
    for client in clients:
        client.editor.write()
        await until(client.sent)
    await asyncio.to_thread(built.cluster.fail_over, shard)

    async def asked() -> bool:
        return all(client.joined > joined for client, joined in before.items())

    if not await until(asked, _LOOKS_SECONDS):
        await _close(*clients)
        return ["nobody is asked to join again after a failover"]
    for client in clients:
        await until(client.sent)
    await _close(*clients)
    return await _read(built, ledger)


async def _asked(built: Stage) -> list[str]:
    """What a client of y-websocket wrote while it was offline."""
    reader = built.json("reader", Ledger())
    await until(lambda: _is_open(reader))
    built.open("standard", "s1", built.servers[0])
    await until(lambda: _has_all(built, "s1"))
    built.browsers("offline", name="s1")
    built.browsers("write", name="s1", mark="[offline]", at=0)
    built.browsers("online", name="s1", url=yjs_url(built.servers[0]))
    await until(lambda: _has_all(built, "s1"))
    # It has the page, so it was asked before, and has answered before it says this; who hears this heard the answer.
    built.browsers("state", name="s1", state={"cursor": "later"})
    built.open("standard", "s2", built.servers[0])
    seen = await until(lambda: _sees(built, "s2", "later"))
    text = built.look("s2")["text"]
    await reader.close()
    return [] if seen and "[offline]" in text else [f"others have {text!r} of what was written offline"]


async def _shown(built: Stage) -> list[str]:
    """Where a client of y-websocket is, under its own id, for its own kind on either server; and that it has gone."""
    for number, name in enumerate(("s1", "s2", "s3")):
        built.open("standard", name, built.servers[number % len(built.servers)])
        await until(lambda name=name: _has_all(built, name))
    identity = built.look("s1")["id"]
    faults = []
    for cursor in ("here", "there"):
        built.browsers("state", name="s1", state={"cursor": cursor})
        built.browsers("write", name="s1", mark=f"[{cursor}]", at=0)
        for viewer in ("s2", "s3"):
            # What was written after it was shown comes after it.
            await until(lambda viewer=viewer, cursor=cursor: _has(built, viewer, f"[{cursor}]"))
            found = built.look(viewer)["states"].get(identity)
            if found != {"cursor": cursor}:
                faults.append(f"{viewer} sees {found} where s1 is {cursor}")
    return faults


async def _slow(built: Stage) -> list[str]:
    return await slow_readers(built.servers[0])


HISTORIES = {
    "left": Aimed(_left),
    "refused": Aimed(_refused),
    "failed over": Aimed(_failed_over),
    "asked": Aimed(_asked),
    "shown": Aimed(_shown),
    "slow": Aimed(_slow),
    "recorded": Aimed(_recorded, seconds=2, record=True),
    "filled": Aimed(_filled, seconds=2, record=True),
}


async def _written(built: Stage, ledger: Ledger) -> list[str]:
    """Marks of somebody who then is gone for good; says whether all are acknowledged."""
    client = built.json("writer", ledger)
    await until(lambda: _is_open(client))
    for _ in range(_MARKS):
        client.editor.write()
    acknowledged = await until(client.sent)
    await client.close()
    return [] if acknowledged and len(ledger.written) == _MARKS else ["not everything is acknowledged"]


async def _read(built: Stage, ledger: Ledger) -> list[str]:
    """What somebody lacks who comes now."""
    reader = built.json("reader", Ledger())
    await until(lambda: _is_open(reader))
    text = str(reader.editor.text)
    await reader.close()
    return [f"for who comes afterwards: {mark}" for mark in ledger.lost(text)]


async def _fill(server: Server, mark: str, barrier: asyncio.Barrier) -> tuple[str, str]:
    """Finds the page empty as all others do, then would fill it: what with, and how that is answered."""
    headers = {"Authorization": f"Bearer {token(mark.strip('[]'))}"}
    async with connect(f"ws://127.0.0.1:{server.port}/ws", additional_headers=headers, proxy=None) as socket:
        await socket.send(body("join"))
        found = await _hear(socket, "sync")
        assert messages.text(documents.EMPTY) == found["update"]
        await barrier.wait()
        update = Doc({"text": Text(mark)}).get_update()
        identity = messages.new_id(time.time())
        await socket.send(body("seed", operationId=identity, update=messages.text(update)))
        answer = await _hear(socket, "ack", "error")
        return mark, answer.get("code", answer["action"])


async def _hear(socket: ClientConnection, *actions: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["action"] in actions:
            return frame


def _redis(built: Stage) -> Any:
    return RedisCluster.from_url(built.cluster.url)


async def _close(*clients: JsonClient) -> None:
    await asyncio.gather(*(client.close() for client in clients))


async def _is_open(client: JsonClient) -> bool:
    return client.socket is not None


async def _is_empty(client: JsonClient) -> bool:
    return not client.editor.outbox


async def _has_all(built: Stage, name: str) -> bool:
    return bool(built.look(name)["synced"])


async def _has(built: Stage, name: str, mark: str) -> bool:
    return mark in built.look(name)["text"]


async def _sees(built: Stage, name: str, cursor: str) -> bool:
    return {"cursor": cursor} in built.look(name)["states"].values()


def play(name: str) -> list[str]:
    """What one of them shows to be lost."""
    history = HISTORIES[name]

    async def played() -> list[str]:
        return await history.play(built)

    with stage(1, history.seconds, record=history.record) as built:
        return asyncio.run(played())
