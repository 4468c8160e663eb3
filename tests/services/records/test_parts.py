"""What the service is made of, part by part."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from botocore.stub import Stubber
from records import cache, identity, settings, signing_keys, statements
from records.cursors import CursorError, Cursors
from records.database import AwayError, BusyError, Databases, Host, watch
from records.metrics import Gauge, Metrics, gauged
from records.outbox import Relay
from records.server import Service

from tests.services.records.conftest import Stores
from tests.services.records.service import KEY, Heard, migrate, running

NO_PASSWORD = lambda _host: None  # noqa: E731 -- what every test signs in with


def test_an_id_has_its_time_and_form() -> None:
    made = identity.new_id(1_900_000_000_123)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert identity.made_at(made) == datetime.fromtimestamp(1_900_000_000.123, UTC)
    assert made != identity.new_id(1_900_000_000_123)
    assert identity.first_id(identity.made_at(made)) <= made < identity.new_id(1_900_000_000_124)


def test_the_database_and_the_service_read_the_same_time_in_an_id(stores: Stores) -> None:
    moment = datetime(2031, 5, 6, 7, 8, 9, 123000, UTC)
    assert stores.sql(f"SELECT records.first_id('{moment.isoformat()}')") == str(identity.first_id(moment))


def test_a_cursor_is_good_for_its_tenant_and_through_a_rotation() -> None:
    record = identity.new_id(1)
    old, new = Cursors([b"old"]), Cursors([b"new", b"old"])
    cursor = old.after("acme", record)
    assert new.read("acme", cursor) == record
    wrong = [cursor[:-2] + "AA", cursor + "AAAA", "", "ä", f"{'A' * 43}"]
    for tenant, text in (("other", cursor), *(("acme", text) for text in wrong)):
        with pytest.raises(CursorError):
            new.read(tenant, text)
    with pytest.raises(CursorError):
        Cursors([b"newer"]).read("acme", cursor)


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({}, "AWS_REGION is not set"),
        ({"DATABASE_PORT": "x"}, "DATABASE_PORT is 'x'"),
        ({"DATABASE_READERS": "{}"}, "DATABASE_READERS is '{}'"),
    ],
)
def test_a_variable_that_is_wrong_is_named(told: dict[str, str], named: str) -> None:
    needed = {"AWS_REGION": "r", "DATABASE_HOST": "h", "DATABASE_NAME": "n", "DATABASE_USER": "u"} if told else {}
    with pytest.raises(settings.SettingError, match=named):
        settings.read(needed | told)


def reading(stores: Stores, *readers: str, **more: str) -> settings.Settings:
    return settings.read({**stores.told(), "DATABASE_READERS": json.dumps(readers), **more})


def asked(told: settings.Settings, lags: list[float], statement: str = "SELECT 1 AS one") -> tuple[Any, list[float]]:
    """What the databases answer when their readers were last heard so far behind, and how far they are thought then."""

    async def ask() -> tuple[Any, list[float]]:
        databases = Databases(told, NO_PASSWORD)
        for host in (databases.primary, *databases.readers):
            await host.open()
        for reader, lag in zip(databases.readers, lags, strict=True):
            reader.lag = lag
        try:
            return await databases.fetch(statement), [reader.lag for reader in databases.readers]
        finally:
            for host in (databases.primary, *databases.readers):
                await host.close()

    return asyncio.run(ask())


def test_a_reader_that_is_gone_leaves_its_reads_to_the_primary(stores: Stores) -> None:
    rows, lags = asked(reading(stores, "127.255.255.254"), [0.0])
    assert (rows[0]["one"], lags) == (1, [float("inf")])


def test_a_reader_that_is_far_behind_is_not_asked(stores: Stores) -> None:
    assert asked(reading(stores, "127.255.255.254"), [1.5])[1] == [1.5]


def test_what_takes_too_long_is_not_asked_of_another(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.database._STATEMENT_SECONDS", 0.2)
    with pytest.raises(BusyError):
        asked(reading(stores, "127.0.0.1"), [0.0], "SELECT pg_sleep(10)")


def test_a_reader_that_ends_a_statement_to_go_on_copying_is_left_out(stores: Stores) -> None:
    conflict = "DO $$ BEGIN RAISE EXCEPTION 'conflict with recovery' USING ERRCODE = '40001'; END $$"
    with pytest.raises(AwayError) as error:  # the primary of the test answers alike
        asked(reading(stores, "127.0.0.1"), [0.0], conflict)
    assert not isinstance(error.value, BusyError)


def test_what_a_pod_does_not_know_it_does_not_tell(stores: Stores) -> None:
    def gauges(*readers: str) -> tuple[Service, Any]:
        service = Service(reading(stores, *readers), Heard())
        return service, service._gauges

    alone, told = gauges()
    assert told() == {}
    assert alone._relay is not None
    alone._relay.behind, alone._relay.waiting = 90.0, 4
    assert told() == {"OutboxBehind": Gauge(90.0, "Seconds"), "OutboxWaiting": Gauge(4)}
    two, told = gauges("one", "two")
    two._databases.readers[0].lag, two._databases.readers[1].lag = 0.5, 3.0
    assert told() == {"ReadersLeftOut": Gauge(1), "ReaderLag": Gauge(3.0, "Seconds")}
    for reader in two._databases.readers:
        reader.lag = float("inf")
    assert told() == {"ReadersLeftOut": Gauge(2)}


def test_whoever_finds_no_connection_free_is_told_at_once(stores: Stores) -> None:
    async def crowd() -> list[BaseException | None]:
        host = Host(reading(stores, DATABASE_CONNECTIONS="1"), "127.0.0.1", None)
        await host.open()
        held = asyncio.Event()

        async def hold(seconds: float) -> None:
            async with host.connection() as connection:
                await connection.fetchval("SELECT 1")
                held.set()
                await asyncio.sleep(seconds)

        at_once, host._turn_seconds = host._turn_seconds, 60.0  # the first has time to connect on a busy machine
        first = asyncio.create_task(hold(3600))
        await asyncio.wait_for(held.wait(), 60.0)
        host._turn_seconds = at_once
        late = await asyncio.gather(hold(0), return_exceptions=True)
        first.cancel()
        await host.close()
        return list(late)

    assert [type(error) for error in asyncio.run(crowd())] == [BusyError]


def test_a_reader_is_heard_and_missed(stores: Stores) -> None:
    async def heard(host: Host) -> float:
        host.lag = -1.0
        task = asyncio.create_task(watch(host))
        while host.lag == -1.0:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return host.lag

    told = reading(stores)
    assert asyncio.run(heard(Host(told, "127.0.0.1", None))) == 0.0
    assert asyncio.run(heard(Host(told, "127.255.255.254", None))) == float("inf")


def test_a_newer_version_stays_in_the_cache(stores: Stores) -> None:
    async def race() -> bytes | None:
        kept = cache.connect(settings.read(stores.told()), None)
        assert kept is not None
        record = identity.new_id(5)
        await kept.keep(1, record, 2, b"two")
        await kept.keep(1, record, 1, b"one")
        answer = await kept.get(1, record)
        assert await kept.get(2, record) is None
        await kept.close()
        return answer

    assert asyncio.run(race()) == b"two"


def test_without_a_cache_records_come_from_the_database(stores: Stores) -> None:
    told = stores.told() | {"CACHE_PORT": "1"}
    with running(told) as client:
        path = "/v1/tenants/acme/records"
        record = client.ask("POST", path, {"kind": "note", "body": {}}).json["id"]
        assert client.ask("GET", f"{path}/{record}").status == 200


def test_a_cache_that_is_away_is_left_alone_for_a_second(stores: Stores) -> None:
    async def asks() -> tuple[bool, bool]:
        now = [0.0]
        kept = cache.connect(settings.read(stores.told() | {"CACHE_PORT": "1"}), None)
        assert kept is not None
        kept._clock = lambda: now[0]
        await kept.get(1, UUID(int=1))
        resting, now[0] = kept.away, 1.5
        await kept.close()
        return resting, kept.away

    assert asyncio.run(asks()) == (True, False)


def test_what_the_brokers_did_not_take_waits_and_is_told_later(stores: Stores, tmp_path: Path) -> None:
    migrate(stores.postgres, "relayed", tmp_path)
    stores.sql(
        "INSERT INTO records.outbox (record_id, tenant, version, event, body) "
        "SELECT records.first_id(now()), 'acme', n, 'created', '{}' FROM generate_series(1, 3) n",
        "relayed",
    )
    heard = Heard(failing=True)

    async def stop(_seconds: float) -> None:
        raise asyncio.CancelledError

    async def relay() -> None:
        host = Host(settings.read(stores.told("relayed")), "127.0.0.1", None)
        running = Relay(host, heard, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await running.run()
        # Brokers that are away are no empty outbox.
        assert (running.waiting, running.behind is not None and running.behind > 0) == (3, True)
        part, connection = Relay(host, heard), await host.connect()
        try:
            with pytest.raises(OSError, match="away"):
                await part.once(connection)
            assert (part.waiting, part.behind is not None and part.behind > 0) == (3, True)
            assert stores.sql("SELECT count(*) FROM records.outbox", "relayed") == "3"
            heard.failing = False
            assert not await part.once(connection)
            await part.once(connection)
            assert (part.behind, part.waiting) == (0.0, 0)
        finally:
            await connection.close()

    asyncio.run(relay())
    assert [json.loads(value)["version"] for _, value in heard.events] == [1, 2, 3]
    assert stores.sql("SELECT count(*) FROM records.outbox", "relayed") == "0"


def test_one_pod_at_a_time_tells_the_topic(stores: Stores) -> None:
    async def second() -> int:
        host = Host(settings.read(stores.told()), "127.0.0.1", None)
        first = await host.connect()
        locked = await first.fetchval(statements.RELAY)
        part = Relay(host, Heard())
        part.behind, part.waiting = 7.0, 3
        await asyncio.wait_for(part._hold(), 60)  # the lock is taken, by the first or by another test's service
        assert (part.behind, part.waiting) == (None, None)  # who has it says
        held = await first.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        await first.close()
        return held if locked else 1

    assert asyncio.run(second()) == 1


def test_cloudwatch_is_told_counts_and_latencies_once() -> None:
    metrics = Metrics()
    for milliseconds, status in ((12.34, 200), (12.36, 404), (700.0, 500), (250.0, 503)):
        metrics.note("read", milliseconds, status)
    told = {one["MetricName"]: one for one in metrics.take()}
    assert (told["Latency"]["Values"], told["Latency"]["Counts"]) == ([12.0, 250.0, 700.0], [2.0, 1.0, 1.0])
    assert (told["Requests"]["Value"], told["Failed"]["Value"]) == (4.0, 2.0)
    assert (told["Unavailable"]["Value"], told["Unavailable"]["Dimensions"]) == (1.0, [])
    assert told["Latency"]["Dimensions"] == [{"Name": "Path", "Value": "read"}]
    assert [(one["MetricName"], one["Value"]) for one in metrics.take()] == [("Unavailable", 0.0)]


def test_cloudwatch_takes_what_it_is_told() -> None:
    """By botocore's own model of PutMetricData."""
    metrics = Metrics()
    for n in range(400):
        metrics.note("page", n / 7, 200)
    client = boto3.client("cloudwatch", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    data = [*metrics.take(), gauged("OutboxBehind", Gauge(1, "Seconds"))]
    with Stubber(client) as stub:
        stub.add_response("put_metric_data", {}, {"Namespace": "Records/Business", "MetricData": data})
        client.put_metric_data(Namespace="Records/Business", MetricData=data)
    assert max(len(one.get("Values", ())) for one in data) <= 150


def test_cursors_are_signed_by_the_current_key_and_the_one_before() -> None:
    client = boto3.client("secretsmanager", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    keys = signing_keys.SigningKeys("arn:aws:secretsmanager:us-east-1:1:secret:k", client)
    record = identity.new_id(1)
    old = Cursors([b"old"]).after("acme", record)
    with Stubber(client) as stub:
        for stage, value in (("AWSCURRENT", "new"), ("AWSPREVIOUS", "old")):
            stub.add_response(
                "get_secret_value",
                {"SecretString": value},
                {"SecretId": "arn:aws:secretsmanager:us-east-1:1:secret:k", "VersionStage": stage},
            )
        assert not keys.known
        read = keys._read()
    assert Cursors(read).read("acme", old) == record
    assert read == [b"new", b"old"]


def test_a_secret_that_was_never_rotated_has_one_key() -> None:
    client = boto3.client("secretsmanager", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_response("get_secret_value", {"SecretString": "new"})
        stub.add_client_error("get_secret_value", "ResourceNotFoundException")
        assert signing_keys.SigningKeys("arn", client)._read() == [b"new"]


def test_a_batch_that_failed_is_made_when_it_is_sent_again(stores: Stores) -> None:
    """Its claim went with it."""
    stores.sql("ALTER TABLE records.outbox ADD CONSTRAINT away CHECK (tenant <> 'other2')")
    stores.sql(f"INSERT INTO records.tenant (name, key) VALUES ('other2', sha256('2-{KEY}'))")
    batch = {"records": [{"kind": "note", "body": {}}]}
    with running(stores.told()) as client:
        path = "/v1/tenants/other2/records:batch"
        assert client.ask("POST", path, batch, key=f"2-{KEY}", Idempotency_Key="k").status == 500
        stores.sql("ALTER TABLE records.outbox DROP CONSTRAINT away")
        assert client.ask("POST", path, batch, key=f"2-{KEY}", Idempotency_Key="k").status == 201


def test_a_large_tenant_s_page_reads_its_rows_alone(stores: Stores, tmp_path: Path) -> None:
    """One that has a fifth of all records, none of them new, among twenty thousand that have one: neither all that it
    has is read and sorted, nor what the others wrote since."""
    migrate(stores.postgres, "unequal", tmp_path)
    stores.sql(
        "INSERT INTO records.record (id, tenant_id, kind, body) "
        "SELECT records.first_id(now() - interval '1 day' + n * interval '1 s'), "
        "CASE WHEN n % 3 = 0 AND n < 12000 THEN 1 ELSE 2 + n * 7919 % 20011 END, 'note', '{}' "
        "FROM generate_series(1, 20000) n",
        "unequal",
    )
    stores.sql("ANALYZE records.record", "unequal")

    async def explained() -> str:
        host = Host(settings.read(stores.told("unequal")), "127.0.0.1", None)
        await host.open()
        asked = (1, UUID(int=(1 << 128) - 1), UUID(int=0), 50)
        async with host.connection() as connection:
            rows = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {statements.PAGE}", *asked)
        await host.close()
        return "\n".join(row[0] for row in rows)

    plan = asyncio.run(explained())
    assert "rows=50" in plan
    assert "tenant_id_id_idx" in plan
    assert not [word for word in ("Sort", "Bitmap", "Removed", "_pkey") if word in plan]
