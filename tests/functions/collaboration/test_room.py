"""Pages in the Lambda model: what is said on one, and who hears of it."""

import json
from collections import Counter

import pytest
from collaboration import documents, messages
from collaboration.limits import Limits
from collaboration.messages import Operation

from .api import Api
from .support import (
    NOW,
    PAGE,
    body,
    identities,
    operation_body,
    principal,
    text_of,
    written_by,
)


def test_two_editors_see_each_other_and_what_they_write(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.join("a", principal("ada"))
    assert [frame["action"] for frame in api.told("a")] == ["sync"], "nobody else is here"
    api.join("b", principal("bob"))
    sync, here = api.told("b")
    assert text_of(documents.EMPTY) == ""
    assert (sync["pageId"], sync["part"], sync["parts"]) == (PAGE, 1, 1)
    assert (here["event"], here["userId"], here["name"], here["expires"]) == ("here", "ada", "Ada", NOW + 90)
    (joined,) = api.told("a")
    assert (joined["event"], joined["userId"]) == ("joined", "bob")

    (operation,) = written_by("hi")
    assert api.say("a", operation_body(operation)) == {"statusCode": 200}
    (frame,) = api.told("b")
    assert frame == {
        "action": "operation",
        "pageId": PAGE,
        "operationId": operation.operation_id,
        "userId": "ada",
        "update": messages.text(operation.update),
        "part": 1,
        "parts": 1,
    }
    (ack,) = api.told("a")
    assert ack == {
        "action": "ack",
        "pageId": PAGE,
        "operationId": operation.operation_id,
        "duplicate": False,
        "delivered": 1,
        "missed": 0,
    }
    api.say("b", body("presence", state={"cursor": 2}))
    (present,) = api.told("a")
    assert (present["event"], present["userId"], present["state"]) == ("here", "bob", {"cursor": 2})

    assert api.event("$disconnect", "b") == {"statusCode": 200}
    (left,) = api.told("a")
    assert left == {"action": "presence", "event": "left", "pageId": PAGE, "userId": "bob"}

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert Counter(line["Event"] for line in lines if line.get("Events")) == {
        "connect": 2, "join": 2, "operation": 1, "presence": 1, "disconnect": 1,
    }  # fmt: skip
    assert [line["Operations"] for line in lines if "Operations" in line] == [1]
    assert [line["OnPage"] for line in lines if "OnPage" in line] == [1, 2]


def test_it_is_stored_before_anybody_is_told(api: Api) -> None:
    api.join("a", principal("ada"))
    api.join("b", principal("bob"))
    (operation,) = written_by("hi")
    seen: list[str] = []
    api.management.on_post = lambda _: seen.append(text_of(api.room.operations.load(PAGE)))
    api.say("a", operation_body(operation))
    assert seen == ["hi", "hi"]


def test_sent_again_it_is_told_again_and_changes_nothing(api: Api) -> None:
    api.join("a", principal("ada"))
    api.join("b", principal("bob"))
    (operation,) = written_by("hi")
    api.say("a", operation_body(operation))
    api.told("a"), api.told("b")
    api.say("a", operation_body(operation))
    assert api.told("a")[0]["duplicate"]
    assert api.told("b")[0]["update"] == messages.text(operation.update)
    assert text_of(api.room.operations.load(PAGE)) == "hi"


def test_whoever_comes_back_gets_what_is_missing(api: Api) -> None:
    api.join("a", principal("ada"))
    first, second = written_by("one ", "two")
    for operation in (first, second):
        api.say("a", operation_body(operation))
    api.connect("b", principal("bob"))
    vector = documents.vector(first.update)
    api.say("b", body("join", stateVector=messages.text(vector)))
    (sync, *_) = api.told("b")
    update = messages.parse(body("operation", operationId=first.operation_id, update=sync["update"]), Limits())
    assert isinstance(update, Operation)
    assert text_of(update.update) == "", "the first one is not in it"
    assert text_of(documents.join(first.update, [update.update]).state) == "one two"


def test_a_large_page_comes_in_parts(api: Api) -> None:
    api.join("a", principal("ada"))
    (operation,) = written_by("long " * 10_000)
    update = messages.text(operation.update)
    pieces = [update[start : start + 20_000] for start in range(0, len(update), 20_000)]
    for number, piece in enumerate(pieces, start=1):
        parts = {"part": number, "parts": len(pieces)}
        api.say("a", body("operation", operationId=operation.operation_id, update=piece, **parts))
    assert [frame["action"] for frame in api.told("a")] == ["sync", "ack"]
    api.join("b", principal("bob"))
    syncs = [frame for frame in api.told("b") if frame["action"] == "sync"]
    assert [frame["part"] for frame in syncs] == [1, 2, 3]
    assert "".join(frame["update"].rstrip("=") for frame in syncs) == update.rstrip("=")


def test_a_state_vector_of_thousands_is_left_out(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "vector", lambda _: b"x" * 9_000)
    api.join("a", principal("ada"))
    (sync,) = api.told("a")
    assert "stateVector" not in sync


@pytest.mark.parametrize(
    ("permission", "text", "code"),
    [
        ("page:docs/plan:read", operation_body(written_by("x")[0]), "forbidden"),
        ("page:docs/other:write", body("join"), "forbidden"),
        ("page:docs/plan:write", body("presence", pageId="docs/plan", state=1), "notJoined"),
        ("page:docs/plan:write", operation_body(written_by("x")[0]), "notJoined"),
        ("page:docs/plan:write", body("join", stateVector="/w=="), "invalidUpdate"),
        ("page:docs/plan:write", "{}", "unknownAction"),
    ],
)
def test_what_a_client_may_not_do(api: Api, permission: str, text: str, code: str) -> None:
    api.connect("a", principal("ada", permission))
    if code == "forbidden" and "operationId" in text:
        api.say("a", body("join"))
        api.told("a")
    assert api.say("a", text) == {"statusCode": 200}
    (error,) = api.told("a")
    assert (error["action"], error["code"]) == ("error", code)
    assert ("operationId" in error) == ("operationId" in text)
    assert text_of(api.room.operations.load(PAGE)) == ""


def test_what_is_no_update_reaches_nobody(api: Api) -> None:
    api.join("a", principal("ada"))
    api.join("b", principal("bob"))
    api.told("a"), api.told("b")
    api.say("a", operation_body(Operation(PAGE, next(identities()), b"nonsense")))
    assert api.told("a")[0]["code"] == "invalidUpdate"
    assert api.told("b") == []


def test_who_cannot_be_given_the_page_is_not_on_it(api: Api) -> None:
    """Or it would hear of changes to a page that it has not, and nobody would ever hear that it came."""
    api.connect("a", principal("ada"))
    api.say("a", body("join", stateVector="/w=="))
    assert [frame["code"] for frame in api.told("a")] == ["invalidUpdate"]
    assert api.room.sessions.connections(PAGE) == []
