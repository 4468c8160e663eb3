"""The WebSocket server with the record behind it: pages that end, are filled by two at once, and servers that end."""

import asyncio
import base64
from typing import Any

import pytest
from collaboration import documents, messages
from collaboration.messages import Operation
from collaboration.redis_pages import RedisPages
from redis.asyncio import Redis

from tools.redis_server import PATIENCE

from .pages_of_record import PagesOfRecord
from .pods import Browser, Pods
from .support import PAGE, Editor, body, identities, operation_body, text_of, written_by


def offer(number: int, identity: str) -> Operation:
    """A client's template, as its own document has it."""
    editor = Editor(number, iter(()))
    editor.append("template")
    return Operation(PAGE, identity, editor.document.get_update())


def seed_body(operation: Operation) -> str:
    return body("seed", operationId=operation.operation_id, update=messages.text(operation.update))


async def opened(browser: Browser) -> str:
    """What a browser is shown as it joins."""
    await browser.say(body("join"))
    return text_of(base64.b64decode((await browser.hear("sync"))["update"]))


async def turn(pods: Pods) -> None:
    """Lets every server do what it does every half minute."""
    pods.woken.set()
    await asyncio.sleep(0)


async def until_recorded(pods: Pods) -> None:
    async with asyncio.timeout(PATIENCE):
        while await pods.redis.exists("unrecorded"):
            await turn(pods)
            await asyncio.sleep(0.01)


def test_a_page_that_redis_forgot_opens_as_it_was_left(play: Any, pages_of_record: PagesOfRecord) -> None:
    async def scenario(pods: Pods) -> None:
        (_, first), (_, second) = [await pods.start(DATABASE_URL=pages_of_record.url) for _ in range(2)]
        ada = await pods.browser(first)
        await ada.say(operation_body(written_by("kept")[0]))
        await ada.hear("ack")
        await ada.socket.close()
        await until_recorded(pods)
        await pods.redis.flushall()
        assert await opened(await pods.browser(second, "bob", join=False)) == "kept"

    play(scenario)


def test_an_open_page_is_recorded_before_anybody_leaves(play: Any, pages_of_record: PagesOfRecord) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL=pages_of_record.url)
        ada = await pods.browser(port)
        await ada.say(operation_body(written_by("kept")[0]))
        await ada.hear("ack")
        await until_recorded(pods)
        assert text_of(pages_of_record.state(PAGE) or b"") == "kept"

    play(scenario)


def test_a_failover_that_loses_the_mark_of_a_page_leaves_it_to_be_recorded(
    play: Any, pages_of_record: PagesOfRecord
) -> None:
    async def scenario(pods: Pods) -> None:
        pod, port = await pods.start(DATABASE_URL=pages_of_record.url)
        ada = await pods.browser(port)
        await ada.say(operation_body(written_by("kept")[0]))
        await ada.hear("ack")
        await pods.redis.delete("unrecorded")
        await pod.room.begin_anew()
        assert await ada.closed() == 1012
        await until_recorded(pods)
        assert text_of(pages_of_record.state(PAGE) or b"") == "kept"

    play(scenario)


def test_whoever_leaves_last_leaves_the_page_in_the_record(play: Any, pages_of_record: PagesOfRecord) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL=pages_of_record.url)
        ada = await pods.browser(port)
        await ada.say(operation_body(written_by("kept")[0]))
        await ada.hear("ack")
        await ada.socket.close()
        async with asyncio.timeout(PATIENCE):
            while await pods.redis.exists("unrecorded"):
                await asyncio.sleep(0.01)
        assert text_of(pages_of_record.state(PAGE) or b"") == "kept"

    play(scenario)


def test_what_a_failover_of_redis_lost_is_told_to_all_when_somebody_joins(
    play: Any, pages_of_record: PagesOfRecord
) -> None:
    one, two = written_by("kept ", "lost")

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL=pages_of_record.url)
        pages_of_record.make(PAGE, documents.join(one.update, [two.update]).state)
        ada = await pods.browser(port)
        await pods.redis.set(f"crdt:{PAGE}", base64.b64encode(one.update))
        assert await opened(await pods.browser(port, "bob", join=False)) == "kept lost"
        more = base64.b64decode((await ada.hear("operation"))["update"])
        assert text_of(documents.join(one.update, [more]).state) == "kept lost"

    play(scenario)


def test_two_that_fill_an_empty_page_at_once_do_not_double_it(play: Any, pages_of_record: PagesOfRecord) -> None:
    source = identities()
    offers = [offer(number, next(source)) for number in range(2)]

    async def scenario(pods: Pods) -> None:
        ports = [(await pods.start(DATABASE_URL=pages_of_record.url))[1] for _ in range(2)]
        browsers = [await pods.browser(port, user) for port, user in zip(ports, ("ada", "bob"), strict=True)]
        await asyncio.gather(*(one.say(seed_body(made)) for one, made in zip(browsers, offers, strict=True)))
        for browser in browsers:
            assert text_of(base64.b64decode((await browser.hear("operation"))["update"])) == "template"
        assert await opened(await pods.browser(ports[0], "eve", join=False)) == "template"
        assert pages_of_record.sql("SELECT count(*), count(seed) FROM collaboration.page") == "1|1"

    play(scenario)


