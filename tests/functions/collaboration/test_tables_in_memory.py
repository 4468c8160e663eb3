"""What is written without looking is what moto writes when it looks."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from .support import OPERATIONS, PAGE, create_tables
from .tables_in_memory import client, tables_in_memory

_KEY = {"pageId": {"S": PAGE}, "timestamp": {"N": "1"}}
_ITEM = {
    **_KEY,
    "text": {"S": ""},
    "bytes": {"B": b"\0\xff"},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "names": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "pieces": {"BS": [b"a", b"b"]},
    "list": {"L": [{"N": "1"}, {"L": []}, {"M": {}}]},
    "map": {"M": {"S": {"S": "a"}, "deep": {"M": {"B": {"B": b"c"}}}}},
}


def test_answers_are_motos_own() -> None:
    """Of a client that asks moto by way of an endpoint, and of one that asks it at once; failures too."""
    plain = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    asked = {"KeyConditionExpression": "pageId = :page", "ExpressionAttributeValues": {":page": _KEY["pageId"]}}
    unless = {"ConditionExpression": "attribute_not_exists(pageId)"}
    old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    written = {"Put": {"TableName": OPERATIONS, "Item": _ITEM, **unless}}

    def failed(ask: Callable[..., Any], **what: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            ask(**what)
        said = dict(caught.value.response)
        return {
            **said,
            "kind": type(caught.value).__name__,
            "ResponseMetadata": said["ResponseMetadata"]["HTTPStatusCode"],
        }

    def answered(asking: Any) -> list[Any]:
        create_tables(asking)
        asking.put_item(TableName=OPERATIONS, Item=_ITEM)
        return [
            asking.get_item(TableName=OPERATIONS, Key=_KEY)["Item"],
            asking.query(TableName=OPERATIONS, **asked)["Items"],
            failed(asking.put_item, TableName=OPERATIONS, Item=_ITEM, **unless, **old),
            failed(asking.transact_write_items, TransactItems=[written]),
            failed(asking.get_item, TableName="gone", Key=_KEY),
        ]

    with mock_aws():
        own = answered(plain)
    assert own[:2] == [_ITEM, [_ITEM]]
    assert [each["kind"] for each in own[2:]] == [
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
        "ResourceNotFoundException",
    ]
    assert own[2]["Item"] == _ITEM
    for asking in (plain, client()):
        with tables_in_memory():
            assert answered(asking) == own
