"""Filling a page that holds nothing, in the Lambda model: once, whoever asks, whatever ends in between."""

from typing import Any

import pytest
from collaboration import documents, messages
from collaboration.messages import Operation
from collaboration.operations import Operations
from collaboration.tables import Table

from .api import Api
from .interleavings import Interrupted
from .support import LIMITS, OPERATIONS, PAGE, Clock, Editor, body, identities, principal, text_of, written_by

pytestmark = pytest.mark.no_cover  # as of large pages

AUTHOR = {"userId": "ada", "connectionId": "c1"}


def offers(count: int) -> list[Operation]:
    """What so many clients would begin an empty page with, each from a document of its own."""
    source, made = identities(), []
    for number in range(count):
        editor = Editor(number, iter(()))
        editor.append("template")
        made.append(Operation(PAGE, next(source), editor.document.get_update()))
    return made


def seed_body(operation: Operation) -> str:
    return body("seed", operationId=operation.operation_id, update=messages.text(operation.update))


@pytest.mark.parametrize("before", range(1, 6))
def test_two_that_fill_an_empty_page_at_once_do_not_double_it(dynamodb: Any, clock: Clock, before: int) -> None:
    """Whatever call of the first one the second comes before."""
    interrupted, calls = Interrupted(dynamodb), []
    pages, other = (Operations(Table(one, OPERATIONS, "timestamp"), LIMITS, clock) for one in (interrupted, dynamodb))
    first, second = offers(2)

    def overtake() -> None:
        calls.append(None)
        if len(calls) == before:
            other.seed(second, AUTHOR)

    interrupted.before = overtake
    filled = pages.seed(first, AUTHOR)
    interrupted.before = lambda: None
    assert filled == pages.seed(second, AUTHOR) in (first, second)
    pages.fold(PAGE)
    assert pages.seed(first, AUTHOR) == filled
    assert text_of(pages.load(PAGE)) == "template"


def test_a_function_that_ends_in_between_leaves_the_rest_to_the_next(dynamodb: Any, clock: Clock) -> None:
    interrupted, calls = Interrupted(dynamodb), []
    pages = Operations(Table(interrupted, OPERATIONS, "timestamp"), LIMITS, clock)
    first, second = offers(2)

    def ends() -> None:
        calls.append(None)
        if len(calls) == 4:  # decided, not stored
            raise ConnectionResetError

    interrupted.before = ends
    with pytest.raises(ConnectionResetError):
        pages.seed(first, AUTHOR)
    interrupted.before = lambda: None
    assert text_of(pages.load(PAGE)) == ""
    assert pages.seed(second, AUTHOR) == first
    assert text_of(pages.load(PAGE)) == "template"


def test_clients_are_told_what_the_page_begins_with(api: Api) -> None:
    first, second = offers(2)
    api.join("a", principal("ada"))
    api.join("b", principal("bob"))
    api.told("a"), api.told("b")
    api.say("b", seed_body(first))
    api.say("a", seed_body(second))
    heard = {one: [frame for frame in api.told(one) if frame["action"] != "presence"] for one in "ab"}
    assert [frame["action"] for frame in heard["b"]] == ["operation", "ack", "operation"]
    assert [(frame["action"], frame.get("code")) for frame in heard["a"]] == [
        ("operation", None), ("operation", None), ("error", "alreadyFilled"),
    ]  # fmt: skip
    assert {frame["update"] for one in "ab" for frame in heard[one] if frame["action"] == "operation"} == {
        messages.text(first.update)
    }
    assert text_of(api.room.operations.load(PAGE)) == "template"


def test_a_page_that_holds_something_is_not_filled(api: Api) -> None:
    (written,), (offer,) = written_by("a"), offers(1)
    api.room.operations.append(written, AUTHOR)
    api.join("a", principal("ada"))
    api.join("r", principal("eve", "page:docs/plan:read"))
    for who, code in (("a", "alreadyFilled"), ("r", "forbidden")):
        api.told(who)
        api.say(who, seed_body(offer))
        assert [frame.get("code") for frame in api.told(who)] == [code]
    api.say("a", body("seed", operationId=offer.operation_id, update=messages.text(b"nonsense")))
    assert api.told("a")[-1]["code"] == "invalidUpdate"
    assert text_of(documents.join(written.update, [api.room.operations.load(PAGE)]).state) == "a"


def test_what_a_page_begins_with_may_come_in_parts(api: Api) -> None:
    (offer,) = offers(1)
    api.join("a", principal("ada"))
    pieces = [offer.update[start : start + 9] for start in range(0, len(offer.update), 9)]
    for part, piece in enumerate(pieces, start=1):
        more = {"part": part, "parts": len(pieces)}
        api.say("a", body("seed", operationId=offer.operation_id, update=messages.text(piece), **more))
    assert api.told("a")[-1]["action"] == "ack"
    assert text_of(api.room.operations.load(PAGE)) == "template"
