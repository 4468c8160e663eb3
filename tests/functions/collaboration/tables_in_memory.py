"""moto's DynamoDB, whose answers are written without looking for what is not in them.

moto writes an answer member by member, and looks for each under five or more names. Of the ten members of an attribute
one is there, under its own name: looking for the others was four fifths of what a query of thirty items took.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto import mock_aws
from moto.core.serialize import BaseJSONSerializer

_ATTRIBUTE = "AttributeValue"
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
def tables_in_memory() -> Iterator[None]:
    """AWS by moto until the block ends, in which nothing is left over."""
    with patch.object(BaseJSONSerializer, "_serialize_type_structure", _write_what_is_there), mock_aws():
        yield
