"""What is written without looking is what moto writes when it looks."""

import boto3
from moto import mock_aws

from .support import OPERATIONS, PAGE, create_tables
from .tables_in_memory import tables_in_memory

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
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")

    def answered() -> list[object]:
        create_tables(client)
        client.put_item(TableName=OPERATIONS, Item=_ITEM)
        found = client.get_item(TableName=OPERATIONS, Key=_KEY)
        asked = {"KeyConditionExpression": "pageId = :page", "ExpressionAttributeValues": {":page": _KEY["pageId"]}}
        return [found["Item"], client.query(TableName=OPERATIONS, **asked)["Items"]]

    with mock_aws():
        own = answered()
    with tables_in_memory():
        assert answered() == own == [_ITEM, [_ITEM]]
