"""Pages in a real Redis, alone and in cluster mode: nothing is lost, whatever happens at once."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from collaboration import documents, redis_client, redis_pages
from collaboration.limits import Limits
from collaboration.messages import Operation
from collaboration.operations import BusyError
from collaboration.redis_pages import RedisPages
from hypothesis import HealthCheck, given, settings

from .interleavings import HISTORIES, Action, History
from .support import LIMITS, NOW, PAGE, Clock, Editor, contradicting, identities, text_of, written

pytestmark = pytest.mark.no_cover  # as of large pages

NO_END = -1
"""What Redis says of a key without a time to live."""


class Interrupted:
    """A client of Redis before whose statements another server may act."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.before: Callable[[], Awaitable[None]] | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        async def call(*arguments: Any, **keywords: Any) -> Any:
            if self.before is not None:
                await self.before()
            return await method(*arguments, **keywords)

        return call


class Rig:
    """An event loop with a client of an empty Redis, and pages in it."""

    def __init__(self, environment: dict[str, str], clock: Clock) -> None:
        self._runner = asyncio.Runner()
        self.client: Any = self._runner.run(self._connect(environment))
        self.interrupted = Interrupted(self.client)
        self.pages = RedisPages(self.interrupted, LIMITS, clock)
        self.run(self.client.flushdb())

    def run(self, awaited: Any) -> Any:
        async def waited() -> Any:
            return await awaited

        return self._runner.run(waited())

    def close(self) -> None:
        self.run(self.client.aclose())
        self._runner.close()

    async def _connect(self, environment: dict[str, str]) -> Any:
        return redis_client.connect(environment)


@pytest.fixture(params=["node", "cluster"])
def rig(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Rig]:
    if request.param == "node":
        environment = {"REDIS_URL": request.getfixturevalue("redis_url")}
    else:
        environment = {"REDIS_URL": request.getfixturevalue("cluster_url"), "REDIS_CLUSTER": "true"}
    built = Rig(environment, clock)
    yield built
    built.close()


async def act(history: History, pages: RedisPages) -> None:
    action = history.next()
    if action is not None:
        with history.deeper():
            await perform(history, pages, action)


async def perform(history: History, pages: RedisPages, action: Action) -> None:
    editor = history.editors[action.editor]
    if action.kind == "reconnect":
        vector, stored = editor.document.get_state(), list(history.stored)
        state = await pages.load(PAGE)
        history.check(stored, state)
        editor.learn(documents.missing(state, vector))
    elif action.kind == "fold":
        assert await pages.fold(PAGE) == 0
    elif (operation := history.outgoing(action)) is not None:
        await pages.append(operation, "ada")
        history.stored.append(operation.update)


async def replay(history: History, interrupted: Interrupted, pages: RedisPages) -> bytes:
    async def interrupt() -> None:
        for _ in range(history.interruptions_now()):
            await act(history, pages)

    await interrupted._client.delete(f"crdt:{PAGE}")
    await interrupted._client.delete(f"operations:{PAGE}")
    interrupted.before = interrupt
    while history.actions:
        await act(history, pages)
    interrupted.before = None
    for operation in history.unsent:
        await pages.append(operation, "ada")
    before = await pages.load(PAGE)
    await pages.fold(PAGE)
    after = await pages.load(PAGE)
    assert text_of(before) == text_of(after) == written(*history.editors)
    assert await interrupted._client.llen(f"operations:{PAGE}") == 0
    return after


