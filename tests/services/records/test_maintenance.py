"""The daily job that keeps the partitions, over a real PostgreSQL."""

import asyncio
import csv
import gzip
import hashlib
import io
import json
from pathlib import Path

import pytest
from records import maintenance, settings
from records.database import Host
from records.metrics import Gauge
from records.partitions import ahead

from tests.services.records.conftest import Stores


class Bucket:
    """Keeps what is uploaded."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def upload_file(self, path: str, _bucket: str, key: str) -> None:
        self.objects[key] = Path(path).read_bytes()

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 -- boto3's names
        self.objects[Key] = Body


class Told:
    """Keeps what CloudWatch would be told."""

    def __init__(self) -> None:
        self.gauges: dict[str, Gauge] = {}

    async def tell(self, name: str, gauge: Gauge) -> None:
        self.gauges[name] = gauge


def test_a_month_that_is_too_old_goes_to_the_archive_and_then_from_the_database(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "_MOST_ROWS", 4)
    stores.sql("SELECT records.make_partitions('2021-03-01Z', '2021-03-02Z')")
    stores.sql(
        "INSERT INTO records.record (id, tenant_id, kind, body) SELECT records.first_id("
        "timestamptz '2021-03-01Z' + n * interval '1 hour'), 1, 'old', jsonb_build_object('n', n) "
        "FROM generate_series(1, 10) n"
    )
    bucket, heard = Bucket(), Told()

    async def run() -> None:
        told = settings.read(stores.told() | {"DATABASE_USER": "maintainer"})
        connection = await Host(told, "127.0.0.1", None).connect()
        await maintenance.keep(connection, maintenance.Archive(bucket, "archives"), 24, heard.tell)
        await connection.close()

    asyncio.run(run())
    manifest = json.loads(bucket.objects["records/record_2021_03/manifest.json"])
    assert [part["rows"] for part in manifest["parts"]] == [4, 4, 2]
    assert manifest["rows"] == 10
    rows: list[dict[str, str]] = []
    for part in manifest["parts"]:
        content = bucket.objects[part["key"]]
        assert hashlib.sha256(content).hexdigest() == part["sha256"]
        rows += csv.DictReader(io.StringIO(gzip.decompress(content).decode()))
    assert [json.loads(row["body"])["n"] for row in rows] == list(range(1, 11))
    assert stores.sql("SELECT to_regclass('records.record_2021_03') IS NULL") == "t"
    assert list(heard.gauges) == ["DaysAhead", "Maintained"]
    assert 89 <= heard.gauges["DaysAhead"].value <= 123


def test_nothing_is_dropped_when_the_archive_took_nothing(stores: Stores) -> None:
    stores.sql("SELECT records.make_partitions('2021-04-01Z', '2021-04-02Z')")
    stores.sql(
        "INSERT INTO records.record (id, tenant_id, kind, body) "
        "VALUES (records.first_id('2021-04-03Z'), 1, 'old', '{}')"
    )

    class Full(Bucket):
        def upload_file(self, path: str, _bucket: str, key: str) -> None:
            raise OSError("no room")

    heard = Told()

    async def run(bucket: Bucket) -> None:
        told = settings.read(stores.told() | {"DATABASE_USER": "maintainer"})
        connection = await Host(told, "127.0.0.1", None).connect()
        try:
            await maintenance.keep(connection, maintenance.Archive(bucket, "archives"), 24, heard.tell)
        finally:
            await connection.close()

    with pytest.raises(OSError, match="no room"):
        asyncio.run(run(Full()))
    assert list(heard.gauges) == ["DaysAhead"]  # the months were made; the run did not come to its end
    assert stores.sql("SELECT count(*) FROM records.record_2021_04") == "1"
    asyncio.run(run(Bucket()))
    assert stores.sql("SELECT to_regclass('records.record_2021_04') IS NULL") == "t"


def test_a_pod_makes_the_months_to_come(stores: Stores, capsys: pytest.CaptureFixture[str]) -> None:
    gone = "ALTER TABLE records.record DETACH PARTITION records.{0}; DROP TABLE records.{0}"
    name = stores.sql("SELECT to_char(now() + interval '2 months', '\"record_\"YYYY_MM')")
    stores.sql(gone.format(name))

    async def look() -> list[bool]:
        host = Host(settings.read(stores.told()), "127.0.0.1", None)
        unopened = await ahead(host)
        await host.open()
        made = await ahead(host)
        await host.close()
        return [unopened, made]

    assert asyncio.run(look()) == [False, True]
    assert "partitions made: 1" in capsys.readouterr().out
    assert stores.sql(f"SELECT to_regclass('records.{name}') IS NOT NULL") == "t"
