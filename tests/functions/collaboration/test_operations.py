"""Operations and snapshots in DynamoDB: each step, and each way of being overtaken."""

from typing import Any

import pytest
from collaboration import documents, operations
from collaboration.limits import Limits
from collaboration.messages import Operation, ProtocolError
from collaboration.operations import BusyError, Operations
from collaboration.tables import Table

from .interleavings import Interrupted
from .support import LIMITS, NOW, OPERATIONS, PAGE, Clock, Editor, contradicting, identities, text_of, written

AUTHOR = {"userId": "ada", "connectionId": "c1"}


def store(dynamodb: Any, clock: Clock, limits: Limits = LIMITS) -> Operations:
    return Operations(Table(dynamodb, OPERATIONS, "timestamp"), limits, clock)


def test_an_operation_is_kept_under_its_own_number(dynamodb: Any, clock: Clock) -> None:
    editor = Editor(0, identities())
    editor.insert(0, "a")
    store(dynamodb, clock).append(editor.made[0], AUTHOR)
    (item,) = Table(dynamodb, OPERATIONS, "timestamp").query(PAGE)
    assert item["timestamp"] // 10**23 == NOW * 1000 + 1, "milliseconds lead the number"
    assert item == {
        "pageId": PAGE,
        "timestamp": item["timestamp"],
        "operationId": editor.made[0].operation_id,
        "operation": editor.made[0].update,
        "createdAt": NOW * 1000,
        **AUTHOR,
    }


def test_a_duplicate_is_answered_as_before_and_another_under_its_id_is_refused(dynamodb: Any, clock: Clock) -> None:
    first, second = Editor(0, identities()), Editor(1, identities())
    first.insert(0, "a")
    second.insert(0, "b")
    assert first.made[0].operation_id == second.made[0].operation_id
    pages = store(dynamodb, clock)
    assert pages.append(first.made[0], AUTHOR) == operations.Stored(first.made[0].update, duplicate=False)
    assert pages.append(first.made[0], AUTHOR) == operations.Stored(first.made[0].update, duplicate=True)
    with pytest.raises(ProtocolError, match="another operation has this operationId"):
        pages.append(second.made[0], AUTHOR)
    assert text_of(pages.load(PAGE)) == "a"


def test_what_is_no_update_is_not_stored(dynamodb: Any, clock: Clock) -> None:
    pages = store(dynamodb, clock)
    with pytest.raises(documents.InvalidUpdateError):
        pages.append(Operation(PAGE, next(identities()), b"no update"), AUTHOR)
    assert list(Table(dynamodb, OPERATIONS, "timestamp").query(PAGE)) == []


def test_a_snapshot_replaces_its_operations_and_has_no_end(dynamodb: Any, clock: Clock) -> None:
    editor, counted, table = Editor(0, identities()), Interrupted(dynamodb), Table(dynamodb, OPERATIONS, "timestamp")
    pages = store(counted, clock)
    for letter in "abc":
        editor.append(letter)
    for operation in editor.made[:2]:
        pages.append(operation, AUTHOR)
    calls: list[str] = []
    counted.before = lambda: calls.append("")
    assert pages.fold(PAGE, least=3) == 0
    assert len(calls) == 1, "the snapshot is not read for too few"
    counted.before = lambda: None
    assert len(list(table.query(PAGE))) == 2, "too few to fold"
    pages.fold(PAGE)
    pages.append(editor.made[2], AUTHOR)
    pages.fold(PAGE)
    (head,) = table.query(PAGE)
    assert (head["timestamp"], head["version"], head["chunks"]) == (0, 2, 1)
    (chunk,) = table.query(f"{PAGE}#snapshot")
    assert "ttl" not in head.keys() | chunk.keys()
    assert text_of(chunk["state"]) == "abc"


