"""Keeps the partitions: ``python -m records.maintenance``, once a day, as the database's user ``maintainer``.

It makes the months ahead, takes those out that are older than RETENTION_MONTHS, copies each of them to ARCHIVES_BUCKET
as gzipped CSV with a manifest, and drops it once the copy has all of its rows. Whatever fails is done by the next run:
a copy is begun anew, and nothing is dropped without one. With METRICS_NAMESPACE it tells CloudWatch how many days ahead
there are partitions for (``DaysAhead``), as soon as they are made, and at its end that it came to it (``Maintained``).
"""

import asyncio
import gzip
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import boto3

from . import settings, sign_in
from .database import Host
from .metrics import Gauge, gauged

_MONTHS_AHEAD = 3
_MOST_ROWS = 250_000
_MOST_BYTES = 128 * 1024 * 1024
"""Of one file before it is compressed; it lies on the pod's disk for as long as it takes to send it."""
_TRIES_FOR_A_LOCK = 30
_REQUESTS_KEPT_DAYS = 1
_NIL = UUID(int=0)
_NEXT = """
SELECT id, nth FROM (
    SELECT id, row_number() OVER ordered AS nth, sum(octet_length(body::text) + 120) OVER ordered AS bytes
    FROM (SELECT id, body FROM {name} WHERE id > $1 ORDER BY id LIMIT $2) AS first WINDOW ordered AS (ORDER BY id)
) AS part WHERE nth = 1 OR bytes <= $3 ORDER BY nth DESC LIMIT 1
"""
"""The last row of the file that begins behind an id, and how many rows it then has."""
_ROWS = "SELECT id, tenant_id, version, kind, body, updated_at FROM {name} WHERE id > $1 AND id <= $2 ORDER BY id"
_NAME = re.compile("record_[0-9]{4}_[0-9]{2}")


Told = Callable[[str, Gauge], Awaitable[None]]


async def keep(connection: Any, archive: "Archive", months: int, tell: Told) -> None:
    """One run. Raises what the database or the archive raises."""
    made = await connection.fetchval(
        "SELECT records.make_partitions(now(), now() + make_interval(months => $1))", _MONTHS_AHEAD
    )
    print(f"partitions made: {made}", flush=True)
    await tell("DaysAhead", Gauge(await connection.fetchval("SELECT records.days_ahead()")))
    for name in await _retired(connection, months):
        rows = await archive.copy(connection, name)
        await connection.execute("SELECT records.drop_retired($1, $2)", name, rows)
        print(f"{name}: {rows} rows are in the archive, and no longer in the database", flush=True)
    while await connection.fetchval(
        "SELECT records.forget_requests(now() - make_interval(days => $1))", _REQUESTS_KEPT_DAYS
    ):
        pass
    await tell("Maintained", Gauge(1))


async def _retired(connection: Any, months: int) -> list[str]:
    """What is out of the table. A request that holds the table has the lock refused, and it is asked for again."""
    for again in range(_TRIES_FOR_A_LOCK, -1, -1):
        try:
            rows = await connection.fetch(
                "SELECT * FROM records.retire_partitions(now() - make_interval(months => $1))", months
            )
            return [row[0] for row in rows]
        except asyncpg.LockNotAvailableError:
            if not again:
                raise
            await asyncio.sleep(1)
    raise AssertionError


class Archive:
    """Where months are kept: ``records/<partition>/part-00001.csv.gz`` and so on, and ``manifest.json`` at last."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    async def copy(self, connection: Any, name: str) -> int:
        """Copies a partition in the order of its ids; how many rows it has."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no partition")
        after, total, parts = _NIL, 0, []
        while row := await connection.fetchrow(_NEXT.format(name=name), after, _MOST_ROWS, _MOST_BYTES):
            key = f"records/{name}/part-{len(parts) + 1:05}.csv.gz"
            digest = await self._part(connection, _ROWS.format(name=name), (after, row["id"]), key)
            parts.append({"key": key, "rows": row["nth"], "sha256": digest})
            after, total = row["id"], total + row["nth"]
            print(f"{name}: {total} rows copied", flush=True)
        manifest = {"partition": name, "rows": total, "copiedAt": datetime.now(UTC).isoformat(), "parts": parts}
        content = json.dumps(manifest, indent=1).encode()
        await asyncio.to_thread(
            self._client.put_object, Bucket=self._bucket, Key=f"records/{name}/manifest.json", Body=content
        )
        return total

    async def _part(self, connection: Any, query: str, bounds: tuple[UUID, UUID], key: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "part.csv.gz"
            with gzip.open(path, "wb", compresslevel=6) as out:
                await connection.copy_from_query(query, *bounds, output=out, format="csv", header=True)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            await asyncio.to_thread(self._client.upload_file, str(path), self._bucket, key)
        return digest


async def run(environment: Mapping[str, str]) -> None:
    """Connects and does one run."""
    told = settings.read({"CURSOR_KEY_ARN": "", **environment})  # nobody is given a cursor here
    password = sign_in.database_password(told)(told.database_host)
    connection = await Host(told, told.database_host, password).connect(statement_seconds=None)
    try:
        archive = Archive(boto3.client("s3", region_name=told.region), environment["ARCHIVES_BUCKET"])
        await keep(connection, archive, int(environment["RETENTION_MONTHS"]), _teller(told))
    finally:
        await connection.close()


def _teller(told: settings.Settings) -> Told:
    client = boto3.client("cloudwatch", region_name=told.region) if told.metrics_namespace else None

    async def tell(name: str, gauge: Gauge) -> None:
        if client is not None:
            data = [gauged(name, gauge)]
            await asyncio.to_thread(client.put_metric_data, Namespace=told.metrics_namespace, MetricData=data)

    return tell


if __name__ == "__main__":
    asyncio.run(run(os.environ))
