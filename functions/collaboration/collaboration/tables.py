"""One DynamoDB table spoken to in plain Python values."""

import base64
import time
from collections.abc import Iterable, Iterator
from typing import Any

import boto3
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.config import Config

Item = dict[str, Any]

_SERIALIZE = TypeSerializer().serialize
_DESERIALIZE = TypeDeserializer().deserialize
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before what DynamoDB was too busy for is asked again; afterwards as the last."""
_BATCH = 25
"""So many items fit one call: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""


def client(region: str | None = None) -> Any:
    """DynamoDB in a region, a function's own unless given; it gives up in time for a handler's 29 seconds."""
    patience = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
    return boto3.client("dynamodb", region_name=region, config=patience)


class ConditionError(Exception):
    """A conditional write found something else than it asked for; ``item`` is what was there."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("the item is not what the condition asks for")
        self.item = item


class Table:
    """Items under a partition key ``pageId`` and one sort key, always read with strong consistency."""

    _page_key = "pageId"

    def __init__(self, client: Any, name: str, sort_key: str) -> None:
        self._client = client
        self._name = name
        self._sort_key = sort_key

    def get(self, page_id: str, sort: str | int) -> Item | None:
        """One item, or None."""
        found = self._client.get_item(TableName=self._name, Key=self._key(page_id, sort), ConsistentRead=True)
        return self._found(found["Item"]) if "Item" in found else None

    def query(self, page_id: str, *, first: int | None = None, before: int | None = None) -> Iterator[Item]:
        """The items of a partition in order, from one sort key on or before one, until there is no more."""
        names: Item = {"#page": self._page_key}
        values: Item = {":page": self._page(page_id)}
        condition = "#page = :page"
        bound, comparison = (first, ">=") if first is not None else (before, "<")
        if bound is not None:
            names["#sort"], values[":bound"] = self._sort_key, self._sort(bound)
            condition += f" AND #sort {comparison} :bound"
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=_typed(values),
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(self._found, page["Items"])

    def put(self, item: Item, condition: str | None = None, **values: Any) -> None:
        """Writes an item, or raises ConditionError; ``values`` are the condition's, by name without the colon."""
        call = {"TableName": self._name, "Item": _typed(self._stored(item))}
        self._write(self._client.put_item, call, condition, values)

    def update(
        self, page_id: str, sort: str | int, expression: str, condition: str | None = None, **values: Any
    ) -> Item:
        """Changes an item as an update expression says and gives what it then is; ConditionError if it may not."""
        call = {
            "TableName": self._name,
            "Key": self._key(page_id, sort),
            "UpdateExpression": self._spelled(expression),
            "ReturnValues": "ALL_NEW",
        }
        return self._found(self._write(self._client.update_item, call, condition, values).get("Attributes", {}))

    def delete(self, page_id: str, sort: str | int, condition: str | None = None, **values: Any) -> None:
        """Removes an item if it is there, or raises ConditionError."""
        call = {"TableName": self._name, "Key": self._key(page_id, sort)}
        self._write(self._client.delete_item, call, condition, values)

    def delete_all(self, keys: Iterable[tuple[str, str | int]]) -> None:
        """Removes items in batches, asking again for what DynamoDB was too busy for."""
        waiting = [{"DeleteRequest": {"Key": self._key(*key)}} for key in keys]
        busy = 0
        while waiting:
            answer = self._client.batch_write_item(RequestItems={self._name: waiting[:_BATCH]})
            again = answer.get("UnprocessedItems", {}).get(self._name, [])
            waiting = waiting[_BATCH:] + again
            if again:
                time.sleep(_PAUSES[min(busy, len(_PAUSES) - 1)])
                busy += 1

    def _key(self, page_id: str, sort: str | int) -> dict[str, Any]:
        return _typed({self._page_key: self._page(page_id), self._sort_key: self._sort(sort)})

    def _page(self, page_id: str) -> str:
        """The partition of a page."""
        return page_id

    def _sort(self, sort: str | int) -> str | int:
        """The sort key as it is stored."""
        return sort

    def _stored(self, item: Item) -> Item:
        """An item as it is stored."""
        return item

    def _found(self, item: dict[str, Any]) -> Item:
        """A stored item, with typed attributes, as callers know it."""
        return plain(item)

    def _spelled(self, expression: str) -> str:
        """An expression with the attributes' names as they are stored."""
        return expression

    def _write(self, method: Any, call: Item, condition: str | None, values: Item) -> Item:
        if condition:
            call |= {
                "ConditionExpression": self._spelled(condition),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        if values:
            call["ExpressionAttributeValues"] = _typed({f":{name}": value for name, value in values.items()})
        try:
            return method(**call)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            found = error.response.get("Item")
            raise ConditionError(self._found(found) if found else None) from error


def plain(item: dict[str, Any]) -> Item:
    """Typed attributes, as DynamoDB gives them, in plain values; numbers are whole."""
    return {name: _plain(_DESERIALIZE(value)) for name, value in item.items()}


def streamed(image: dict[str, Any]) -> Item:
    """An image of a stream record in plain values: Lambda hands records over as JSON, where binary is base64 text.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    return plain({name: _from_text(value) for name, value in image.items()})


def _from_text(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    match kind:
        case "B":
            return {kind: base64.b64decode(held)}
        case "BS":
            return {kind: [base64.b64decode(one) for one in held]}
        case "L":
            return {kind: [_from_text(one) for one in held]}
        case "M":
            return {kind: {name: _from_text(one) for name, one in held.items()}}
        case _:
            return value


def _plain(value: Any) -> Any:
    match value:
        case Binary():
            return bytes(value)
        case str() | bytes() | set() | bool() | None:
            return value
        case _:
            return int(value)


def _typed(item: Item) -> dict[str, Any]:
    return {name: _SERIALIZE(value) for name, value in item.items()}
