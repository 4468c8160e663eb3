"""What the WebSocket server does when Redis fails, when it must end, and when it is no longer of use."""

import asyncio
import base64
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
from collaboration import hub, redis_client, server
from collaboration.operations import BusyError
from redis.exceptions import ConnectionError as RedisGoneError
from redis.exceptions import RedisClusterException

from tools.redis_server import PATIENCE

from .pods import Pods
from .recorded_spans import traced
from .support import PAGE, Editor, body, operation_body, text_of, written_by

pytestmark = pytest.mark.no_cover  # as of large pages

GONE = [RedisGoneError("gone"), RedisClusterException("a slot is not covered by the cluster")]
"""What the library says of a node that is away, and of a cluster that lacks one."""


def test_a_stop_closes_sockets_and_stores_what_waits(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada = await pods.browser(port)
        (operation,) = written_by("kept")
        await ada.say(operation_body(operation))
        await ada.hear("ack")
        stopping = asyncio.create_task(pods.stop())
        assert await ada.closed() == 1001
        await stopping
        assert await pods.redis.exists(f"crdt:{PAGE}")
        assert not await pods.redis.exists(f"operations:{PAGE}", f"presence:{PAGE}")

    play(scenario)


def test_a_stop_ends_what_takes_it_for_a_lost_connection(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def deaf(_client: Any) -> Any:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise GONE[0] from error

    async def scenario(pods: Pods) -> None:
        monkeypatch.setattr(redis_client, "histories", deaf)
        await pods.start()
        async with asyncio.timeout(PATIENCE):
            await pods.stop()

    play(scenario)


def test_a_server_that_can_no_longer_hear_is_unwell(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def health(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health HTTP/1.1\r\nHost: pod\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer.split(b"\r\n")[0]

    async def scenario(pods: Pods) -> None:
        async def broken() -> None:
            raise KeyError("a bug")

        pod, port = await pods.start()
        monkeypatch.setattr(pod.room, "sweep", broken)
        assert b"200" in await health(port)
        pods.woken.set()
        async with asyncio.timeout(PATIENCE):
            while b"503" not in await health(port):
                await asyncio.sleep(0)

    play(scenario)


def test_whoever_waits_too_long_for_a_channel_is_told_to_connect_again(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any) -> None:
        return None

    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        monkeypatch.setattr(hub, "_PATIENCE_SECONDS", 0.01)
        monkeypatch.setattr(pod._hub._channel, "subscribe", nothing)
        ada = await pods.browser(port, join=False)
        await ada.say(body("join"))
        assert await ada.closed() == 1011

    play(scenario)


@pytest.mark.parametrize("error", GONE)
def test_the_sweep_goes_on_when_redis_does_not(play: Any, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def scenario(pods: Pods) -> None:
        pod, _ = await pods.start()
        swept: asyncio.Queue[None] = asyncio.Queue()

        async def sweep() -> None:
            swept.put_nowait(None)
            raise error

        monkeypatch.setattr(pod.room, "sweep", sweep)
        for _ in range(2):
            pods.woken.set()
            async with asyncio.timeout(PATIENCE):
                await swept.get()

    play(scenario)


@pytest.mark.parametrize("error", [*GONE, BusyError(PAGE)])
def test_a_store_that_fails_closes_the_socket(play: Any, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def failing(*_: Any) -> None:
        raise error

    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        ada = await pods.browser(port)
        monkeypatch.setattr(pod.room._pages, "append", failing)
        monkeypatch.setattr(pod.room._pages, "leave", failing)
        await ada.say(operation_body(written_by("x")[0]))
        assert await ada.closed() == 1011
        await pods.stop()

    with traced() as spans:
        play(scenario)
    assert [span.name for span in spans() if span.failed] == ["message", "disconnect"]


def test_a_slow_reader_is_closed(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada = await pods.browser(port)
        monkeypatch.setattr(server, "_MOST_WAITING", -1)
        await ada.say("{}")
        assert await ada.closed() == 1013

    play(scenario)


def test_a_large_page_opens_for_a_reader_who_takes_long(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of many times what may wait, of which nothing is read until somebody else has written."""
    text = base64.b64encode(Random(1).randbytes(5 * 1024 * 1024)).decode()
    monkeypatch.setattr(server, "_MOST_WAITING", 128 * 1024)

    async def scenario(pods: Pods) -> None:
        page = Editor(0, iter(()))
        page.insert(0, text)
        await pods.redis.set(f"crdt:{PAGE}", base64.b64encode(page.document.get_update()))
        _, port = await pods.start()
        slow = await pods.browser(port, join=False)
        line = slow.socket.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        slow.socket.transport.pause_reading()
        await slow.say(body("join"))
        bob = await pods.browser(port, "bob")
        (operation,) = written_by("x")
        await bob.say(operation_body(operation))
        await bob.hear("ack")
        slow.socket.transport.resume_reading()
        first = await slow.hear("sync")
        parts = {first["part"]: first["update"]}
        while len(parts) < first["parts"]:
            frame = await slow.hear("sync")
            parts[frame["part"]] = frame["update"]
        update = b"".join(base64.b64decode(parts[part]) for part in sorted(parts))
        assert text_of(update) == text
        assert slow.socket.close_code is None

    play(scenario)


def test_whoever_may_have_missed_something_is_told_to_join_again(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada = await pods.browser(port)
        await pods.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        assert await ada.closed() == 1012
        pods.woken.set()
        again = await pods.browser(port)
        bob = await pods.browser(port, "bob")
        assert (await again.hear("presence", "joined"))["userId"] == "bob"
        assert (await bob.hear("presence", "here"))["userId"] == "ada"

    play(scenario)


def test_after_a_failover_everybody_is_told_to_join_again(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no connection ends with it: a cluster's channel is some other node's."""
    looked: asyncio.Queue[BaseException | None] = asyncio.Queue()

    async def histories(client: Any, asked: Any = redis_client.histories) -> Any:
        if looked.qsize() == 1:
            looked.put_nowait(None)
            raise GONE[1]  # as while it lasts
        found = await asked(client)
        looked.put_nowait(None)
        return found

    monkeypatch.setattr(redis_client, "histories", histories)

    async def scenario(pods: Pods) -> None:
        async def look(times: int) -> None:
            async with asyncio.timeout(PATIENCE):
                while looked.qsize() < times:
                    pods.woken.set()
                    await asyncio.sleep(0.01)

        _, port = await pods.start()
        ada = await pods.browser(port)
        await look(3)
        assert ada.socket.close_code is None
        # A replica that takes its primary's place does the second of these.
        await pods.redis.execute_command("REPLICAOF", "127.0.0.1", "1")
        await pods.redis.execute_command("REPLICAOF", "NO", "ONE")
        pods.woken.set()
        assert await ada.closed() == 1012

    play(scenario)


def test_sigterm_ends_the_server(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(pods: Pods) -> None:
        serving, inner = asyncio.Event(), server.CollaborationServer.running

        @asynccontextmanager
        async def running(self: server.CollaborationServer) -> AsyncGenerator[None]:
            async with inner(self):
                serving.set()
                yield

        monkeypatch.setattr(server.CollaborationServer, "running", running)
        ended = asyncio.create_task(server.main(pods.environment))
        async with asyncio.timeout(PATIENCE):
            await serving.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            await ended

    play(scenario)