def test_who_fills_a_page_is_told_and_who_came_later_too(play: Any, pages_of_record: PagesOfRecord) -> None:
    source = identities()
    first, second = (offer(number, next(source)) for number in range(2))

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL=pages_of_record.url)
        ada = await pods.browser(port)
        for _ in range(2):
            await ada.say(seed_body(first))
            assert (await ada.hear("ack"))["operationId"] == first.operation_id
        await ada.say(seed_body(second))
        error = await ada.hear("error")
        assert (error["code"], error["operationId"]) == ("alreadyFilled", second.operation_id)
        await ada.say(body("seed", operationId=second.operation_id, update=messages.text(b"nonsense")))
        assert (await ada.hear("error"))["code"] == "invalidUpdate"
        reader = await pods.browser(port, "eve", "page:docs/plan:read")
        await reader.say(seed_body(second))
        assert (await reader.hear("error"))["code"] == "forbidden"

    play(scenario)


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_server_that_ends_between_filling_and_saying_so(
    play: Any, pages_of_record: PagesOfRecord, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    """The record has it and nobody heard; whoever asks next, the same client or another one, finds it there, once."""
    source = identities()
    first, second = (offer(number, next(source)) for number in range(2))

    async def scenario(pods: Pods) -> None:
        (ending, one), (_, other) = [await pods.start(DATABASE_URL=pages_of_record.url) for _ in range(2)]

        async def ends(*_: Any) -> None:
            raise ConnectionResetError("the pod is gone")

        bob = await pods.browser(other, "bob")
        ada = await pods.browser(one)
        with monkeypatch.context() as patched:
            patched.setattr(ending.room._pages, "_take_in", ends)
            await ada.say(seed_body(first))
            await ada.closed()
        assert text_of(pages_of_record.state(PAGE) or b"") == "template"
        again = await pods.browser(other, "ada", join=False)
        if comes_back:
            await again.say(body("join"))
            await again.say(seed_body(first))
            assert (await again.hear("ack"))["operationId"] == first.operation_id
        else:
            await bob.say(seed_body(second))
            assert (await bob.hear("error"))["code"] == "alreadyFilled"
        assert text_of(base64.b64decode((await bob.hear("operation"))["update"])) == "template"
        assert await opened(await pods.browser(other, "eve", join=False)) == "template"

    play(scenario)


def test_a_page_that_the_product_made_is_not_empty(play: Any, pages_of_record: PagesOfRecord) -> None:
    (made,) = written_by("made")
    pages_of_record.make(PAGE, made.update)

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL=pages_of_record.url)
        ada = await pods.browser(port, join=False)
        assert await opened(ada) == "made"
        await ada.say(seed_body(offer(1, made.operation_id)))
        assert (await ada.hear("error"))["code"] == "alreadyFilled"

    play(scenario)


def test_without_the_record_a_page_that_redis_lacks_does_not_open_as_an_empty_one(
    play: Any, pages_of_record: PagesOfRecord
) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL="postgresql://collaboration@127.0.0.1:1/confluence")
        ada = await pods.browser(port, join=False)
        await ada.say(body("join"))
        assert await ada.closed() == 1011
        (operation,) = written_by("open already")
        await RedisPages(pods.redis, messages.Limits(), pods.clock).append(operation, "ada")
        await pods.redis.set(f"crdt:{PAGE}", base64.b64encode(operation.update))
        assert await opened(await pods.browser(port, join=False)) == "open already"

    play(scenario)


@pytest.mark.parametrize("known", [{}, {"DATABASE_URL": "postgresql://collaboration@127.0.0.1:1/confluence"}])
def test_nobody_fills_a_page_while_nobody_can_tell_whether_it_is_empty(play: Any, known: dict[str, str]) -> None:
    (operation,) = written_by("open already")

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(**known)
        await pods.redis.set(f"crdt:{PAGE}", base64.b64encode(operation.update))
        ada = await pods.browser(port)
        await ada.say(seed_body(offer(1, operation.operation_id)))
        error = await ada.hear("error")
        assert (error["code"], error["operationId"]) == ("unavailable", operation.operation_id)
        assert await opened(ada) == "open already"

    play(scenario)


def test_a_full_redis_refuses_an_edit_and_keeps_what_it_has(
    redis_url: str, play: Any, pages_of_record: PagesOfRecord
) -> None:
    one, two = written_by("kept ", "refused")

    async def scenario(pods: Pods) -> None:
        _, port = await pods.start(DATABASE_URL=pages_of_record.url)
        ada = await pods.browser(port)
        await ada.say(operation_body(one))
        await ada.hear("ack")
        async with Redis.from_url(redis_url) as admin:
            await admin.execute_command("CONFIG", "SET", "maxmemory", 1)  # without eviction, as it is by default
            try:
                await ada.say(operation_body(two))
                error = await ada.hear("error")
                assert (error["code"], error["operationId"]) == ("unavailable", two.operation_id)
            finally:
                await admin.execute_command("CONFIG", "SET", "maxmemory", 0)
        await ada.say(operation_body(two))
        assert (await ada.hear("ack"))["operationId"] == two.operation_id
        assert await opened(await pods.browser(port, "bob", join=False)) == "kept refused"

    play(scenario)
