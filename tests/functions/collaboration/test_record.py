"""Pages in Redis and in the record, a real PostgreSQL: whichever forgets, goes away or is behind, none is lost."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from botocore.httpsession import get_cert_path
from collaboration import documents, record
from collaboration.messages import Operation
from collaboration.record import PostgresRecord, RecordAwayError
from collaboration.redis_pages import RedisPages
from hypothesis import HealthCheck, given, settings
from redis.asyncio import Redis

from .interleavings import HISTORIES, Action, History
from .pages_of_record import PagesOfRecord
from .support import LIMITS, PAGE, Clock, Editor, identities, text_of, written, written_by
from .test_redis_pages import NO_END, Interrupted

pytestmark = pytest.mark.long

NOWHERE = "postgresql://collaboration@127.0.0.1:1/confluence"


class Store:
    """An empty Redis, the record, and two servers' pages in them."""

    def __init__(self, redis: Redis, kept: PagesOfRecord, clock: Clock) -> None:
        self.redis = redis
        self.interrupted = Interrupted(redis)
        self.kept = kept
        self.record = PostgresRecord(kept.url)
        self.pages = RedisPages(self.interrupted, LIMITS, clock, self.record)
        self.other = RedisPages(redis, LIMITS, clock, self.record)
        self.cut_off = RedisPages(redis, LIMITS, clock, PostgresRecord(NOWHERE))

    async def expire(self) -> bool:
        """Whether the page was one that Redis forgets in time; it then has."""
        ends = await self.redis.ttl(f"crdt:{PAGE}") > 0
        return ends and bool(await self.redis.delete(f"crdt:{PAGE}"))


@pytest.fixture
def stored(redis_url: str, pages_of_record: PagesOfRecord, clock: Clock) -> Callable[..., None]:
    """Runs what is to happen to a page."""

    @asynccontextmanager
    async def store() -> AsyncGenerator[Store]:
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
            built = Store(redis, pages_of_record, clock)
            try:
                yield built
            finally:
                await built.record.close()

    async def happened(what: Callable[[Store], Awaitable[None]]) -> None:
        async with store() as built:
            await what(built)

    return lambda what: asyncio.run(happened(what))


async def recorded(pages: RedisPages) -> None:
    """All of the page is in the record, after as many turns as one change in between may take."""
    for _ in range(3):
        await pages.record(PAGE)
    assert await pages.unrecorded() == []


def test_a_page_ends_in_redis_once_it_is_in_the_record_and_opens_again(stored: Any) -> None:
    one, two, three = written_by("a", "b", "c")

    async def happens(store: Store) -> None:
        await store.pages.append(one, "ada")
        await store.pages.fold(PAGE)
        assert await store.redis.ttl(f"crdt:{PAGE}") == NO_END
        assert await store.pages.record(PAGE) is None
        assert 86_000 <= await store.redis.ttl(f"crdt:{PAGE}") <= 86_400
        assert await store.pages.unrecorded() == []
        assert await store.expire()
        assert text_of(await store.other.load(PAGE)) == "a"
        assert 86_000 <= await store.redis.ttl(f"crdt:{PAGE}") <= 86_400
        await store.redis.expire(f"crdt:{PAGE}", 60)
        await store.pages.keep(PAGE)
        assert await store.redis.ttl(f"crdt:{PAGE}") > 60
        await store.pages.append(two, "ada")
        assert await store.expire(), "what was written since is not in the state yet"
        await store.pages.fold(PAGE)
        assert await store.redis.ttl(f"crdt:{PAGE}") == NO_END
        assert text_of(await store.pages.load(PAGE)) == "ab"
        await store.pages.record(PAGE)
        await store.pages.append(three, "ada")
        await store.redis.flushall()
        assert text_of(await store.pages.load(PAGE)) == "ab"

    stored(happens)


def test_a_page_that_only_the_record_has_is_not_empty_while_that_is_away(stored: Any) -> None:
    (one,) = written_by("a")

    async def happens(store: Store) -> None:
        for forgets in (False, True):
            await store.pages.append(one, "ada")
            await store.pages.record(PAGE)
            if forgets:
                await store.redis.flushall()
                for asked in (store.cut_off.load(PAGE), store.cut_off.seed(one)):
                    with pytest.raises(RecordAwayError):
                        await asked
            else:
                assert await store.cut_off.catch_up(PAGE) is None
                assert text_of(await store.cut_off.load(PAGE)) == "a"
                assert await store.pages.unrecorded() == [PAGE], "looked at once more, as soon as that can be"

    stored(happens)


def test_a_server_that_ends_leaves_its_pages_to_the_others(stored: Any) -> None:
    one, two = written_by("a", "b")

    async def happens(store: Store) -> None:
        await store.pages.append(one, "ada")
        assert await store.other.unrecorded() == [PAGE]
        with pytest.raises(RecordAwayError):
            await store.cut_off.record(PAGE)
        assert await store.other.unrecorded() == [PAGE]
        calls: list[None] = []

        async def write_meanwhile() -> None:
            calls.append(None)
            if len(calls) == 3:
                await store.other.append(two, "bob")

        store.interrupted.before = write_meanwhile
        await store.pages.record(PAGE)
        store.interrupted.before = None
        await recorded(store.other)
        assert text_of(store.kept.state(PAGE) or b"") == "ab"

    stored(happens)


