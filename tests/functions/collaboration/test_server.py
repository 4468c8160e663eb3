"""The WebSocket server, two of them as two pods, over a real Redis, with real sockets on loopback."""

import asyncio
import json
from typing import Any

import jwt
import pytest
from collaboration import documents, messages, redis_pages, server
from collaboration.messages import Operation
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from .pods import LATE, SECRET, Pods, token
from .support import NOW, PAGE, body, contradicting, identities, operation_body, text_of, written_by


def test_editors_on_two_pods_see_each_other_and_what_they_write(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = await pods.start(), await pods.start()
        ada = await pods.browser(first, "ada")
        bob = await pods.browser(second, "bob")
        joined = await ada.hear("presence", "joined")
        assert (joined["userId"], joined["name"], joined["expires"]) == ("bob", "Bob", NOW + 90)
        here = await bob.hear("presence", "here")
        assert (here["userId"], here["name"], here["state"], here["expires"]) == ("ada", "Ada", None, NOW + 90)
        (operation,) = written_by("hi")
        await ada.say(operation_body(operation))
        ack = await ada.hear("ack")
        assert (ack["operationId"], ack["duplicate"]) == (operation.operation_id, False)
        frame = await bob.hear("operation")
        assert (frame["userId"], frame["update"]) == ("ada", messages.text(operation.update))
        await ada.say(operation_body(operation))
        assert (await ada.hear("ack"))["duplicate"]
        await bob.say(body("presence", state={"cursor": 1}))
        assert (await ada.hear("presence", "here"))["state"] == {"cursor": 1}
        eve = await pods.browser(first, "eve")
        shown = [await eve.hear("presence", "here") for _ in range(2)]
        assert {one["userId"]: (one["name"], one["state"]) for one in shown} == {
            "ada": ("Ada", None),
            "bob": ("Bob", {"cursor": 1}),
        }
        await eve.socket.close()
        assert (await ada.hear("presence", "left"))["userId"] == "eve"
        await bob.socket.close()
        assert (await ada.hear("presence", "left"))["userId"] == "bob"
        assert list(await pods.redis.hgetall(f"presence:{PAGE}")) == [b"ada"]

    play(scenario)


def test_a_user_is_on_the_page_that_the_address_names_before_any_join(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = await pods.start(), await pods.start()
        ada = await pods.browser(first, "ada")
        bob = await pods.browser(second, "bob", join=False, path=f"/ws/pages/{PAGE}")
        joined = await ada.hear("presence", "joined")
        assert (joined["userId"], joined["name"], joined["expires"]) == ("bob", "Bob", NOW + 90)
        assert (await pods.redis.hget(f"presence:{PAGE}", "bob")) == str(NOW * 1000).encode()
        (operation,) = written_by("hi")
        await ada.say(operation_body(operation))
        assert (await bob.hear("operation"))["userId"] == "ada"
        await bob.say(body("join"))
        await bob.hear("sync")
        await bob.say(body("presence", state={"cursor": 1}))
        # Nothing of the join: bob has joined once.
        assert [(await ada.hear("presence"))["event"]] == ["here"]
        await bob.socket.close()
        assert (await ada.hear("presence", "left"))["userId"] == "bob"

    play(scenario)


def test_whoever_may_not_read_a_page_arrives_on_none(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        eve = await pods.browser(port, "eve", "page:docs/other:read", join=False, path=f"/ws/pages/{PAGE}")
        assert (await eve.hear("error"))["code"] == "forbidden"
        assert not await pods.redis.exists(f"presence:{PAGE}")
        with pytest.raises(InvalidStatus) as refused:
            await pods.browser(port, "ada", join=False, path="/ws/pages/")
        assert refused.value.response.status_code == 404

    play(scenario)


def test_whoever_comes_back_gets_what_is_missing(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        first, second = written_by("one ", "two")
        ada = await pods.browser(port)
        for operation in (first, second):
            await ada.say(operation_body(operation))
            await ada.hear("ack")
        bob = await pods.browser(port, "bob", join=False)
        await bob.say(body("join", stateVector=messages.text(documents.vector(first.update))))
        sync = await bob.hear("sync")
        missing = messages.parse(
            body("operation", operationId=first.operation_id, update=sync["update"]), server.Limits()
        )
        assert isinstance(missing, Operation)
        assert text_of(documents.join(first.update, [missing.update]).state) == "one two"

    play(scenario)


@pytest.mark.parametrize("permissions", [7, None, {"space:docs:write": True}])
def test_permissions_that_are_none_are_refused(play: Any, permissions: Any) -> None:
    made = jwt.encode({"sub": "ada", "exp": LATE, "permissions": permissions}, SECRET, "HS256")

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}/ws", additional_headers={"Authorization": f"Bearer {made}"})
        assert refused.value.response.status_code == 401

    play(scenario)


def test_a_token_that_is_too_long_is_refused_and_logged(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        long = token("ada", *["page:docs/plan:read"] * 600)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}/ws", additional_headers={"Authorization": f"Bearer {long}"})
        assert refused.value.response.status_code == 431

    play(scenario)
    output = capsys.readouterr().out
    assert "a token, may have 8 KB" in output
    assert '"Refused": 1' in output


def test_health_and_tokens(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health HTTP/1.1\r\nHost: pod\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK")
        writer.close()
        # The load balancer and CloudFront write whole URLs to their logs.
        for path in ("/ws", "/ws?token=nonsense", f"/ws?token={token('ada')}"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://127.0.0.1:{port}{path}", proxy=None)
            assert refused.value.response.status_code == 401
        headers = {"Authorization": f"Bearer {token('ada')}"}
        async with connect(f"ws://127.0.0.1:{port}/ws", additional_headers=headers, proxy=None) as socket:
            assert socket.subprotocol is None
        offered = [Subprotocol("bearer"), Subprotocol(token("ada"))]
        async with connect(f"ws://127.0.0.1:{port}/ws", subprotocols=offered, proxy=None) as socket:
            assert socket.subprotocol == "bearer"

    play(scenario)
    assert '"Refused": 1' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("permission", "join", "text", "code"),
    [
        ("page:docs/plan:read", True, operation_body(written_by("x")[0]), "forbidden"),
        ("page:docs/other:write", False, body("join"), "forbidden"),
        ("page:docs/plan:write", False, body("presence", state=1), "notJoined"),
        ("page:docs/plan:write", True, operation_body(Operation(PAGE, next(identities()), b"no")), "invalidUpdate"),
        ("page:docs/plan:write", True, body("join", stateVector="/w=="), "invalidUpdate"),
        ("page:docs/plan:write", False, "x" * 40_000, "tooLarge"),
    ],
)
def test_what_a_client_may_not_do(play: Any, permission: str, join: bool, text: str, code: str) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        ada = await pods.browser(port, "ada", permission, join=join)
        await ada.say(text)
        error = await ada.hear("error")
        assert error["code"] == code
        assert ("operationId" in error) == ("operationId" in text)
        assert not await pods.redis.exists(f"operations:{PAGE}")

    play(scenario)


def test_an_ended_token_and_too_many_messages(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_pages, "_RATE_SECONDS", 3600)  # Redis goes by its own clock

    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start(OPERATIONS_A_SECOND="2")
        ada = await pods.browser(port)
        for _ in range(2):
            await ada.say(body("presence", state=1))
        assert (await ada.hear("error"))["code"] == "rateLimited"
        pods.clock.now = LATE
        await ada.say(body("presence", state=1))
        assert (await ada.hear("error"))["code"] == "tokenExpired"
        await pod.room.sweep()
        assert await ada.closed() == 1008

    play(scenario)


def test_an_update_in_parts(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(UPDATE_BYTES="60000")
        ada, bob = await pods.browser(port), await pods.browser(port, "bob")
        small, large = written_by("long " * 10_000, "long " * 15_000)
        for operation, heard in ((small, "ack"), (large, "error")):
            update = messages.text(operation.update)
            pieces = [update[start : start + 24_000] for start in range(0, len(update), 24_000)]
            for number, piece in enumerate(pieces, start=1):
                parts = {"part": number, "parts": len(pieces)}
                await ada.say(body("operation", operationId=operation.operation_id, update=piece, **parts))
            assert (await ada.hear(heard))["operationId"] == operation.operation_id
        assert [(await bob.hear("operation"))["part"] for _ in range(3)] == [1, 2, 3]

    play(scenario)


def test_another_page_is_joined_by_leaving_the_one_before(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        ada, bob = await pods.browser(port), await pods.browser(port, "bob")
        await ada.say(body("join", pageId="docs/other"))
        assert (await bob.hear("presence", "left"))["userId"] == "ada"
        await ada.hear("sync")
        assert {page: len(members) for page, members in pod._hub.pages.items()} == {PAGE: 1, "docs/other": 1}

    play(scenario)


def test_a_long_queue_is_folded(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(FOLD_OPERATIONS="2")
        ada = await pods.browser(port)
        editor, contradiction = contradicting()
        source = identities()
        for update in (editor.document.get_update(), contradiction):
            await ada.say(operation_body(Operation(PAGE, next(source), update)))
            await ada.hear("ack")
        await ada.say(body("presence", state=None))
        await ada.say("{}")
        await ada.hear("error")
        assert not await pods.redis.exists(f"operations:{PAGE}")

    play(scenario)
    assert '"Rejected": 1' in capsys.readouterr().out


def test_a_sweep_reports_who_is_here_and_who_vanished(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        ada = await pods.browser(port)
        await pods.redis.hset(f"presence:{PAGE}", "bob", NOW * 1000)
        pods.clock.now += 90
        capsys.readouterr()
        await pod.room.sweep()
        assert (await ada.hear("presence", "left"))["userId"] == "bob"
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        line = next(line for line in lines if "Connections" in line)
        assert (line["Connections"], line["Present"]) == (1, 1)
        assert await pods.redis.hgetall(f"presence:{PAGE}") == {b"ada": b"%d" % ((NOW + 90) * 1000)}

    play(scenario)


def test_how_many_are_here_is_said_once_a_minute_so_that_a_sum_is_right(
    play: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start()
        ada = await pods.browser(port)
        await ada.say(json.dumps({"action": "join", "pageId": PAGE}))
        pods.clock.now = NOW // 60 * 60 + 120
        capsys.readouterr()
        for step in (0, 20, 20, 30, 20):
            pods.clock.now += step
            await pod.room.sweep()
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        said = [line["_aws"]["Timestamp"] // 60_000 for line in lines if "Connections" in line]
        assert said == [NOW // 60 + 2, NOW // 60 + 3]

    play(scenario)
