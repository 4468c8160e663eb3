"""Clients of the y-websocket protocol beside JSON ones, on two pods over a real Redis."""

import asyncio
from base64 import b64decode
from typing import Any

import pytest
from collaboration import documents, messages, server, yjs_clients, yjs_messages
from collaboration.awareness import AwarenessStates, Known
from pycrdt import Doc, Text, get_update
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tools.redis_server import PATIENCE

from .pods import LATE, Pods, token
from .support import PAGE, body, operation_body, text_of, written_by

V2 = bytes.fromhex("000002a50100000104050361626301010000")
"""What ``updateV2`` gives for three letters."""


async def stored(pods: Pods) -> str:
    pages = server.RedisPages(pods.redis, server.Limits(), pods.clock)
    return text_of(await pages.load(PAGE))


def test_both_kinds_of_clients_have_one_document_and_see_each_other(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = await pods.start(), await pods.start()
        json_client = await pods.browser(first, "ada")
        standard, other = await pods.standard(second, "bob"), await pods.standard(first, "cyd")
        assert standard.socket.subprotocol == "bearer"
        await standard.sync()
        await other.sync()
        assert {(await json_client.hear("presence", "joined"))["userId"] for _ in range(2)} == {"bob", "cyd"}
        (operation,) = written_by("hello")
        await json_client.say(operation_body(operation))
        await json_client.hear("ack")
        await standard.hear_text("hello")
        await standard.write(" there")
        frame = await json_client.hear("operation")
        assert frame["userId"] == "bob"
        assert text_of(documents.join(operation.update, [b64decode(frame["update"])]).state) == "hello there"
        await other.hear_text("hello there")
        assert await stored(pods) == "hello there"
        await standard.say(7, 3, {"cursor": 1})
        here = await json_client.hear("presence", "here")
        assert (here["userId"], here["name"], here["state"]) == ("bob", "Bob", {"cursor": 1})
        assert await other.aware({"cursor": 1}) == (7, 3, {"cursor": 1})
        await json_client.say(body("presence", state={"cursor": 2}))
        seen = await other.aware({"user": {"name": "Ada"}, "cursor": 2})
        await json_client.socket.close()
        assert (await other.aware(None)).client == seen.client
        await standard.socket.close()
        assert await other.aware(None) == (7, 3, None)

    play(scenario)


def test_a_client_is_seen_from_its_connection_on(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = await pods.start(), await pods.start()
        ada = await pods.browser(first, "ada")
        standard = await pods.standard(second, "bob")
        assert (await ada.hear("presence", "joined"))["userId"] == "bob"
        await standard.socket.close()
        assert (await ada.hear("presence", "left"))["userId"] == "bob"

    play(scenario)


def test_whoever_joins_is_told_who_is_here_once(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = await pods.start(), await pods.start()
        ada = await pods.standard(first, "ada")
        await ada.sync()
        await ada.say(7, 3, {"cursor": 1})
        await ada.say(8, 1, {"cursor": "somebody else's"})
        await ada.socket.send(yjs_messages.changed(written_by("x")[0].update))
        bob = await pods.standard(second, "bob")
        await bob.sync()
        assert await bob.aware({"cursor": 1}) == (7, 3, {"cursor": 1})
        await bob.say(7, 9, {"cursor": "ada's, repeated"})
        await bob.say(9, 1, {"cursor": 5})
        assert await ada.aware({"cursor": 5}) == (9, 1, {"cursor": 5})
        pods.clock.now += 46
        cyd = await pods.standard(first, "cyd")
        await cyd.sync()
        async with asyncio.timeout(PATIENCE):
            while await pods.redis.exists(f"awareness:{PAGE}"):
                await asyncio.sleep(0.01)

    play(scenario)


def test_a_client_is_seen_again_after_its_server_died(play: Any) -> None:
    """It comes back with the id that it had, which nobody took from the page."""

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        watching, other = await pods.browser(port, "bob"), await pods.standard(port, "cyd")
        await other.sync()
        before = yjs_messages.encoded([yjs_messages.Entry(7, 3, {"cursor": 1})])
        await AwarenessStates(pods.redis, pods.clock).put(PAGE, "dead", Known("ada", before))
        ada = await pods.standard(port, "ada")
        await ada.sync()
        await ada.say(7, 4, {"cursor": 2})
        assert (await watching.hear("presence", "here"))["state"] == {"cursor": 2}
        assert await other.aware({"cursor": 2}) == (7, 4, {"cursor": 2})

    play(scenario)


def test_what_a_page_holds_already_is_not_stored_again(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        first = await pods.standard(port)
        await first.sync()
        await first.write("kept")
        reader = await pods.standard(port, "bob", "page:docs/plan:read")
        reader.document.apply_update(first.document.get_update())
        await reader.sync()
        await reader.write("!")
        assert (await reader.denied()).startswith("forbidden")
        assert await pods.redis.llen(f"operations:{PAGE}") == 1
        assert await stored(pods) == "kept"
        assert not reader.socket.close_code

    play(scenario)


def test_what_was_written_offline_is_kept_when_the_client_comes_back(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = await pods.start(), await pods.start()
        ada, bob = await pods.standard(first), await pods.standard(second, "bob")
        ada.text.insert(0, "offline")
        await bob.sync()
        await ada.sync()
        await bob.hear_text("offline")
        assert await stored(pods) == "offline"

    play(scenario)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (yjs_messages.changed(V2), "invalidUpdate"),
        (yjs_messages.answer(V2), "invalidUpdate"),
        (yjs_messages.changed(written_by("long " * 500)[0].update), "tooLarge"),
        (yjs_messages.vector(b"\xff"), "invalidUpdate"),
        (yjs_messages.awareness(yjs_messages.encoded([yjs_messages.Entry(1, 1, "x" * 5_000)])), "tooLarge"),
        (b"\0\0\5a", "invalidMessage"),
        (b"\xff" * 400, "invalidMessage"),
        (b"\1\3\1\1\5", "invalidMessage"),
        (b"\1\4\1\1\1\1", "invalidMessage"),
        (b"\0\7", "unknownAction"),
        (b"\7", "unknownAction"),
        ("text", "invalidMessage"),
    ],
)
def test_what_is_refused_is_said_and_not_kept(play: Any, message: str | bytes, reason: str) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(UPDATE_BYTES="2000")
        ada = await pods.standard(port)
        await ada.sync()
        await ada.socket.send(message)
        assert (await ada.denied()).startswith(reason)
        await ada.write("kept")
        await ada.socket.send(yjs_messages.vector(b"\0"))
        await ada.hear(lambda heard: isinstance(heard, yjs_messages.Update) and heard.answer)
        assert await stored(pods) == "kept"

    play(scenario)


def test_a_page_that_may_not_be_read_and_a_token_that_ends_are_closed_for_good(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        stranger = await pods.standard(port, "eve", "page:docs/other:write")
        await stranger.socket.send(yjs_messages.vector(b"\0"))
        assert (await stranger.denied()).startswith("forbidden")
        await stranger.socket.wait_closed()
        assert stranger.socket.close_code == 4403
        ada, bob = await pods.standard(port), await pods.standard(port, "bob")
        await ada.sync()
        await bob.sync()
        pods.clock.now = LATE
        await ada.write("late")
        assert (await ada.denied()).startswith("tokenExpired")
        await pod.room.sweep()
        for one in (ada, bob):
            await one.socket.wait_closed()
            assert one.socket.close_code == 4401
        assert await stored(pods) == ""

    play(scenario)


@pytest.mark.parametrize(("path", "status"), [("docs/plan", 401), ("docs%20plan", 404), ("", 404)])
def test_doors(play: Any, path: str, status: int) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        query = f"?token={token('ada')}"
        headers = {"Authorization": f"Bearer {token('ada')}"} if status == 404 else {}
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}/ws/yjs/{path}{query}", additional_headers=headers, proxy=None)
        assert refused.value.response.status_code == status

    play(scenario)


def test_whoever_writes_too_fast_is_read_more_slowly(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(OPERATIONS_A_SECOND="3")
        ada = await pods.standard(port)
        await ada.sync()
        for letter in "abcdef":
            await ada.write(letter)
        while await stored(pods) != "abcdef":
            pods.clock.now += 1
            pods.woken.set()
            await asyncio.sleep(0.01)

    play(scenario)


def test_the_server_is_heard_of_while_nobody_writes(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        json_client, standard = await pods.browser(port), await pods.standard(port, "bob")
        await standard.sync()
        await json_client.say(body("presence", state={"cursor": 2}))
        first = await standard.aware({"user": {"name": "Ada"}, "cursor": 2})
        pods.clock.now += 15
        pods.woken.set()
        await standard.hear(lambda message: message == yjs_messages.Awareness(()))
        again = await standard.aware({"user": {"name": "Ada"}, "cursor": 2})
        assert (again.client, again.clock > first.clock) == (first.client, True)
        pods.clock.now += 90
        pods.woken.set()
        await standard.hear(lambda message: message == yjs_messages.Awareness(()))
        assert not standard.socket.close_code

    play(scenario)


def test_a_large_page_is_one_message_and_nothing_is_lost_meanwhile(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_FRAGMENT", 1_000)

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada, bob = await pods.standard(port), await pods.standard(port, "bob")
        await ada.sync()
        for _ in range(4):
            await ada.write("many words " * 10_000)
        await bob.socket.send(yjs_messages.vector(b"\0"))
        await ada.write("end")
        await bob.hear(lambda _: str(bob.text).endswith("end"))
        assert len(bob.text) == 440_003

    play(scenario)


def test_who_reads_too_slowly_while_a_page_is_sent_is_closed(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yjs_clients, "_MOST_HELD", 10_000)
    blocked = asyncio.Event()

    async def waits(_self: Any, _message: bytes) -> None:
        await blocked.wait()

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada, bob = await pods.standard(port), await pods.standard(port, "bob")
        await ada.sync()
        monkeypatch.setattr(server._Socket, "stream", waits)
        await bob.socket.send(yjs_messages.vector(b"\0"))
        async with asyncio.timeout(PATIENCE):
            while not bob.socket.close_code:
                await ada.write("many words " * 1_000)
                await asyncio.sleep(0.01)
        assert bob.socket.close_code == 1013
        blocked.set()

    play(scenario)


def test_an_id_made_here_is_one_of_version_7_in_the_order_of_time() -> None:
    first, second = messages.new_id(1_800_000_000.001), messages.new_id(1_800_000_000.002)
    assert messages.order(first) < messages.order(second)
    made = messages.parse(body("operation", operationId=first, update=messages.text(documents.EMPTY)), server.Limits())
    assert isinstance(made, messages.Operation)


def test_a_diff_that_starts_later_is_taken(play: Any) -> None:
    """Updates are pieces: what comes before may come later."""
    document: Doc = Doc()
    text = document.get("text", type=Text)
    text.insert(0, "one ")
    before = document.get_state()
    text.insert(4, "two")
    later, whole = get_update(document.get_update(), before), document.get_update()

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada, bob = await pods.standard(port), await pods.standard(port, "bob")
        await ada.sync()
        await bob.sync()
        await ada.socket.send(yjs_messages.changed(later))
        await ada.socket.send(yjs_messages.changed(whole))
        await bob.hear_text("one two")

    play(scenario)
