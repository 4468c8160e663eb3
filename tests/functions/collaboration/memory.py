"""A client of DynamoDB that keeps items in memory: what the operations' store asks of it, fast enough for a search."""

from collections.abc import Iterator
from typing import Any

Item = dict[str, Any]


class RefusedError(Exception):
    """The condition of a write is not met; ``response`` holds what was there."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("the conditional request failed")
        self.response: Item = {"Item": item} if item else {}


class _Exceptions:
    ConditionalCheckFailedException = RefusedError


class Memory:
    """One table under ``pageId`` and the number ``timestamp``. Whatever else it is asked for is an error."""

    exceptions = _Exceptions

    def __init__(self) -> None:
        self.items: dict[tuple[str, int], Item] = {}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool) -> Item:
        found = self.items.get(_key(Key))
        return {"Item": dict(found)} if found else {}

    def put_item(self, *, TableName: str, Item: Item, ConditionExpression: str = "", **more: Any) -> Item:
        key = _key(Item)
        before = self.items.get(key)
        if ConditionExpression and not _met(ConditionExpression, before, more.get("ExpressionAttributeValues", {})):
            raise RefusedError(before)
        self.items[key] = dict(Item)
        return {}

    def batch_write_item(self, *, RequestItems: dict[str, list[dict[str, dict[str, Item]]]]) -> Item:
        for request in (request for requests in RequestItems.values() for request in requests):
            self.items.pop(_key(request["DeleteRequest"]["Key"]), None)
        return {}

    def get_paginator(self, operation: str) -> "Memory":
        assert operation == "query"
        return self

    def paginate(self, *, KeyConditionExpression: str, ExpressionAttributeValues: Item, **_: Any) -> Iterator[Item]:
        """The items of the page as they are when it is asked for; one page holds them all."""
        page = ExpressionAttributeValues[":page"]["S"]
        bound = int(ExpressionAttributeValues.get(":bound", {"N": "0"})["N"])
        below = KeyConditionExpression.endswith("#sort < :bound")
        assert below or KeyConditionExpression.endswith(("#sort >= :bound", "#page = :page"))
        keys = sorted(key for key in self.items if key[0] == page and (key[1] < bound if below else key[1] >= bound))
        yield {"Items": [dict(self.items[key]) for key in keys]}


def _key(item: Item) -> tuple[str, int]:
    return item["pageId"]["S"], int(item["timestamp"]["N"])


def _met(expression: str, item: Item | None, values: Item) -> bool:
    """Any of the conditions, of which there are two kinds."""
    for condition in expression.split(" OR "):
        if condition == "attribute_not_exists(pageId)":
            met = item is None
        elif condition == "attribute_exists(pageId)":
            met = item is not None
        else:
            name, value = condition.split(" = ")
            met = item is not None and item.get(name) == values[value]
        if met:
            return True
    return False
