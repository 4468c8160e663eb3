"""Whatever happens at once on a page in DynamoDB, nothing is lost: histories on moto, and many more in memory."""

from typing import Any

import pytest
from collaboration import documents
from collaboration.operations import Operations
from collaboration.tables import ConditionError, Table
from hypothesis import HealthCheck, given, settings
from moto.dynamodb.models import dynamodb_backends

from .interleavings import HISTORIES, Action, History, Interrupted
from .memory import Memory
from .support import LIMITS, OPERATIONS, PAGE, Clock, text_of, written

pytestmark = [pytest.mark.long, pytest.mark.no_cover]  # as of large pages

BOUNDS: tuple[dict[str, int], ...] = ({}, {"first": 2}, {"before": 3}, {"first": 9})
AUTHOR = {"userId": "ada", "connectionId": "c1"}


def act(history: History, pages: Operations) -> None:
    action = history.next()
    if action is not None:
        with history.deeper():
            perform(history, pages, action)


def perform(history: History, pages: Operations, action: Action) -> None:
    editor = history.editors[action.editor]
    if action.kind == "reconnect":
        vector, stored = editor.document.get_state(), list(history.stored)
        state = pages.load(PAGE)
        history.check(stored, state)
        editor.learn(documents.missing(state, vector))
    elif action.kind == "fold":
        assert pages.fold(PAGE) == 0
    elif (operation := history.outgoing(action)) is not None:
        pages.append(operation, AUTHOR)
        history.stored.append(operation.update)


def interrupt(history: History, pages: Operations) -> None:
    for _ in range(history.interruptions_now()):
        act(history, pages)


@pytest.fixture(params=["moto", "memory"])
def tables(request: pytest.FixtureRequest) -> tuple[Any, Any, int]:
    """A client, the items behind it, and how many histories it is quick enough for."""
    examples = settings().max_examples
    if request.param == "memory":
        memory = Memory()
        return memory, memory.items, 4 * examples
    client = request.getfixturevalue("dynamodb")
    return client, dynamodb_backends["123456789012"]["us-east-1"].tables[OPERATIONS].items, examples // 4


@pytest.mark.hypothesis
@pytest.mark.no_cover  # measuring makes it three times as slow, and the tests below run the same lines
def test_any_interleaving_converges_and_loses_nothing(tables: tuple[Any, Any, int], clock: Clock) -> None:
    client, items, examples = tables
    interrupted = Interrupted(client)
    pages = Operations(Table(interrupted, OPERATIONS, "timestamp"), LIMITS, clock)
    seen = {"histories": 0, "interruptions": 0}

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def converges(drawn: tuple[list[Action], list[tuple[int, int]]]) -> None:
        items.clear()
        history = History(list(drawn[0]), list(drawn[1]))
        interrupted.before = lambda: interrupt(history, pages)
        while history.actions:
            act(history, pages)
        interrupted.before = lambda: None
        for operation in history.unsent:
            pages.append(operation, AUTHOR)
        before = pages.load(PAGE)
        pages.fold(PAGE)
        after = pages.load(PAGE)
        assert text_of(before) == text_of(after) == written(*history.editors)
        for editor in history.editors:
            editor.learn(documents.missing(after, editor.document.get_state()))
            assert str(editor.text) == text_of(after)
        seen["histories"] += 1
        seen["interruptions"] += history.interruptions

    converges()
    assert seen["histories"] >= examples
    assert seen["interruptions"] > seen["histories"]


def test_memory_answers_as_moto_does(dynamodb: Any) -> None:
    def said(client: Any) -> list[Any]:
        table, answers = Table(client, OPERATIONS, "timestamp"), []

        def put(sort: int, condition: str | None = None, **values: Any) -> None:
            try:
                table.put({"pageId": PAGE, "timestamp": sort, "version": sort, "state": b"a"}, condition, **values)
            except ConditionError as error:
                answers.append(error.item)

        missing, same = "attribute_not_exists(pageId)", "attribute_not_exists(pageId) OR version = :before"
        put(1, "version = :before", before=1)
        for sort in (1, 3, 2):
            put(sort, missing)
        put(2, missing)
        put(3, same, before=2)
        put(3, same, before=3)
        put(4, same, before=1)
        answers += [table.get(PAGE, 1), table.get(PAGE, 9), table.get("other", 1)]
        answers += [list(table.query(*at, **bounds)) for at in ((PAGE,), ("other",)) for bounds in BOUNDS]
        table.delete_all([(PAGE, 1), (PAGE, 9)])
        return [*answers, list(table.query(PAGE))]

    answers = said(Memory())
    assert answers == said(dynamodb)
    assert [item and item["version"] for item in answers[:3]] == [None, 2, 3], "what stood in the way"
