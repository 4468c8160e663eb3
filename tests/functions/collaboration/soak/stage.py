"""What a history of the EKS model is played on: a Redis cluster, servers as processes, and clients of three kinds."""

import asyncio
import random
import signal
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ..pages_of_record import PagesOfRecord, migrated
from ..pods import token
from ..support import PAGE
from .browsers import Browsers
from .clients import JsonClient
from .cluster import Cluster, Server, running
from .editors import JsonEditor, Ledger

_SERVERS = 2
_LIMITS = {"PRESENCE_SECONDS": "3", "FOLD_OPERATIONS": "12", "OPERATIONS_A_SECOND": "1000"}


class Stage:
    """Servers and whoever is connected to them; its seed decides what happens, the machine when."""

    def __init__(self, seed: int, cluster: Cluster, servers: list[Server], browsers: Browsers) -> None:
        self.chance = random.Random(seed)
        self.cluster = cluster
        self.servers = servers
        self.browsers = browsers

    def server(self) -> Server:
        """Any of them."""
        return self.chance.choice(self.servers)

    def json(self, name: str, ledger: Ledger, page: str = PAGE) -> JsonClient:
        """A client of the JSON protocol, on whichever server."""
        return JsonClient(JsonEditor(name, self.chance, ledger, time.time, page), self.servers, self.chance)

    def open(self, kind: str, name: str, server: Server, page: str = PAGE, **given: Any) -> None:
        """A client in the Node: ``standard`` is y-websocket's, ``provider`` the TypeScript one."""
        url = yjs_url(server) if kind == "standard" else f"ws://127.0.0.1:{server.port}/ws"
        self.browsers(kind, name=name, url=url, page=page, token=token(name), **given)

    def look(self, name: str) -> dict[str, Any]:
        """What a client in the Node has and sees."""
        return self.browsers("look", name=name)

    async def restart(self, server: Server, number: int = signal.SIGKILL) -> None:
        """A server ends, by default as when its node is gone, and comes again."""
        await asyncio.to_thread(server.stop, number)
        server.start()
        await asyncio.to_thread(server.ready)


def yjs_url(server: Server) -> str:
    """Where y-websocket's clients connect to."""
    return f"ws://127.0.0.1:{server.port}/ws/yjs"


@contextmanager
def stage(seed: int, seconds: int, *, record: bool = False) -> Generator[Stage]:
    """Servers that keep a page that nobody has open for so many seconds in Redis, with a page of record or none."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        given = {"OPERATION_SECONDS": str(seconds), **_LIMITS}
        if record:
            given["DATABASE_URL"] = PagesOfRecord(held.enter_context(migrated())).url
        cluster, servers = held.enter_context(running(folder, _SERVERS, **given))
        browsers = Browsers()
        held.callback(browsers.close)
        yield Stage(seed, cluster, servers, browsers)
