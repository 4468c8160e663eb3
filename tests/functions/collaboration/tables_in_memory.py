"""moto's DynamoDB, whose answers are written without looking for what is not in them.

moto writes an answer member by member, and looks for each under five or more names. Of the ten members of an attribute
one is there, under its own name: looking for the others was four fifths of what a query of thirty items took. It also
looks through a class for the names of its methods with each call, and botocore puts together what it says of itself.
Between the two a request is signed, sent, matched with the addresses of all services and taken apart again: a third of
a call, which a client of ``client`` leaves out.
"""

import functools
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.model import OperationModel
from botocore.parsers import create_parser
from moto import mock_aws
from moto.core import responses
from moto.core.request import Request
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.responses import DynamoHandler

_CONFIG = Config(user_agent="a test")
_ATTRIBUTE = "AttributeValue"
_methods = functools.cache(responses.method_names_from_class)
_write = BaseJSONSerializer._serialize_type_structure
_parser = create_parser("json")


def _write_what_is_there(self: BaseJSONSerializer, written: dict[str, Any], value: Any, shape: Any, key: str) -> None:
    if shape.name != _ATTRIBUTE or not isinstance(value, dict):
        _write(self, written, value, shape, key)
        return
    attribute: dict[str, Any] = {}
    for kind, held in value.items():
        self._serialize(attribute, held, shape.members[kind], kind)
    self._default_serialize(written, attribute, shape, key)


def client(region: str = "us-east-1") -> Any:
    """A client of DynamoDB that asks moto and no address: only for within ``tables_in_memory``."""
    made = boto3.client("dynamodb", region, aws_access_key_id="test", aws_secret_access_key="test", config=_CONFIG)
    made.meta.events.register_last("before-call.dynamodb", _answer)
    return made


def _answer(model: OperationModel, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
    """As botocore's endpoint: the answer, with the members that a failure of this kind has."""
    asked = Request.from_primitives(params["method"], params["url"], params["headers"], params["body"])
    status, headers, body = DynamoHandler.dispatch(asked, asked.raw_url, asked.headers)
    told = {"status_code": status, "headers": HeadersDict(headers), "body": body.encode()}
    parsed = _parser.parse(told, model.output_shape)
    failure = model.service_model.shape_for_error_code(parsed["Error"]["Code"]) if status >= 300 else None
    if failure is not None:
        parsed.update(_parser.parse(told, failure))
    return AWSResponse(params["url"], status, headers, None), parsed


@contextmanager
def tables_in_memory() -> Generator[None]:
    """AWS by moto until the block ends, in which nothing is left over."""
    with (
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _write_what_is_there),
        patch.object(responses, "method_names_from_class", _methods),
        mock_aws(),
    ):
        yield
