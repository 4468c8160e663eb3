"""What goes wrong in the life of the stack, done to the real service over real stores: a reader falls behind, the
primary goes and comes back, the cache hangs, is empty or is gone, one tenant asks for more than its share."""

import asyncio
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from records.cache import Cache
from redis import Redis

from tests.postgres import Server, follower, server
from tests.services.records.conftest import Stores
from tests.services.records.service import KEY, Answer, Client, environment, migrate, running
from tools.redis_server import redis_server, until

RECORDS = "/v1/tenants/acme/records"
NOTE = {"kind": "note", "body": {"n": 1}}


@dataclass(frozen=True)
class Pair:
    """A primary and its reader."""

    primary: Server
    reader: Server

    def told(self, **more: str) -> dict[str, str]:
        """What has a service know both, and no cache."""
        readers = {"DATABASE_READERS": json.dumps([self.reader.host])}
        return {**environment(self.primary, "service", None), **readers, **more}

    def sql(self, statement: str) -> str:
        return self.primary.psql(statement, database="service")

    def caught_up(self) -> bool:
        """Whether the reader has all that the primary has."""
        there = self.primary.psql("SELECT pg_current_wal_lsn()")
        return self.reader.psql(f"SELECT pg_last_wal_replay_lsn() >= '{there}'") == "t"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Generator[Pair]:
    with server() as primary:
        migrate(primary, "service", tmp_path_factory.mktemp("migrations"))
        with follower(primary) as reader:
            yield Pair(primary, reader)


@pytest.fixture
def behind(pair: Pair) -> Generator[Pair]:
    """The reader copies nothing more until the test is over."""
    until(pair.caught_up)
    pair.reader.psql("SELECT pg_wal_replay_pause()")
    until(lambda: pair.reader.psql("SELECT pg_get_wal_replay_pause_state()") == "paused")
    yield pair
    pair.reader.psql("SELECT pg_wal_replay_resume()")


@contextmanager
def held(postgres: Server, database: str, record: str) -> Generator[None]:
    """Nobody else changes the record until the block ends."""
    sql = f"BEGIN; SELECT 'held' FROM records.record WHERE id = '{record}' FOR UPDATE;\n"
    command, environ = postgres.session(database)
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdin is not None
        assert session.stdout is not None
        session.stdin.write(sql)
        session.stdin.flush()
        assert session.stdout.readline() == "held\n"
        yield
        session.stdin.close()


