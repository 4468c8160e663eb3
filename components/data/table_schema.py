"""The schema of a DynamoDB table: keys, indexes, TTL attribute, stream."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

AttributeType = Literal["S", "N", "B"]
"""Text, a number, or bytes."""
Attribute = tuple[str, AttributeType]
"""An attribute's name and type."""


@dataclass(frozen=True)
class TableIndex:
    """A global secondary index, which holds every attribute of an item."""

    partition_key: Attribute
    sort_key: Attribute | None = None


@dataclass(frozen=True)
class TableSchema:
    """Keys, global secondary indexes by name, and what goes with them; it belongs to the code that uses the table.

    Items are deleted some time after the moment in ``ttl_attribute``, a number of seconds since 1970:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
    """

    partition_key: Attribute
    sort_key: Attribute | None = None
    indexes: Mapping[str, TableIndex] = field(default_factory=dict)
    ttl_attribute: str | None = None
    stream: bool = False

    @property
    def attributes(self) -> dict[str, AttributeType]:
        """The type of every attribute that a key is made of.

        Raises ValueError when two keys disagree about a type, or what expires an item is no number.
        """
        types: dict[str, AttributeType] = {}
        for name, kind in self._keys():
            if types.setdefault(name, kind) != kind:
                raise ValueError(f"attribute {name} cannot be both {types[name]} and {kind}")
        if types.get(self.ttl_attribute or "", "N") != "N":
            raise ValueError(f"attribute {self.ttl_attribute} expires items and must be a number")
        return types

    def _keys(self) -> Iterator[Attribute]:
        for keys in (self, *self.indexes.values()):
            yield keys.partition_key
            if keys.sort_key is not None:
                yield keys.sort_key
