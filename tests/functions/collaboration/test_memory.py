"""What a page will take of memory is counted in its encoding; one that could not be opened does not grow."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from collaboration import documents, limits, memory, messages
from collaboration.limits import Limits
from collaboration.messages import Operation, ProtocolError
from collaboration.operations import Operations
from collaboration.redis_pages import RedisPages
from collaboration.tables import Table
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText
from redis.asyncio import Redis

from .api import Api
from .support import OPERATIONS, PAGE, Clock, Editor, identities, operation_body, principal

_MIB = 2**20
_LITTLE = Limits(page_memory=20 * _MIB)


def characters(count: int) -> Editor:
    """Somebody who puts characters in one by one, each before all others, so that each is a block."""
    editor = Editor(0, iter(()))
    with editor.document.transaction():
        for _ in range(count):
            editor.text.insert(0, "a")
    return editor


def every_kind() -> Doc:
    """A document with each kind of content that a client can write."""
    document: Doc = Doc()
    document["list"] = Array([1, "x", {"k": [None, True, False, 2.5, -7, 10**12, b"z"]}, Map({"q": Text("nested")})])
    document["map"] = Map({"x": 1})
    document["map"]["x"] = 2
    document["text"] = text = Text("hello world, and what else there is")
    text.format(2, 5, {"bold": True})
    text.insert_embed(3, {"image": 1})
    del text[7:9]
    document["tree"] = tree = XmlFragment()
    tree.children.append(XmlElement("p", {"a": "b"})).children.append(XmlText("hi"))
    return document


def test_each_kind_of_block_is_gone_over_to_the_last() -> None:
    state = every_kind().get_update()
    reader = memory._Reader(state)
    for _ in range(reader.number()):
        blocks = reader.number()
        reader.numbers(2)
        for _ in range(blocks):
            reader.block()
    deleted = reader.at
    assert documents._deletes_in_order(state[deleted:]), "what follows the blocks is what is deleted"
    assert state[deleted] == 1, "by one client"


def test_blocks_are_counted_and_what_is_typed_in_a_row_is_one() -> None:
    assert memory.counts(characters(1_000).document.get_update()) == memory.Counts(1_000)
    row = Editor(0, iter(()))
    row.append("a" * 1_000)
    assert memory.counts(row.document.get_update()) == memory.Counts(1)


def test_what_is_under_a_name_and_what_holds_others_is_counted() -> None:
    document: Doc = Doc()
    document["map"] = Map({"a": 1, "b": Map({"c": 2})})
    assert memory.counts(document.get_update()) == memory.Counts(3, 2, 3)
    document["map"]["a"] = 3
    assert memory.counts(document.get_update()).named >= 3


def test_values_of_a_list_are_counted_though_they_are_one_block() -> None:
    document: Doc = Doc()
    document["list"] = Array(list(range(1_000)))
    assert memory.counts(document.get_update()) == memory.Counts(1, 1_000)


def test_what_is_not_known_counts_as_the_smallest_there_are() -> None:
    """As whoever writes a later version of Yjs may send it."""
    state = bytearray(characters(10).document.get_update())
    unknown = bytes([1, 10, 1, 0]) + bytes([0x1F]) * 101
    assert memory.counts(bytes(state)).blocks == 10
    assert memory.counts(unknown).blocks >= 50


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_what_is_cut_off_counts_as_well(cut: int) -> None:
    memory.counts(every_kind().get_update()[:cut])


def test_a_function_has_what_lambda_says_and_a_container_what_the_kernel_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = Limits.from_environment({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"})
    assert told.page_memory == (1024 - 130) * _MIB
    assert Limits.from_environment({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}).page_memory == 16 * _MIB
    monkeypatch.setattr(limits, "_OF_CONTAINER", tmp_path / "memory.max")
    assert Limits.from_environment({}).page_memory == Limits().page_memory
    (tmp_path / "memory.max").write_text("max\n")
    assert Limits.from_environment({}).page_memory == Limits().page_memory
    (tmp_path / "memory.max").write_text(f"{512 * _MIB}\n")
    assert Limits.from_environment({}).page_memory == Limits().page_memory
    (tmp_path / "memory.max").write_text(f"{2048 * _MIB}\n")
    assert Limits.from_environment({"PAGE_MEMORY": "7"}).page_memory == 7


def full_page() -> tuple[Editor, list[Operation]]:
    """A page that takes more than four fifths of what there is; what comes then: something new, and a removal."""
    editor = characters(45_000)
    state = editor.document.get_update()
    assert not memory.has_room(memory.needed(state), _LITTLE)
    made = Editor(1, identities())
    made.learn(state)
    made.append("more")
    made.remove(0)
    return editor, made.made


def test_a_function_refuses_what_would_make_a_page_unreadable(dynamodb: Any, clock: Clock) -> None:
    editor, (more, less) = full_page()
    pages = Operations(Table(dynamodb, OPERATIONS, "timestamp"), _LITTLE, clock)
    author = {"userId": "ada", "connectionId": "c1"}
    pages._switch(PAGE, {"version": 0, "chunks": 0}, editor.document.get_update())
    with pytest.raises(ProtocolError) as refused:
        pages.append(more, author)
    assert (refused.value.code, refused.value.operation_id) == ("pageFull", more.operation_id)
    assert not list(pages._waiting(PAGE)), "nothing is acknowledged, and nothing kept"
    assert not pages.append(less, author).duplicate, "whoever takes something out may"


def test_a_server_refuses_what_would_make_a_page_unreadable(redis_url: str, clock: Clock) -> None:
    editor, (more, less) = full_page()

    async def scenario() -> None:
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
            pages = RedisPages(redis, _LITTLE, clock)
            assert await pages._replace(PAGE, None, editor.document.get_update())
            with pytest.raises(ProtocolError) as refused:
                await pages.append(more, "ada")
            assert refused.value.code == "pageFull"
            assert await pages.append(less, "ada")

    asyncio.run(scenario())


def test_a_large_operation_does_not_wait_beside_a_page(dynamodb: Any, api: Api) -> None:
    """A hundred of these would take more memory than the page that they wait for."""
    api.join("c1", principal())
    writer = Editor(0, identities())
    writer.append("short")
    writer.append("long " * 10_000)
    short, long = writer.made
    api.say("c1", operation_body(short))
    assert len(list(api.room.operations._waiting(PAGE))) == 1
    frame = {"action": "operation", "pageId": PAGE, "operationId": long.operation_id}
    for text in messages.in_parts(frame, long.update, Limits()):
        api.say("c1", text)
    assert not list(api.room.operations._waiting(PAGE))
    assert [frame["action"] for frame in api.told("c1")][-1] == "ack"
