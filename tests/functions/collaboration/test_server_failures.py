"""What the WebSocket server does when Redis fails, when it must end, and when it is no longer of use."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from collaboration import hub, server
from collaboration.operations import BusyError
from redis.exceptions import ConnectionError as RedisGoneError

from .pods import Pods
from .support import PAGE, PATIENCE, body, operation_body, written_by


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


def test_the_sweep_goes_on_when_redis_does_not(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(pods: Pods) -> None:
        pod, _ = await pods.start()
        swept: asyncio.Queue[None] = asyncio.Queue()

        async def sweep() -> None:
            swept.put_nowait(None)
            raise RedisGoneError

        monkeypatch.setattr(pod.room, "sweep", sweep)
        for _ in range(2):
            pods.woken.set()
            async with asyncio.timeout(PATIENCE):
                await swept.get()

    play(scenario)


@pytest.mark.parametrize("error", [RedisGoneError("gone"), BusyError(PAGE)])
def test_a_store_that_fails_closes_the_socket(play: Any, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def failing(*_: Any) -> None:
        raise error

    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        ada = await pods.browser(port)
        monkeypatch.setattr(pod.room._pages, "append", failing)
        monkeypatch.setattr(pod.room._pages, "leave", failing)
        traced: list[str] = []
        monkeypatch.setattr(pod._traces, "failed", lambda _service, message, _error: traced.append(message))
        await ada.say(operation_body(written_by("x")[0]))
        assert await ada.closed() == 1011
        await pods.stop()
        assert traced == ["connection failed", "leaving failed"]

    play(scenario)


def test_a_slow_reader_is_closed(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada = await pods.browser(port)
        monkeypatch.setattr(server, "_MOST_WAITING", -1)
        await ada.say("{}")
        assert await ada.closed() == 1013

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
