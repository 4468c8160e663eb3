"""Connections in the Lambda model: how they begin and end, and what becomes of those that nobody closed."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from collaboration.tables import Table

from .api import Api
from .support import (
    NOW,
    OPERATIONS,
    PAGE,
    PRESENCE,
    SESSIONS,
    Clock,
    body,
    operation_body,
    principal,
    text_of,
    written_by,
)


def test_an_ended_token_ends_what_a_connection_may_do(api: Api, clock: Clock) -> None:
    api.join("a", principal("ada", expires=NOW + 60))
    api.told("a")
    clock.now += 60
    api.say("a", operation_body(written_by("x")[0]))
    assert api.told("a")[0]["code"] == "tokenExpired"
    api.say("unknown", body("join"))
    assert api.told("unknown")[0]["code"] == "notConnected"


def test_nobody_connects_without_what_the_authorizer_says(api: Api) -> None:
    assert api.event("$connect", "a") == {"statusCode": 401}
    assert api.room.sessions.find("a") is None


def test_a_browser_is_answered_with_the_protocol_it_offers(api: Api) -> None:
    assert api.connect("a", principal()) == {"statusCode": 200}
    offered = api.connect("b", principal(), **{"Sec-WebSocket-Protocol": "bearer, token"})
    assert offered["headers"] == {"Sec-WebSocket-Protocol": "bearer"}


def test_two_tabs_are_one_user(api: Api) -> None:
    api.join("other", principal("bob"))
    api.join("tab1", principal("ada"))
    api.told("other")
    api.join("tab2", principal("ada"))
    assert api.told("other") == [], "ada is here already"
    api.say("tab1", operation_body(written_by("x")[0]))
    assert [frame["action"] for frame in api.told("tab2")][-1] == "operation"
    api.told("other")
    api.event("$disconnect", "tab1")
    assert api.told("other") == [], "ada is still here"
    api.event("$disconnect", "tab1")
    api.event("$disconnect", "tab2")
    assert [frame["event"] for frame in api.told("other")] == ["left"]


def test_another_page_is_joined_by_leaving_the_one_before(api: Api) -> None:
    api.join("b", principal("bob"))
    api.join("a", principal("ada"))
    api.told("b")
    api.say("a", body("join", pageId="docs/other"))
    assert [frame["event"] for frame in api.told("b")] == ["left"]
    assert list(api.room.sessions.connections(PAGE)) == ["b"]
    assert list(api.room.sessions.connections("docs/other")) == ["a"]


@pytest.mark.parametrize("gone", [4, 18])
@pytest.mark.no_cover  # as of large pages
def test_posts_grow_with_the_number_of_vanished_connections(api: Api, gone: int) -> None:
    vanished = [f"gone{number}" for number in range(gone)]
    for connection_id in ("a", *vanished):
        api.join(connection_id, principal(connection_id))
    posts: list[str] = []
    api.management.closed, api.management.on_post = set(vanished), posts.append
    api.told("a")
    api.say("a", operation_body(written_by("x")[0]))
    assert sorted(posts) == sorted([*vanished, *["a"] * (gone + 1)]), (
        "each once; then who left, and the acknowledgement"
    )
    assert {frame["userId"] for frame in api.told("a") if frame["action"] == "presence"} == set(vanished)


@pytest.mark.no_cover
def test_who_leaves_a_page_of_vanished_connections_finds_each_of_them_once(api: Api, dynamodb: Any) -> None:
    vanished = [f"gone{number}" for number in range(10)]
    for connection_id in ("a", *vanished):
        api.join(connection_id, principal(connection_id))
    api.say("a", operation_body(written_by("x")[0]))
    posts: list[str] = []
    api.management.closed, api.management.on_post = set(vanished), posts.append
    api.event("$disconnect", "a")
    assert sorted(posts) == sorted(vanished)
    assert [item["timestamp"] for item in Table(dynamodb, OPERATIONS, "timestamp").query(PAGE)] == [0], "folded"


def test_a_closed_connection_is_forgotten(api: Api) -> None:
    for connection, user in (("a", "ada"), ("b", "bob"), ("c", "cyd")):
        api.join(connection, principal(user))
    api.management.closed = {"b"}
    api.told("c")
    api.say("a", operation_body(written_by("x")[0]))
    assert api.told("a")[-1] | {"operationId": None} == {
        "action": "ack",
        "pageId": PAGE,
        "operationId": None,
        "duplicate": False,
        "delivered": 1,
        "missed": 0,
    }
    assert [frame.get("event", frame["action"]) for frame in api.told("c")] in (
        ["operation", "left"],
        ["left", "operation"],
    )
    assert list(api.room.sessions.connections(PAGE)) == ["a", "c"]
    assert api.room.sessions.find("b") is None


def test_what_could_not_be_told_is_counted(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    for connection, user in (("a", "ada"), ("b", "bob"), ("c", "cyd"), ("d", "dan")):
        api.join(connection, principal(user))
    api.management.broken = {
        "b": ClientError({"Error": {"Code": "LimitExceededException"}}, "PostToConnection"),
        "c": ConnectTimeoutError(endpoint_url="https://example.com"),
    }
    capsys.readouterr()
    api.say("a", operation_body(written_by("x")[0]))
    ack = api.told("a")[-1]
    assert (ack["delivered"], ack["missed"]) == (1, 2)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"Missed": 2}.items() <= lines[0].items()
    assert {"Event": "operation", "Operations": 1}.items() <= lines[1].items()
    assert sorted(api.management.hung_up) == ["b", "c"], "they join again, and get what they missed"


def test_whoever_misses_only_where_a_cursor_is_stays(api: Api) -> None:
    api.join("a", principal("ada"))
    api.join("b", principal("bob"))
    api.management.broken = {"b": ConnectTimeoutError(endpoint_url="https://example.com")}
    api.say("a", body("presence", state=1))
    assert api.management.hung_up == []


def test_whoever_misses_what_they_lacked_joins_again(api: Api) -> None:
    api.connect("a", principal("ada"))
    api.management.broken = {"a": ConnectTimeoutError(endpoint_url="https://example.com")}
    api.say("a", body("join"))
    assert api.management.hung_up == ["a"]


def test_nobody_hears_of_a_page_after_their_token_has_ended(api: Api, clock: Clock) -> None:
    api.join("a", principal("ada"))
    api.join("b", principal("bob", expires=NOW + 60))
    api.told("b")
    clock.now += 60
    api.say("a", operation_body(written_by("x")[0]))
    assert api.told("b") == []
    assert api.management.hung_up == ["b"], "its client connects again with a new token"
    api.say("a", body("presence", state=1))
    assert api.management.hung_up == ["b"], "once"
    assert api.room.sessions.connections(PAGE) == ["a"]


def test_the_tab_with_the_longer_token_counts(api: Api, clock: Clock) -> None:
    api.join("other", principal("bob"))
    api.join("tab1", principal("ada", expires=NOW + 3_600))
    api.join("tab2", principal("ada", expires=NOW + 60))
    clock.now += 61
    assert api.room.sessions.connections(PAGE) == ["tab1", "tab2", "other"]
    clock.now = NOW + 3_600
    assert api.room.sessions.connections(PAGE) == []


def test_a_connection_that_only_its_page_remembers_is_forgotten(api: Api, dynamodb: Any) -> None:
    for connection, user in (("a", "ada"), ("lost", "bob"), ("tab", "bob")):
        api.join(connection, principal(user))
    Table(dynamodb, SESSIONS, "userId").delete("connection#lost", "bob")  # as DynamoDB does when its time is over
    api.management.closed = {"lost"}
    api.say("a", operation_body(written_by("x")[0]))
    assert api.room.sessions.connections(PAGE) == ["a", "tab"]
    assert "left" not in [frame.get("event") for frame in api.told("a")], "bob is still here"
    api.event("$disconnect", "tab")
    assert [frame["event"] for frame in api.told("a") if "event" in frame][-1] == "left"


def test_whoever_goes_last_leaves_a_snapshot(api: Api, dynamodb: Any) -> None:
    api.join("a", principal("ada"))
    for operation in written_by("a", "b"):
        api.say("a", operation_body(operation))
    api.event("$disconnect", "a")
    (head,) = Table(dynamodb, OPERATIONS, "timestamp").query(PAGE)
    assert head["timestamp"] == 0
    assert text_of(api.room.operations.load(PAGE)) == "ab"


def test_the_last_connection_that_only_its_page_remembers_is_missed(api: Api, dynamodb: Any) -> None:
    api.join("a", principal("ada"))
    api.join("lost", principal("bob"))
    Table(dynamodb, SESSIONS, "userId").delete("connection#lost", "bob")
    api.management.closed = {"lost"}
    api.told("a")
    api.say("a", body("presence", state=1))
    assert [(frame["event"], frame["userId"]) for frame in api.told("a")] == [("left", "bob")]
    assert api.room.sessions.connections(PAGE) == ["a"]


def test_an_old_session_or_presence_does_not_count(api: Api, clock: Clock) -> None:
    api.join("a", principal("ada", expires=NOW + 10_000))
    clock.now += 91
    assert api.room.presences.present(PAGE) == []
    clock.now = NOW + 7_800.0
    assert list(api.room.sessions.connections(PAGE)) == []


def test_sessions_end_in_epoch_seconds_after_the_longest_connection(api: Api, dynamodb: Any) -> None:
    api.join("a", principal("ada", expires=NOW + 10_000))
    table = Table(dynamodb, SESSIONS, "userId")
    (session,) = table.query(PAGE)
    (connection,) = table.query("connection#a")
    assert session == {"pageId": PAGE, "userId": "ada", "connectionIds": {"a"}, "lastSeen": NOW + 7_800}
    assert (connection["lastSeen"], connection["joined"]) == (NOW + 7_800, PAGE)
    assert [item["lastSeen"] for item in Table(dynamodb, PRESENCE, "userId").query(PAGE)] == [NOW + 90]


def test_a_tab_opened_while_the_last_one_closes_stays(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.join("tab1", principal("ada"))
    table: Any = api.room.sessions._table
    delete = table.delete

    def late(*arguments: Any, **values: Any) -> None:
        monkeypatch.setattr(table, "delete", delete)
        api.join("tab2", principal("ada"))
        delete(*arguments, **values)

    monkeypatch.setattr(table, "delete", late)
    api.event("$disconnect", "tab1")
    assert list(api.room.sessions.connections(PAGE)) == ["tab2"]
