"""One table for everything does what three tables do."""

from typing import Any

import pytest
from collaboration import handlers, messages
from collaboration.fan_out import FanOut
from collaboration.operations import Operations
from collaboration.presences import Presences
from collaboration.room import Room
from collaboration.sessions import Sessions
from collaboration.state_table import OPERATIONS, PRESENCE, SESSIONS, StateTable, own_records
from collaboration.tables import ConditionError

from .. import events
from .api import Api
from .support import LIMITS, NOW, PAGE, Clock, Management, body, operation_body, principal, text_of, written_by

SHARED = "dev-collaboration-state"


class Shared(Api):
    """The WebSocket API over one table."""

    def __init__(self, dynamodb: Any, clock: Clock) -> None:
        self.management = Management()
        self.room = Room(
            Sessions(StateTable(dynamodb, SHARED, SESSIONS), LIMITS, clock),
            Operations(StateTable(dynamodb, SHARED, OPERATIONS), LIMITS, clock),
            Presences(StateTable(dynamodb, SHARED, PRESENCE), LIMITS, clock),
            FanOut(self.management),
            LIMITS,
            clock,
        )


@pytest.fixture
def table(dynamodb: Any) -> Any:
    dynamodb.create_table(
        TableName=SHARED,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    return dynamodb


@pytest.fixture
def shared(table: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Shared:
    built = Shared(table, clock)
    monkeypatch.setattr(handlers, "room", lambda: built.room)
    return built


def evening(api: Api) -> dict[str, list[Any]]:
    """Two editors come, write, see each other and go."""
    told: dict[str, list[Any]] = {"a": [], "b": []}
    api.join("a", principal("ada"))
    for operation in written_by(*"hello"):
        api.say("a", operation_body(operation))
    api.join("b", principal("bob"))
    api.say("b", body("presence", state={"cursor": 3}))
    api.event("$disconnect", "b")
    for connection, frames in told.items():
        frames.extend(api.told(connection))
    return told


def test_editors_see_no_difference(api: Api, table: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = evening(api)
    built = Shared(table, clock)
    monkeypatch.setattr(handlers, "room", lambda: built.room)
    assert evening(built) == apart
    assert len(apart["a"]) > 5
    assert text_of(built.room.operations.load(PAGE)) == "hello"


def test_everything_that_ends_says_so_in_one_attribute(shared: Shared, table: Any) -> None:
    shared.join("a", principal("ada", expires=NOW + 10_000))
    shared.say("a", operation_body(written_by("x")[0]))
    items = table.scan(TableName=SHARED)["Items"]
    ends = {item["pk"]["S"].partition("#")[0]: int(item.get("ttl", {"N": NOW})["N"]) - NOW for item in items}
    assert ends == {SESSIONS: LIMITS.session_seconds, OPERATIONS: 0, PRESENCE: LIMITS.presence_seconds}
    assert not any({"pageId", "lastSeen", "timestamp"} & set(item) for item in items)


def test_a_fold_reads_in_order_and_removes_what_it_read(shared: Shared, table: Any) -> None:
    pages = shared.room.operations
    for operation in written_by(*"abcdefghijkl"):
        pages.append(operation, {"userId": "ada"})
    pages.fold(PAGE)
    left = list(StateTable(table, SHARED, OPERATIONS).query(PAGE))
    assert [item["timestamp"] for item in left] == [0]
    assert text_of(pages.load(PAGE)) == "abcdefghijkl"


def test_numbers_keep_their_order(table: Any) -> None:
    operations = StateTable(table, SHARED, OPERATIONS)
    orders = [0, 9, 10, 10**23, 2 * 10**23, 10**37]
    for order in reversed(orders):
        operations.put({"pageId": PAGE, "timestamp": order})
    assert [item["timestamp"] for item in operations.query(PAGE)] == orders
    assert [item["timestamp"] for item in operations.query(PAGE, first=10)] == orders[2:]
    assert [item["timestamp"] for item in operations.query(PAGE, before=10)] == orders[:2]


def test_a_condition_meets_the_item_that_is_there(table: Any) -> None:
    presence = StateTable(table, SHARED, PRESENCE)
    item = {"pageId": PAGE, "userId": "ada", "lastSeen": NOW}
    presence.put(item, "attribute_not_exists(pageId)")
    with pytest.raises(ConditionError) as caught:
        presence.put(item, "attribute_not_exists(pageId)")
    assert caught.value.item == item


def record(event: str, pk: str, sk: str, number: str, *, over: bool = False, **old: Any) -> dict[str, Any]:
    return events.record(event, {"pk": pk, "sk": sk}, number, old=old or None, ttl=over)


def test_the_stream_tells_who_vanished_and_keeps_what_ran_out_of_time(shared: Shared) -> None:
    shared.join("a", principal("ada"))
    shared.told("a")
    (operation,) = written_by("kept")
    order = f"{messages.order(operation.operation_id):038}"
    records = [
        record("REMOVE", f"{PRESENCE}#{PAGE}", "bob", "1", over=True, ttl=NOW),
        record("REMOVE", f"{OPERATIONS}#{PAGE}", order, "2", over=True, operation=operation.update),
        record("INSERT", f"{OPERATIONS}#{PAGE}#snapshot", f"{10**24:038}", "3"),
        record("INSERT", "task#of-the-application", "1", "4"),
    ]
    assert handlers.handle(events.stream(*records), None) == {"batchItemFailures": []}
    assert [(frame["event"], frame["userId"]) for frame in shared.told("a")] == [("left", "bob")]
    assert text_of(shared.room.operations.load(PAGE)) == "kept"


def test_other_kinds_of_items_are_nobody_s_business() -> None:
    assert list(own_records([record("INSERT", "task#1", "1", "1")])) == []


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch, dynamodb: Any) -> None:
    monkeypatch.setenv("STATE_TABLE", SHARED)
    assert all(isinstance(table, StateTable) for table in handlers._tables(dynamodb))
    monkeypatch.delenv("STATE_TABLE")
    for name in ("SESSIONS", "OPERATIONS", "PRESENCE"):
        monkeypatch.setenv(f"{name}_TABLE", name.lower())
    assert not any(isinstance(table, StateTable) for table in handlers._tables(dynamodb))