def test_a_large_page_is_cut_into_chunks_that_fit_an_item(
    dynamodb: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_CHUNK_BYTES", 100)
    editor, pages = Editor(0, identities()), store(dynamodb, clock)
    editor.insert(0, "long " * 100)
    pages.append(editor.made[0], AUTHOR)
    pages.fold(PAGE)
    assert len(list(Table(dynamodb, OPERATIONS, "timestamp").query(f"{PAGE}#snapshot"))) > 4
    assert text_of(pages.load(PAGE)) == "long " * 100


def test_an_operation_that_dynamodb_removed_is_taken_from_its_last_image(dynamodb: Any, clock: Clock) -> None:
    editor, pages = Editor(0, identities()), store(dynamodb, clock)
    editor.insert(0, "kept")
    for _ in range(2):
        pages.fold(PAGE, [editor.made[0].update], least=100)
        assert text_of(pages.load(PAGE)) == "kept"
        (head,) = Table(dynamodb, OPERATIONS, "timestamp").query(PAGE)
        assert head["version"] == 1, "folded, and once only"


def test_what_no_snapshot_holds_is_removed_by_nobody(dynamodb: Any, clock: Clock) -> None:
    """A page that is left alone keeps its last operations, however long no stream and no function is alive."""
    editor, pages, table = Editor(0, identities()), store(dynamodb, clock), Table(dynamodb, OPERATIONS, "timestamp")
    for letter in "ab":
        editor.append(letter)
        pages.append(editor.made[-1], AUTHOR)
    clock.now += 365 * 86_400
    table.delete_all((PAGE, item["timestamp"]) for item in table.query(PAGE) if item.get("ttl", clock.now) < clock.now)
    assert text_of(pages.load(PAGE)) == "ab"


def test_what_contradicts_a_page_makes_no_snapshot_after_snapshot(dynamodb: Any, clock: Clock) -> None:
    pages, table = store(dynamodb, clock), Table(dynamodb, OPERATIONS, "timestamp")
    editor, contradiction = contradicting()
    source = identities()
    for update in (editor.document.get_update(), contradiction):
        pages.append(Operation(PAGE, next(source), update), AUTHOR)
    assert [pages.fold(PAGE) for _ in range(3)] == [1, 1, 1]
    assert next(iter(table.query(PAGE)))["version"] == 1


def test_parts_make_an_operation_once_all_are_here(dynamodb: Any, clock: Clock) -> None:
    editor, pages = Editor(0, identities()), store(dynamodb, clock)
    editor.insert(0, "in three parts")
    whole = editor.made[0]
    pieces = [whole.update[start : start + 9] for start in range(0, len(whole.update), 9)]
    parts = [
        Operation(PAGE, whole.operation_id, piece, number, len(pieces)) for number, piece in enumerate(pieces, start=1)
    ]
    assert [pages.collect(part) for part in (parts[1], parts[0], parts[0])] == [None] * 3
    assert [pages.collect(part) for part in parts[2:]][-1] == whole
    assert pages.collect(whole) is whole
    kept = list(Table(dynamodb, OPERATIONS, "timestamp").query(f"{PAGE}#{whole.operation_id}"))
    assert {item["ttl"] for item in kept} == {NOW + 3_600}


def test_parts_may_not_add_up_to_more_than_a_page_takes(dynamodb: Any, clock: Clock) -> None:
    pages, identity = store(dynamodb, clock, Limits(update_bytes=10)), next(identities())
    assert pages.collect(Operation(PAGE, identity, b"12345678", 1, 2)) is None
    with pytest.raises(ProtocolError, match="may have 10 bytes") as raised:
        pages.collect(Operation(PAGE, identity, b"12345678", 2, 2))
    assert raised.value.frame["operationId"] == identity


def test_an_operation_that_contradicts_the_page_is_set_aside(dynamodb: Any, clock: Clock) -> None:
    pages, table = store(dynamodb, clock), Table(dynamodb, OPERATIONS, "timestamp")
    editor, contradiction = contradicting()
    source = identities(NOW * 1000 + 500)
    for update in (editor.document.get_update(), contradiction):
        pages.append(Operation(PAGE, next(source), update), AUTHOR)
    assert text_of(pages.load(PAGE)) == str(editor.text)
    assert pages.fold(PAGE) == 1
    for _ in range(2):
        (left,) = table.query(PAGE, first=operations.FIRST_ORDER)
        assert (left["operation"], left["ttl"]) == (contradiction, NOW + 86_400)
        assert text_of(pages.load(PAGE)) == str(editor.text)
        clock.now += 60
        assert pages.fold(PAGE) == 1


def test_what_another_function_has_removed_is_not_set_aside(dynamodb: Any, clock: Clock) -> None:
    interrupted, calls = Interrupted(dynamodb), []
    pages, table = store(interrupted, clock), Table(dynamodb, OPERATIONS, "timestamp")
    editor, contradiction = contradicting()
    source = identities(NOW * 1000 + 500)
    for update in (editor.document.get_update(), contradiction):
        pages.append(Operation(PAGE, next(source), update), AUTHOR)
    pages.fold(PAGE, least=100)
    second = list(table.query(PAGE))[-1]

    def remove() -> None:
        calls.append(None)
        if len(calls) == 5:  # snapshot and head are written, nothing is set aside yet
            table.delete_all([(PAGE, second["timestamp"])])

    interrupted.before = remove
    assert pages.fold(PAGE) == 1
    assert [item["timestamp"] for item in table.query(PAGE)] == [0]


def test_a_page_that_never_stands_still_is_reported(dynamodb: Any, clock: Clock) -> None:
    editor, rival = Editor(0, identities()), Editor(1, identities(NOW * 1000 + 5_000))
    editor.insert(0, "a")
    interrupted = Interrupted(dynamodb)
    pages, other = store(interrupted, clock), store(dynamodb, clock)
    pages.append(editor.made[0], AUTHOR)

    def overtake() -> None:
        rival.insert(0, "b")
        other.fold(PAGE)
        other.append(rival.made[-1], AUTHOR)

    interrupted.before = overtake
    with pytest.raises(BusyError):
        pages.fold(PAGE)
    interrupted.before = lambda: None
    assert text_of(pages.load(PAGE)) == written(editor, rival)


def test_a_head_that_is_sent_twice_keeps_its_snapshot(
    dynamodb: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the SDK does when the answer to the first one is lost: the second one meets what the first has written."""
    editor, pages = Editor(0, identities()), store(dynamodb, clock)
    editor.append("kept")
    pages.append(editor.made[0], AUTHOR)
    put = dynamodb.put_item

    def twice(**call: Any) -> Any:
        if call["Item"]["timestamp"] == {"N": "0"}:
            put(**call)
        return put(**call)

    monkeypatch.setattr(dynamodb, "put_item", twice)
    assert pages.fold(PAGE) == 0
    assert text_of(pages.load(PAGE)) == "kept"
    (head,) = Table(dynamodb, OPERATIONS, "timestamp").query(PAGE)
    assert head["version"] == 1


def test_whoever_is_overtaken_leaves_nothing_behind(dynamodb: Any, clock: Clock) -> None:
    editor, interrupted, calls = Editor(0, identities()), Interrupted(dynamodb), []
    pages, other = store(interrupted, clock), store(dynamodb, clock)
    for letter in "ab":
        editor.append(letter)
    other.append(editor.made[0], AUTHOR)

    def overtake() -> None:
        calls.append(None)
        if len(calls) == 4:  # the query, the head and a chunk are through, the new head is not
            other.append(editor.made[1], AUTHOR)
            other.fold(PAGE)

    interrupted.before = overtake
    assert pages.fold(PAGE) == 0
    assert text_of(pages.load(PAGE)) == "ab"
    table = Table(dynamodb, OPERATIONS, "timestamp")
    (head,) = table.query(PAGE)
    (chunk,) = table.query(f"{PAGE}#snapshot")
    assert (head["version"], head["stamp"]) == (1, chunk["timestamp"])


def test_a_reader_whose_snapshot_is_removed_reads_the_next(dynamodb: Any, clock: Clock) -> None:
    editor = Editor(0, identities())
    interrupted, calls = Interrupted(dynamodb), []
    pages, other = store(interrupted, clock), store(dynamodb, clock)
    for letter in "ab":
        editor.insert(0, letter)
    other.append(editor.made[0], AUTHOR)
    other.fold(PAGE)

    def overtake() -> None:
        calls.append(None)
        if len(calls) == 3:  # the query and the head are read, the snapshot is not
            other.append(editor.made[1], AUTHOR)
            other.fold(PAGE)

    interrupted.before = overtake
    assert text_of(pages.load(PAGE)) == "ba"
    assert len(calls) == 5


def test_a_reader_that_is_always_too_late_says_so(dynamodb: Any, clock: Clock) -> None:
    table = Table(dynamodb, OPERATIONS, "timestamp")
    table.put({"pageId": PAGE, "timestamp": 0, "version": 1, "stamp": 10**24, "chunks": 1})
    with pytest.raises(BusyError):
        store(dynamodb, clock).load(PAGE)