def test_what_is_written_while_a_page_is_recorded_stays_unrecorded(stored: Any) -> None:
    one, two = written_by("a", "b")

    async def happens(store: Store) -> None:
        await store.pages.append(one, "ada")
        add = store.record.add

        async def add_and_write(page_id: str, state: bytes) -> bytes:
            kept = await add(page_id, state)
            await store.other.append(two, "bob")
            await store.other.fold(page_id)
            return kept

        store.record.add = add_and_write
        await store.pages.record(PAGE)
        assert await store.redis.ttl(f"crdt:{PAGE}") == NO_END
        assert await store.pages.unrecorded() == [PAGE]

    stored(happens)


def test_one_server_at_a_time_records_a_page(stored: Any) -> None:
    (one,) = written_by("a")

    async def happens(store: Store) -> None:
        await store.pages.append(one, "ada")
        await store.redis.set(f"recording:{PAGE}", 1, ex=60)
        await store.pages.record(PAGE)
        assert store.kept.state(PAGE) is None
        await store.redis.delete(f"recording:{PAGE}")
        await store.pages.record(PAGE)
        assert not await store.redis.exists(f"recording:{PAGE}")
        assert text_of(store.kept.state(PAGE) or b"") == "a"

    stored(happens)


def test_what_a_failover_lost_comes_back_from_the_record(stored: Any) -> None:
    one, two = written_by("a", "b")

    async def happens(store: Store) -> None:
        await store.pages.append(one, "ada")
        await store.pages.record(PAGE)
        replica = await store.redis.get(f"crdt:{PAGE}")
        assert replica is not None
        await store.pages.append(two, "ada")
        await store.pages.record(PAGE)
        await store.redis.set(f"crdt:{PAGE}", replica)
        assert text_of(await store.pages.load(PAGE)) == "a"
        more = await store.pages.catch_up(PAGE)
        assert more is not None
        assert text_of(documents.join(one.update, [more]).state) == "ab"
        assert text_of(await store.pages.load(PAGE)) == "ab"
        assert await store.pages.catch_up(PAGE) is None

    stored(happens)


def test_the_record_never_holds_less_than_before(stored: Any) -> None:
    editors = [Editor(number, identities()) for number in range(6)]
    for editor in editors:
        editor.append("x")
    states = [editor.document.get_update() for editor in editors]

    async def happens(store: Store) -> None:
        assert await store.record.read(PAGE) is None
        rivals = [PostgresRecord(store.kept.url) for _ in states]
        await asyncio.gather(*(rival.add(PAGE, state) for rival, state in zip(rivals, states, strict=True)))
        assert text_of(await store.record.read(PAGE) or b"") == "x" * len(states)
        version = store.kept.sql("SELECT version FROM collaboration.page")
        assert text_of(await store.record.add(PAGE, states[0])) == "x" * len(states)
        assert store.kept.sql("SELECT version FROM collaboration.page") == version, "nothing new, nothing written"
        for rival in rivals:
            await rival.close()

    stored(happens)


def test_one_of_many_fills_a_page(stored: Any) -> None:
    source = identities()
    offers = []
    for number in range(6):
        editor = Editor(number, iter(()))
        editor.append("template")
        offers.append(Operation(PAGE, next(source), editor.document.get_update()))

    async def happens(store: Store) -> None:
        first = await asyncio.gather(*((store.pages, store.other)[n % 2].seed(one) for n, one in enumerate(offers)))
        assert [seeded.filled for seeded in first].count(True) == 1
        kept = store.kept.state(PAGE)
        assert text_of(kept or b"") == "template"
        assert text_of(await store.pages.load(PAGE)) == "template"
        for _ in range(2):
            again = [await store.pages.seed(offer) for offer in offers]
            assert again == [(seeded.filled, kept) for seeded in first]
            await store.redis.flushall()

    stored(happens)


def test_a_page_that_holds_something_is_not_filled(stored: Any) -> None:
    (written_before,), (offer,) = written_by("a"), written_by("template")

    async def happens(store: Store) -> None:
        await store.pages.append(written_before, "ada")
        assert not (await store.other.seed(offer)).filled
        await store.pages.record(PAGE)
        assert not (await store.other.seed(offer)).filled
        made = Operation("docs/made", offer.operation_id, offer.update)
        store.kept.make("docs/made", written_before.update)
        assert not (await store.other.seed(made)).filled
        assert text_of(store.kept.state("docs/made") or b"") == "a"
        with pytest.raises(documents.InvalidUpdateError):
            await store.other.seed(Operation("docs/other", offer.operation_id, b"nonsense"))
        assert store.kept.state("docs/other") is None

    stored(happens)


