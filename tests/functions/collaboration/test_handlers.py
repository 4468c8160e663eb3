"""The handlers themselves: streams of the tables, and stores that fail."""

import importlib.util
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from collaboration import handlers, messages, tables
from collaboration.messages import Operation
from collaboration.operations import BusyError
from collaboration.tables import Table

from .. import events
from .api import Api
from .support import (
    NOW,
    OPERATIONS,
    PAGE,
    PRESENCE,
    SESSIONS,
    Editor,
    contradicting,
    identities,
    operation_body,
    principal,
    text_of,
    written,
    written_by,
)


def record(
    event: str, page_id: str, number: str, *, sort: dict[str, Any], old: dict[str, Any] | None = None, ttl: bool = False
) -> dict[str, Any]:
    return events.record(event, {"pageId": page_id, **sort}, number, old=old, ttl=ttl)


def test_a_long_tail_is_folded_and_a_short_one_is_not(api: Api, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(dynamodb, OPERATIONS, "timestamp")
    made = written_by(*"abc")
    for operation in made:
        api.room.operations.append(operation, {"userId": "ada"})
    key = {"timestamp": messages.order(made[0].operation_id)}
    inserted = events.stream(record("INSERT", PAGE, "1", sort=key))
    assert handlers.handle(inserted, None) == {"batchItemFailures": []}
    assert len(list(table.query(PAGE))) == 3
    monkeypatch.setenv("FOLD_OPERATIONS", "3")
    handlers.handle(inserted, None)
    assert [item["timestamp"] for item in table.query(PAGE)] == [0]
    assert text_of(api.room.operations.load(PAGE)) == "abc"


@pytest.mark.parametrize("ttl", [True, False])
def test_what_was_removed_unfolded_is_folded_from_its_last_image(api: Api, ttl: bool) -> None:
    """Without the service's identity where the removal arrives by replication."""
    (operation,) = written_by("kept")
    key = {"timestamp": messages.order(operation.operation_id)}
    image = {"pageId": PAGE, **key, "operation": operation.update}
    handlers.handle(events.stream(record("REMOVE", PAGE, "1", sort=key, old=image, ttl=ttl)), None)
    assert text_of(api.room.operations.load(PAGE)) == "kept"


def test_what_a_fold_has_removed_is_folded_once(api: Api, dynamodb: Any) -> None:
    made = written_by(*"abc")
    for operation in made:
        api.room.operations.append(operation, {"userId": "ada"})
    table = Table(dynamodb, OPERATIONS, "timestamp")
    images = list(table.query(PAGE))
    api.room.fold(PAGE)
    removed = [
        record("REMOVE", PAGE, str(number), sort={"timestamp": image["timestamp"]}, old=image)
        for number, image in enumerate(images)
    ]
    handlers.handle(events.stream(*removed), None)
    (head,) = table.query(PAGE)
    assert head["version"] == 1


def test_a_snapshot_of_another_region_that_lacks_what_was_removed_here_gets_it(api: Api, dynamodb: Any) -> None:
    """Both regions fold; the head that is written last stands in both, and was made without the other's operations."""
    here, there = Editor(0, identities()), Editor(1, identities(NOW * 1000 + 5_000))
    here.append("here")
    there.append("there")
    table, pages = Table(dynamodb, OPERATIONS, "timestamp"), api.room.operations
    pages.append(there.made[0], {"userId": "bob"})
    pages.fold(PAGE)
    key = {"timestamp": messages.order(here.made[0].operation_id)}
    image = {**key, "operation": here.made[0].update, "createdAt": NOW * 1000}
    handlers.handle(events.stream(record("REMOVE", PAGE, "1", sort=key, old=image)), None)
    assert text_of(pages.load(PAGE)) == written(here, there)
    assert [item["timestamp"] for item in table.query(PAGE)] == [0]


def test_who_vanished_is_reported_unless_they_are_back(api: Api) -> None:
    api.join("a", principal("ada"))
    api.told("a")
    over, running = {"lastSeen": events.ARRIVED}, {"lastSeen": events.ARRIVED + 1}
    gone = [
        record("REMOVE", PAGE, "1", sort={"userId": "bob"}, old=over, ttl=True),
        record("REMOVE", PAGE, "2", sort={"userId": "cyd"}, old=running),
        record("MODIFY", PAGE, "3", sort={"userId": "dan"}, old=over),
        record("REMOVE", PAGE, "4", sort={"userId": "ada"}, old=over, ttl=True),
        record("REMOVE", "connection#x", "5", sort={"userId": "eve"}, old=over, ttl=True),
        record("REMOVE", PAGE, "6", sort={"userId": "fay"}, old=over),
    ]
    handlers.handle(events.stream(*gone), None)
    assert [frame["userId"] for frame in api.told("a")] == ["bob", "fay"]


@pytest.mark.parametrize("at", [None, float(events.ARRIVED)])
def test_a_record_s_time_may_be_a_fraction_or_not_there(api: Api, at: float | None) -> None:
    """As Lambda writes it, and as the service's model allows."""
    api.join("a", principal("ada"))
    removed = record("REMOVE", PAGE, "1", sort={"userId": "bob"}, old={"lastSeen": NOW - 300_000_000}, ttl=True)
    del removed["dynamodb"]["ApproximateCreationDateTime"]
    if at is not None:
        removed["dynamodb"]["ApproximateCreationDateTime"] = at
    api.told("a")
    assert handlers.handle(events.stream(removed), None) == {"batchItemFailures": []}
    assert [frame["event"] for frame in api.told("a")] == ["left"]


def test_only_the_pages_that_failed_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fold = api.room.operations.fold

    def failing(page_id: str, *arguments: Any, **more: Any) -> int:
        if page_id == "bad":
            raise BusyError(page_id)
        return fold(page_id, *arguments, **more)

    monkeypatch.setattr(api.room.operations, "fold", failing)
    (operation,) = written_by("x")
    key = {"timestamp": messages.order(operation.operation_id)}
    records = [record("INSERT", page, number, sort=key) for page, number in ((PAGE, "1"), ("bad", "2"), ("bad", "3"))]
    assert handlers.streams(events.stream(*records), None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert "stream records failed" in capsys.readouterr().out


def test_rejected_operations_are_counted(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    editor, contradiction = contradicting()
    source = identities()
    for update in (editor.document.get_update(), contradiction):
        api.room.operations.append(Operation(PAGE, next(source), update), {})
    api.room.fold(PAGE)
    assert json.loads(capsys.readouterr().out)["Rejected"] == 1


def failing(*_: Any, **__: Any) -> Any:
    raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")


@pytest.mark.parametrize("told", [True, False])
def test_a_store_that_fails_is_no_answer_but_a_status(api: Api, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    api.join("a", principal("ada"))
    api.told("a")
    monkeypatch.setattr(api.room.operations, "append", failing)
    if not told:
        monkeypatch.setattr(api.room, "tell", failing)
    (operation,) = written_by("x")
    assert api.say("a", operation_body(operation)) == {"statusCode": 500}
    frames = api.told("a")
    assert [(frame["code"], frame["operationId"]) for frame in frames] == [
        ("unavailable", operation.operation_id)
    ] * told


@pytest.mark.parametrize("text", ["no JSON", "[]", '"operationId"'])
def test_a_failure_while_refusing_a_message_is_a_status_too(
    api: Api, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    api.join("a", principal("ada"))
    api.management.closed = {"a"}
    monkeypatch.setattr(api.room.sessions, "find", failing)
    assert api.event("$default", "a", body=text) == {"statusCode": 500}


def test_a_connection_that_cannot_be_kept_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.room.sessions, "connect", failing)
    assert api.connect("a", principal()) == {"statusCode": 500}
    assert api.told("a") == []


def test_the_room_is_made_from_the_environment(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATIONS_TABLE", OPERATIONS)
    monkeypatch.setenv("SESSIONS_TABLE", SESSIONS)
    monkeypatch.setenv("PRESENCE_TABLE", PRESENCE)
    monkeypatch.setenv("MANAGEMENT_ENDPOINT", "https://abc.execute-api.us-east-1.amazonaws.com/prod")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "confluence-clone-websocket")
    spec = importlib.util.spec_from_file_location("collaboration.started", str(handlers.__file__))
    assert spec is not None
    assert spec.loader is not None
    started = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(started)
    assert started.room.cache_info().currsize == 1, "made while Lambda starts the function"
    room = started.room()
    room.connect("a", principal())
    assert room.sessions.find("a") is not None
    assert room._fan_out._client.meta.endpoint_url.endswith("/prod")


def test_a_table_asks_again_for_what_was_not_removed_and_leaves_it_time(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    pauses: list[float] = []
    monkeypatch.setattr(tables.time, "sleep", pauses.append)

    class Busy:
        def batch_write_item(self, **call: Any) -> dict[str, Any]:
            wanted = call["RequestItems"]["t"]
            calls.append(len(wanted))
            return {"UnprocessedItems": {"t": wanted[:1]}} if len(calls) <= 7 else {}

    Table(Busy(), "t", "timestamp").delete_all((PAGE, number) for number in range(30))
    assert calls == [25, 6, *[1] * 6]
    assert pauses == [*tables._PAUSES, *[tables._PAUSES[-1]] * 2]
