"""Sessions, operations and presence in one table with the keys ``pk`` and ``sk``, for a system that keeps one for all.

An item's pk is its kind, ``#`` and what is otherwise its pageId; its sk is the other key as text, numbers filled up
with zeros to keep their order. One attribute, ``ttl``, tells DynamoDB when to remove items of any kind. Whoever keeps
items of other kinds in the table is left alone.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from .tables import Item, Table, plain

SESSIONS, OPERATIONS, PRESENCE = "session", "operation", "presence"
_SORT_KEYS = {SESSIONS: "userId", OPERATIONS: "timestamp", PRESENCE: "userId"}
_PAGE, _SORT, _EXPIRY = "pk", "sk", "ttl"
_DIGITS = 38
"""As many as a number of DynamoDB has: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
_IMAGES = ("Keys", "OldImage", "NewImage")


class StateTable(Table):
    """The items of one kind, spoken to as if they had the table to themselves."""

    _page_key = _PAGE

    def __init__(self, client: Any, name: str, kind: str) -> None:
        super().__init__(client, name, _SORT)
        self._kind = kind

    def _page(self, page_id: str) -> str:
        return f"{self._kind}#{page_id}"

    def _sort(self, sort: str | int) -> str:
        return sort if isinstance(sort, str) else f"{sort:0{_DIGITS}}"

    def _stored(self, item: Item) -> Item:
        rest = dict(item)
        page_id, sort = rest.pop("pageId"), rest.pop(_SORT_KEYS[self._kind])
        expiry = {_EXPIRY: rest.pop("lastSeen")} if "lastSeen" in rest else {}
        return {_PAGE: self._page(page_id), _SORT: self._sort(sort), **rest, **expiry}

    def _found(self, item: dict[str, Any]) -> Item:
        return plain(_own(self._kind, item))

    def _spelled(self, expression: str) -> str:
        # A reserved word, so it must not be said plainly:
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
        return expression.replace("pageId", _PAGE).replace("lastSeen", "#ttl")

    def _write(self, method: Any, call: Item, condition: str | None, values: Item) -> Item:
        if "#ttl" in call.get("UpdateExpression", ""):
            call["ExpressionAttributeNames"] = {"#ttl": _EXPIRY}
        return super()._write(method, call, condition, values)


def own_records(records: Iterable[Item]) -> Iterator[Item]:
    """Records of a stream, those of the shared table as the stream of a table of their kind has them."""
    for record in records:
        change = record["dynamodb"]
        if _PAGE not in change["Keys"]:
            yield record
            continue
        kind = change["Keys"][_PAGE]["S"].partition("#")[0]
        if kind in _SORT_KEYS:
            images = {name: _own(kind, change[name]) for name in _IMAGES if name in change}
            yield {**record, "dynamodb": {**change, **images}}


def _own(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    """Typed attributes with the names and keys that the kind has in a table of its own."""
    rest = dict(item)
    page_id, sort = rest.pop(_PAGE)["S"].partition("#")[2], rest.pop(_SORT)["S"]
    if kind != OPERATIONS:
        expiry = {"lastSeen": rest.pop(_EXPIRY)} if _EXPIRY in rest else {}
        return {"pageId": {"S": page_id}, _SORT_KEYS[kind]: {"S": sort}, **rest, **expiry}
    return {"pageId": {"S": page_id}, _SORT_KEYS[kind]: {"N": str(int(sort))}, **rest}