def test_nothing_is_no_page(stored: Any) -> None:
    async def happens(store: Store) -> None:
        await store.pages.mark(PAGE)
        await store.pages.record(PAGE)
        assert store.kept.state(PAGE) is None
        assert await store.pages.unrecorded() == []

    stored(happens)


def test_servers_write_pages_and_the_product_makes_reads_and_ends_them(pages_of_record: PagesOfRecord) -> None:
    def may(user: str) -> str:
        rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        asked = ", ".join(f"has_table_privilege('{user}', 'collaboration.page', '{right}')" for right in rights)
        return pages_of_record.sql(f"SELECT {asked}")

    assert may("collaboration") == "t|t|t|f|f"
    assert may("application") == "t|t|f|t|f"
    assert pages_of_record.sql("SELECT has_schema_privilege('collaboration', 'public', 'CREATE')") == "f"
    assert pages_of_record.sql("SELECT pg_has_role('collaboration', 'rds_iam', 'MEMBER')") == "t"


def test_the_database_is_believed_by_the_authorities_that_the_image_names(
    pages_of_record: PagesOfRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token of IAM opens the database for who has it, so nobody else may pass for that."""

    async def read() -> bytes | None:
        found = PostgresRecord(pages_of_record.url.replace("sslmode=require", "sslmode=verify-ca"))
        try:
            return await found.read(PAGE)
        finally:
            await found.close()

    monkeypatch.setenv("PGSSLROOTCERT", str(pages_of_record.certificate))
    assert asyncio.run(read()) is None
    monkeypatch.setenv("PGSSLROOTCERT", get_cert_path(True))
    with pytest.raises(RecordAwayError) as refused:
        asyncio.run(read())
    assert "certificate" in str(refused.value.__cause__)


def password_of(found: PostgresRecord) -> str:
    """What it signs in with."""

    async def asked() -> str:
        assert found._password is not None
        return await found._password()

    return asyncio.run(asked())


def test_without_a_password_a_token_of_iam_is_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    assert record.connect({}) is None
    url = "postgresql://collaboration@pages.example:5432/confluence?sslmode=verify-full"
    found = record.connect({"DATABASE_URL": url, "AWS_REGION": "us-east-1"})
    assert found is not None
    assert password_of(found).startswith("pages.example:5432/?Action=connect&DBUser=collaboration&")
    for known in ({"DATABASE_URL": url}, {"DATABASE_URL": url.replace("@", ":secret@"), "AWS_REGION": "us-east-1"}):
        found = record.connect(known)
        assert found is not None
        assert found._password is None
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = record.connect({"DATABASE_URL": url, "AWS_REGION": "us-east-1"})
    assert found is not None
    with pytest.raises(RecordAwayError):
        password_of(found)


async def perform(history: History, store: Store, action: Action) -> None:
    """What servers do to a page, and what Redis does to it."""
    editor = history.editors[action.editor]
    if action.kind == "reconnect":
        vector, before = editor.document.get_state(), list(history.stored)
        state = await store.pages.load(PAGE)
        history.check(before, state)
        editor.learn(documents.missing(state, vector))
    elif action.kind == "fold":
        what = (lambda: store.pages.record(PAGE), store.expire, lambda: store.pages.fold(PAGE))
        await what[action.choice % len(what)]()
    elif (operation := history.outgoing(action)) is not None:
        await store.pages.append(operation, "ada")
        history.stored.append(operation.update)


async def replay(history: History, store: Store) -> None:
    async def act() -> None:
        action = history.next()
        if action is not None:
            with history.deeper():
                await perform(history, store, action)

    async def interrupt() -> None:
        for _ in range(history.interruptions_now()):
            await act()

    store.interrupted.before = interrupt
    while history.actions:
        await act()
    store.interrupted.before = None
    for operation in history.unsent:
        await store.pages.append(operation, "ada")
    whole = written(*history.editors)
    assert text_of(await store.pages.load(PAGE)) == whole
    await recorded(store.pages)
    assert text_of(store.kept.state(PAGE) or documents.EMPTY) == whole
    assert await store.redis.llen(f"operations:{PAGE}") == 0
    assert await store.expire() or not history.stored
    assert text_of(await store.pages.load(PAGE)) == whole


@pytest.mark.hypothesis
@pytest.mark.no_cover  # measuring makes it slow, and the tests above run the same lines
def test_whatever_is_recorded_and_forgotten_at_once_nothing_is_lost(stored: Any) -> None:
    seen = {"histories": 0, "interruptions": 0}

    @settings(max_examples=settings().max_examples // 4, suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def converges(drawn: tuple[list[Action], list[tuple[int, int]]]) -> None:
        history = History(list(drawn[0]), list(drawn[1]))

        async def happens(store: Store) -> None:
            store.kept.sql("TRUNCATE collaboration.page")
            await replay(history, store)

        stored(happens)
        seen["histories"] += 1
        seen["interruptions"] += history.interruptions

    converges()
    assert seen["histories"] >= settings().max_examples // 4
    assert seen["interruptions"] > seen["histories"] // 2