def give_up(postgres: Server, database: str) -> None:
    """Two statements that wait for what somebody else holds are ended, as they end by themselves after five seconds."""
    waiting = f"FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock'"
    until(lambda: int(postgres.psql(f"SELECT count(*) {waiting}")) >= 2)
    postgres.psql(f"SELECT pg_cancel_backend(pid) {waiting} LIMIT 2")


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers are looked at all the time."""
    monkeypatch.setattr("records.database._WATCH_SECONDS", 0.02)


def n_of(client: Client, record: str) -> object:
    answer = client.ask("GET", f"{RECORDS}/{record}")
    return answer.json["body"]["n"] if answer.status == 200 else answer.status


@pytest.mark.usefixtures("often")
def test_reads_leave_a_reader_that_falls_behind_and_come_back(pair: Pair) -> None:
    """What is read says who was asked: the reader still has the row as it was."""
    with running(pair.told(MOST_LAG_SECONDS="3600")) as patient, running(pair.told(MOST_LAG_SECONDS="0.2")) as strict:
        record = strict.ask("POST", RECORDS, NOTE).json["id"]
        until(pair.caught_up)
        pair.reader.psql("SELECT pg_wal_replay_pause()")
        try:
            pair.sql(f"""UPDATE records.record SET body = '{{"n": 2}}' WHERE id = '{record}'""")
            until(lambda: n_of(strict, record) == 2)
            assert n_of(patient, record) == 1
        finally:
            pair.reader.psql("SELECT pg_wal_replay_resume()")
        until(lambda: n_of(patient, record) == 2)
        pair.primary.stop(crash=True)
        try:
            until(lambda: n_of(strict, record) == 2)  # nobody but the reader is there to ask
        finally:
            pair.primary.start()


def test_whoever_wrote_a_record_reads_it_whatever_the_reader_has(behind: Pair) -> None:
    with running(behind.told(MOST_LAG_SECONDS="3600")) as client:
        record = client.ask("POST", RECORDS, NOTE).json["id"]
        assert n_of(client, record) == 1
        assert (
            behind.reader.psql(f"SELECT count(*) FROM records.record WHERE id = '{record}'", database="service") == "0"
        )
        assert n_of(client, "0190a0a0-0000-7000-8000-000000000000") == 404


def told_to_come_again(answer: Answer) -> bool:
    return (answer.status, answer.headers.get("retry-after")) == (503, "1")


def test_a_primary_that_goes_has_requests_come_again_and_finds_the_same_service(pair: Pair) -> None:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'application' AND wait_event_type = 'Lock'"
    with running(environment(pair.primary, "service", None)) as client, ThreadPoolExecutor() as pool:
        record = client.ask("POST", RECORDS, NOTE).json["id"]
        with held(pair.primary, "service", record):
            amid = pool.submit(client.ask, "PUT", f"{RECORDS}/{record}", NOTE, If_Match='"1"')
            until(lambda: pair.sql(waits) == "1")
            pair.primary.stop(crash=True)
        try:
            assert told_to_come_again(amid.result())
            assert told_to_come_again(client.ask("POST", RECORDS, NOTE))
            assert told_to_come_again(client.ask("GET", f"{RECORDS}/{record}"))
            assert [client.ask("GET", path, key=None).status for path in ("/health", "/ready")] == [200, 200]
        finally:
            pair.primary.start()
        until(lambda: client.ask("POST", RECORDS, NOTE).status == 201)
        assert n_of(client, record) == 1


def test_a_primary_that_takes_no_writes_any_more_has_them_come_again(pair: Pair) -> None:
    """As the one before does after a failover, while the name still leads to it."""

    def read_only(value: str) -> None:
        pair.primary.psql(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        pair.primary.psql("SELECT pg_reload_conf()")

    with running(environment(pair.primary, "service", None)) as client:
        assert client.ask("POST", RECORDS, NOTE).status == 201
        read_only("on")
        try:
            until(lambda: told_to_come_again(client.ask("POST", RECORDS, NOTE)))
        finally:
            read_only("off")
        until(lambda: client.ask("POST", RECORDS, NOTE).status == 201)


@pytest.mark.parametrize("loss", ["hangs", "is empty", "is gone"])
def test_a_cache_that_fails_leaves_its_reads_to_the_database(stores: Stores, tmp_path: Path, loss: str) -> None:
    with redis_server(tmp_path) as port, Redis(port=port) as redis:
        process = redis.info("server")["process_id"]
        with running(environment(stores.postgres, "service", port)) as client:
            record = client.ask("POST", RECORDS, NOTE).json["id"]
            assert n_of(client, record) == 1
            harm: dict[str, Callable[[], object]] = {
                "hangs": lambda: os.kill(process, signal.SIGSTOP),
                "is empty": redis.flushall,
                "is gone": lambda: os.kill(process, signal.SIGKILL),
            }
            harm[loss]()
            try:
                assert n_of(client, record) == 1
                assert client.ask("POST", RECORDS, NOTE).status == 201
            finally:
                if loss == "hangs":
                    os.kill(process, signal.SIGCONT)


def test_a_cache_that_no_answer_comes_from_is_given_up() -> None:
    """As when its address leads nowhere: neither connection nor refusal."""

    class Nowhere:
        async def execute_command(self, *_command: object) -> None:
            await asyncio.Event().wait()

    async def ask() -> tuple[bytes | None, bool]:
        cache = Cache(Nowhere(), 300)
        return await asyncio.wait_for(cache.get(1, UUID(int=1)), 60), cache.away

    assert asyncio.run(ask()) == (None, True)


def test_one_tenant_s_crowd_leaves_the_others_room(stores: Stores, tmp_path: Path) -> None:
    """All requests of ``acme`` wait for a row that somebody else holds; they have half of the connections."""
    migrate(stores.postgres, "crowded", tmp_path)
    with running(stores.told("crowded") | {"DATABASE_CONNECTIONS": "4"}) as client:
        path = f"{RECORDS}/{client.ask('POST', RECORDS, NOTE).json['id']}"
        answers: list[int] = []
        with held(stores.postgres, "crowded", path.rpartition("/")[2]):
            crowd = [
                threading.Thread(target=lambda: answers.append(client.ask("PUT", path, NOTE, If_Match='"1"').status))
                for _ in range(8)
            ]
            for one in crowd:
                one.start()
            for turned_away in (2, 4):  # of eight; the others hold connections or wait for one
                give_up(stores.postgres, "crowded")
                until(lambda most=turned_away: len(answers) >= most)
            others = [client.ask("POST", "/v1/tenants/open/records", NOTE, key=f"open-{KEY}").status for _ in range(3)]
        for one in crowd:
            one.join()
    assert others == [201, 201, 201]
    assert answers.count(503) >= 4
