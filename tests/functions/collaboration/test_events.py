"""Events between a user's devices: three routes, one table."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from collaboration import events, handlers, subprotocol
from collaboration.access import Principal
from collaboration.events import Connections, Switchboard
from collaboration.fan_out import FanOut
from collaboration.limits import Limits

from ..events import socket
from .support import NOW, Clock, Management, principal

TABLE = "connections"


class Wire:
    """The WebSocket API in front of the handler."""

    def __init__(self, table: Connections, clock: Clock) -> None:
        self.management = Management()
        self.table = table
        self.switchboard = Switchboard(table, FanOut(self.management), Limits(), clock)

    def send(self, route: str, connection_id: str, user: Principal | None, **more: Any) -> dict[str, Any]:
        return events.handle(socket(route, connection_id, authorizer=user.fields if user else None, **more), None)

    def say(self, connection_id: str, user: Principal, **frame: Any) -> list[dict[str, Any]]:
        assert self.send("$default", connection_id, user, body=json.dumps(frame)) == {"statusCode": 200}
        return self.management.told.pop(connection_id, [])

    def known(self, user: str) -> list[str]:
        return [item["connectionId"] for item in self.table.query(user)]


@pytest.fixture
def wire(dynamodb: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Wire:
    keys = (("userId", "HASH"), ("connectionId", "RANGE"))
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
    )
    built = Wire(Connections(dynamodb, TABLE, "connectionId"), clock)
    monkeypatch.setattr(events, "switchboard", lambda: built.switchboard)
    return built


ADA, BOB = principal("ada"), principal("bob")


def test_a_connection_is_known_from_connect_to_disconnect(wire: Wire) -> None:
    assert wire.send("$connect", "a1", ADA) == {"statusCode": 200}
    (item,) = wire.table.query("ada")
    assert item == {"userId": "ada", "connectionId": "a1", "expires": NOW + Limits().session_seconds}
    for _ in range(2):
        assert wire.send("$disconnect", "a1", ADA) == {"statusCode": 200}
    assert wire.known("ada") == []


def test_whom_the_authorizer_does_not_name_is_refused(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    assert wire.send("$connect", "x", None) == {"statusCode": 401}
    assert '"Refused": 1' in capsys.readouterr().out


def test_a_browser_s_protocol_is_accepted(wire: Wire) -> None:
    offered = {"Sec-WebSocket-Protocol": "bearer, a.b.c"}
    answer = wire.send("$connect", "a1", ADA, headers=offered)
    assert answer["headers"] == {"Sec-WebSocket-Protocol": "bearer"}
    assert subprotocol.accept({"headers": None}) == {}
    assert handlers.subprotocol is subprotocol


def test_only_the_user_s_other_connections_hear_an_event(wire: Wire) -> None:
    for connection, user in (("a1", ADA), ("a2", ADA), ("b1", BOB)):
        wire.send("$connect", connection, user)
    assert wire.say("a1", ADA, action="notify", event={"opened": "notes/1"}) == [{"action": "ack", "delivered": 1}]
    assert wire.management.told == {"a2": [{"action": "event", "event": {"opened": "notes/1"}, "from": "a1"}]}


def test_a_closed_connection_is_forgotten(wire: Wire) -> None:
    for connection in ("a1", "a2"):
        wire.send("$connect", connection, ADA)
    wire.management.closed.add("a2")
    assert wire.say("a1", ADA, action="notify", event=1) == [{"action": "ack", "delivered": 0}]
    assert wire.known("ada") == ["a1"]


def test_an_event_that_grows_beyond_a_frame_as_it_is_sent_is_refused(wire: Wire) -> None:
    for connection in ("a1", "a2"):
        wire.send("$connect", connection, ADA)
    letters = json.dumps({"action": "notify", "event": "\u00e9" * 16_000}, ensure_ascii=False)
    assert wire.send("$default", "a1", ADA, body=letters) == {"statusCode": 200}
    assert [told["code"] for told in wire.management.told["a1"]] == ["tooLarge"]
    assert "a2" not in wire.management.told


def test_a_ping_is_answered(wire: Wire) -> None:
    assert wire.say("a1", ADA, action="ping") == [{"action": "pong"}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "tooLarge"),
        ('"' + "x" * 40_000 + '"', "tooLarge"),
        ("{", "invalidMessage"),
        ("[" * 20_000, "invalidMessage"),
        ("[]", "invalidMessage"),
        ('{"action": "delete"}', "unknownAction"),
    ],
)
def test_nonsense_is_answered_and_changes_nothing(wire: Wire, body: str | None, code: str) -> None:
    wire.send("$connect", "a1", ADA)
    assert wire.send("$default", "a1", ADA, body=body) == {"statusCode": 200}
    (told,) = wire.management.told["a1"]
    assert (told["action"], told["code"]) == ("error", code)


def test_nothing_goes_through_once_the_token_has_ended(wire: Wire, clock: Clock) -> None:
    for connection in ("a1", "a2"):
        wire.send("$connect", connection, ADA)
    clock.now += 3601
    (told,) = wire.say("a1", ADA, action="notify", event=1)
    assert told["code"] == "tokenExpired"
    assert "a2" not in wire.management.told


def test_a_table_that_does_not_answer_is_a_failure_that_is_logged(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")

    monkeypatch.setattr(wire.table, "put", fail)
    assert wire.send("$connect", "a1", ADA) == {"statusCode": 500}
    assert "route failed" in capsys.readouterr().out


def test_it_is_made_from_the_environment(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTIONS_TABLE", TABLE)
    monkeypatch.setenv("MANAGEMENT_ENDPOINT", "https://events.example.com")
    events.switchboard.cache_clear()
    assert isinstance(events.switchboard(), Switchboard)
    events.switchboard.cache_clear()
