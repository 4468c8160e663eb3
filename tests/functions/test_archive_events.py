"""The function that keeps a topic's records: what Lambda hands it, and what is in the bucket afterwards."""

import base64
import gzip
import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from tests.stacks import ROOT

from .events import ACCOUNT, REGION, sent


class Bucket:
    """What was put."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, **call: Any) -> None:
        assert (call["Bucket"], call["ContentType"]) == ("archives", "application/gzip")
        self.objects[call["Key"]] = call["Body"]


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = ROOT / "functions" / "archive_events" / "handler.py"
    spec = importlib.util.spec_from_file_location("archive_events", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("BUCKET", "archives")
    monkeypatch.setenv("PREFIX", "events")
    return module


def record(partition: int, offset: int, value: str) -> dict[str, Any]:
    """As https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html#msk-sample-event has it; a key may be missing.

    Recorded: https://github.com/aws/aws-lambda-go, events/testdata/kafka-event.json
    """
    return {
        "topic": "records",
        "partition": partition,
        "offset": offset,
        "timestamp": 1545084650987,
        "timestampType": "CREATE_TIME",
        "key": "abcDEFghiJKLmnoPQRstuVWXyz1234==",
        "value": base64.b64encode(value.encode()).decode(),
        "headers": [{"headerKey": [104, 101, 97, 100]}],
    }


def event(*records: dict[str, Any]) -> dict[str, Any]:
    by_partition: dict[str, list[dict[str, Any]]] = {}
    for one in records:
        by_partition.setdefault(f"{one['topic']}-{one['partition']}", []).append(one)
    cluster = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/records/e9f754c6-d29a-4430-a7db-958a19fd2c54-4"
    source = {"eventSource": "aws:kafka", "eventSourceArn": cluster, "bootstrapServers": "b-1:9098,b-2:9098"}
    return sent({**source, "records": by_partition})


def lines(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(body).decode().splitlines()]


def test_each_partition_has_an_object_by_its_first_offset(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket()
    monkeypatch.setattr(handler, "client", lambda: bucket)
    handler.handle(event(record(0, 15, "a"), record(0, 16, "b"), record(11, 7, "c")), None)
    first = "events/records/00000/00000000000000000015.jsonl.gz"
    assert set(bucket.objects) == {first, "events/records/00011/00000000000000000007.jsonl.gz"}
    kept = lines(bucket.objects[first])
    assert [(one["offset"], base64.b64decode(one["value"])) for one in kept] == [(15, b"a"), (16, b"b")]
    assert set(kept[0]) == {"offset", "timestamp", "key", "value", "headers"}


def test_the_same_batch_makes_the_same_object(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket()
    monkeypatch.setattr(handler, "client", lambda: bucket)
    without_key = {key: value for key, value in record(0, 1, "a").items() if key != "key"}
    handler.handle(event(without_key), None)
    before = dict(bucket.objects)
    handler.handle(event(without_key), None)
    assert bucket.objects == before


def test_what_cannot_be_kept_is_brought_again(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(Bucket):
        def put_object(self, **call: Any) -> None:
            raise ConnectionError(call["Key"])

    monkeypatch.setattr(handler, "client", Away)
    with pytest.raises(ConnectionError):
        handler.handle(event(record(0, 1, "a")), None)