@pytest.mark.hypothesis
@pytest.mark.no_cover  # measuring makes it three times as slow, and the tests below run the same lines
def test_any_interleaving_converges_and_loses_nothing(rig: Rig) -> None:
    seen = {"histories": 0, "interruptions": 0}

    @settings(suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def converges(drawn: tuple[list[Action], list[tuple[int, int]]]) -> None:
        history = History(list(drawn[0]), list(drawn[1]))
        after = rig.run(replay(history, rig.interrupted, rig.pages))
        for editor in history.editors:
            editor.learn(documents.missing(after, editor.document.get_state()))
            assert str(editor.text) == text_of(after)
        seen["histories"] += 1
        seen["interruptions"] += history.interruptions

    converges()
    assert seen["histories"] >= settings().max_examples
    assert seen["interruptions"] > seen["histories"]


def test_state_and_queue_are_kept_as_the_plan_says(rig: Rig) -> None:
    editor = Editor(0, identities())
    for letter in "ab":
        editor.append(letter)
        queued = rig.run(rig.pages.append(editor.made[-1], "ada"))
        assert not queued.duplicate
    assert rig.run(rig.pages.append(editor.made[0], "ada")).duplicate
    newest, oldest = map(json.loads, rig.run(rig.client.lrange(f"operations:{PAGE}", 0, -1)))
    assert (newest["operationId"], oldest["operationId"]) == tuple(made.operation_id for made in reversed(editor.made))
    assert oldest["userId"] == "ada"
    rig.run(rig.pages.fold(PAGE))
    assert rig.run(rig.client.llen(f"operations:{PAGE}")) == 0
    state = base64.b64decode(rig.run(rig.client.get(f"crdt:{PAGE}")))
    assert text_of(state) == "ab"
    assert rig.run(rig.pages.fold(PAGE)) == 0


def test_what_nothing_else_keeps_has_no_end(rig: Rig) -> None:
    editor = Editor(0, identities())
    for letter in "ab":
        editor.append(letter)
    rig.run(rig.pages.append(editor.made[0], "ada"))
    rig.run(rig.pages.fold(PAGE))
    rig.run(rig.pages.append(editor.made[1], "ada"))
    rig.run(rig.pages.keep(PAGE))
    assert rig.run(rig.pages.record(PAGE)) is None
    assert [rig.run(rig.client.ttl(key)) for key in (f"crdt:{PAGE}", f"operations:{PAGE}")] == [NO_END, NO_END]
    assert rig.run(rig.pages.unrecorded()) == []


def test_what_is_no_update_is_not_stored(rig: Rig) -> None:
    with pytest.raises(documents.InvalidUpdateError):
        rig.run(rig.pages.append(Operation(PAGE, next(identities()), b"nonsense"), "ada"))
    assert rig.run(rig.client.keys("*")) == []


def test_what_contradicts_the_page_is_dropped_and_counted(rig: Rig) -> None:
    editor, contradiction = contradicting()
    source = identities()
    for update in (editor.document.get_update(), contradiction):
        rig.run(rig.pages.append(Operation(PAGE, next(source), update), "ada"))
    assert rig.run(rig.pages.fold(PAGE)) == 1
    assert text_of(rig.run(rig.pages.load(PAGE))) == "hello"


def test_a_page_that_never_stands_still_is_reported(rig: Rig, clock: Clock) -> None:
    editor, rival = Editor(0, identities()), Editor(1, identities(NOW * 1000 + 5_000))
    editor.append("a")
    rig.run(rig.pages.append(editor.made[0], "ada"))
    other = RedisPages(rig.client, LIMITS, clock)

    async def overtake() -> None:
        for _ in range(2):
            rival.append("b")
            await other.fold(PAGE)
            await other.append(rival.made[-1], "bob")

    rig.interrupted.before = overtake
    with pytest.raises(BusyError):
        rig.run(rig.pages.fold(PAGE))
    rig.interrupted.before = None
    assert text_of(rig.run(rig.pages.load(PAGE))) == written(editor, rival)


def test_presence_holds_milliseconds_and_ends(rig: Rig, clock: Clock) -> None:
    assert rig.run(rig.pages.enter(PAGE, "a", "ada"))
    assert not rig.run(rig.pages.enter(PAGE, "a2", "ada"))
    assert rig.run(rig.client.hgetall(f"presence:{PAGE}")) == {b"ada": b"%d" % (NOW * 1000)}
    assert rig.run(rig.pages.present(PAGE)) == {"ada": (NOW + 90, None, None)}
    rig.run(rig.pages.show(PAGE, "ada", "Ada", {"cursor": 1}))
    assert rig.run(rig.pages.present(PAGE)) == {"ada": (NOW + 90, "Ada", {"cursor": 1})}
    clock.now += 90
    assert rig.run(rig.pages.present(PAGE)) == {}


def test_a_user_leaves_with_the_last_connection(rig: Rig, clock: Clock) -> None:
    for connection, user in (("a", "ada"), ("a2", "ada"), ("b", "bob")):
        rig.run(rig.pages.enter(PAGE, connection, user))
        rig.run(rig.pages.show(PAGE, user, user.title()))
    assert not rig.run(rig.pages.leave(PAGE, "a", "ada"))
    assert rig.run(rig.pages.leave(PAGE, "a2", "ada"))
    assert list(rig.run(rig.pages.present(PAGE))) == ["bob"]
    assert list(rig.run(rig.client.hgetall(f"who:{PAGE}"))) == [b"bob"]
    rig.run(rig.pages.enter(PAGE, "lost", "bob"))
    clock.now += 89
    rig.run(rig.pages.enter(PAGE, "b", "bob"))
    clock.now += 1
    assert rig.run(rig.pages.leave(PAGE, "b", "bob")), "a connection whose server vanished does not count"


def test_only_one_server_reports_who_vanished(rig: Rig, clock: Clock) -> None:
    rig.run(rig.pages.enter(PAGE, "a", "ada"))
    rig.run(rig.pages.show(PAGE, "ada", "Ada"))
    clock.now += 60
    rig.run(rig.pages.enter(PAGE, "b", "bob"))
    assert rig.run(rig.pages.sweep(PAGE)) == []
    clock.now += 30
    assert rig.run(rig.pages.sweep(PAGE)) == ["ada"]
    assert rig.run(rig.client.hgetall(f"who:{PAGE}")) == {}
    assert rig.run(rig.pages.sweep(PAGE)) == []
    assert list(rig.run(rig.client.hgetall(f"sessions:{PAGE}"))) == [b"b"]


def test_who_says_so_in_time_is_not_swept(rig: Rig, clock: Clock) -> None:
    rig.run(rig.pages.enter(PAGE, "a", "ada"))
    clock.now += 90
    other = RedisPages(rig.client, LIMITS, clock)
    calls: list[None] = []

    async def come_back() -> None:
        calls.append(None)
        if len(calls) == 2:
            await other.enter(PAGE, "a", "ada")

    rig.interrupted.before = come_back
    assert rig.run(rig.pages.sweep(PAGE)) == []
    assert list(rig.run(other.present(PAGE))) == ["ada"]


def test_so_many_messages_a_second(rig: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_pages, "_RATE_SECONDS", 3600)  # Redis goes by its own clock
    pages = RedisPages(rig.client, Limits(operations_a_second=2), clock)
    assert [rig.run(pages.within_rate("ada")) for _ in range(3)] == [True, True, False]
    assert rig.run(pages.within_rate("bob"))
    clock.now += 1
    assert rig.run(pages.within_rate("ada"))


def test_a_second_is_not_counted_for_ever(rig: Rig) -> None:
    assert rig.run(rig.pages.within_rate("ada"))
    over = -2  # as Redis says it, should the machine be so busy; -1 would be for ever
    assert rig.run(rig.client.ttl(f"rate:ada:{NOW}")) in {2, 1, 0, over}
