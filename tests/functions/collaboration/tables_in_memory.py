"""moto's DynamoDB, whose answers are written without looking for what is not in them.

moto writes an answer member by member, and looks for each under five or more names. Of the ten members of an attribute
one is there, under its own name: looking for the others was four fifths of what a query of thirty items took. It also
looks through a class for the names of its methods with each call, and botocore puts together what it says of itself.
"""

import functools
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore.config import Config
from moto import mock_aws
from moto.core import responses
from moto.core.serialize import BaseJSONSerializer

CLIENT = Config(user_agent="a test")
_ATTRIBUTE = "AttributeValue"
_methods = functools.cache(responses.method_names_from_class)
_write = BaseJSONSerializer._serialize_type_structure


def _write_what_is_there(self: BaseJSONSerializer, written: dict[str, Any], value: Any, shape: Any, key: str) -> None:
    if shape.name != _ATTRIBUTE or not isinstance(value, dict):
        _write(self, written, value, shape, key)
        return
    attribute: dict[str, Any] = {}
    for kind, held in value.items():
        self._serialize(attribute, held, shape.members[kind], kind)
    self._default_serialize(written, attribute, shape, key)


@contextmanager
def tables_in_memory() -> Generator[None]:
    """AWS by moto until the block ends, in which nothing is left over."""
    with (
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _write_what_is_there),
        patch.object(responses, "method_names_from_class", _methods),
        mock_aws(),
    ):
        yield
