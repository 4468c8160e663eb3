"""Grants on a DynamoDB table, whether this stack made it or another."""

from collections.abc import Sequence

import pulumi

from components.account import Account
from components.data.table_schema import TableSchema
from components.operations.protected_resource import ProtectedResource
from components.security.key import ExistingKey, Key
from components.statements import Grant, Statement, sid

_READ = ("BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "Query", "Scan")
_WRITE = ("BatchWriteItem", "DeleteItem", "DescribeTable", "PutItem", "UpdateItem")


class TableRights:
    """Statements on a table, its indexes, its stream and the key that they are encrypted with."""

    name: str
    arn: pulumi.Output[str]
    table_name: pulumi.Input[str]
    _key: Key | ExistingKey
    _has_indexes: bool

    @property
    def stream_arn(self) -> pulumi.Output[str]:
        """The stream of what changes."""
        raise NotImplementedError

    @property
    def backed_up(self) -> ProtectedResource:
        """The table for AWS Backup."""
        return ProtectedResource(
            self.name, "DynamoDB", self.arn, {"encryptionType": "KMS", "kmsMasterKeyArn": self._key.arn}
        )

    @property
    def read(self) -> Grant:
        """Lets a role read items, from the table and its indexes."""
        return self._grant("Read", _READ)

    @property
    def write(self) -> Grant:
        """Lets a role put, change and delete items, and read none."""
        return self._grant("Write", _WRITE)

    @property
    def read_write(self) -> Grant:
        """Lets a role read, put, change and delete items."""
        return self._grant("ReadWrite", sorted({*_READ, *_WRITE}))

    @property
    def read_stream(self) -> Grant:
        """Lets a role read the stream, and what an event source mapping needs beside that.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
        """
        actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        return Grant(
            Statement(sid("ReadStream", self.name), [*actions, "kms:Decrypt"], [self.stream_arn, self._key.arn]),
            # DynamoDB knows no resources for it.
            Statement(sid("ListStreams", self.name), ["dynamodb:ListStreams"], ["*"]),
        )

    def _grant(self, verb: str, actions: Sequence[str]) -> Grant:
        """On table and indexes, and the key: DynamoDB opens a table's key in the name of whoever uses the table.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        """
        indexes = [pulumi.Output.concat(self.arn, "/index/*")] if self._has_indexes else []
        granted = [f"dynamodb:{action}" for action in actions]
        return Statement(sid(verb, self.name), [*granted, "kms:Decrypt"], [self.arn, *indexes, self._key.arn])


class CopiedTable(TableRights):
    """The replica in this region of a table that a home stack made, by the table's name; ``stream`` is the replica's
    own."""

    def __init__(
        self,
        name: str,
        table_name: str,
        *,
        schema: TableSchema,
        account: Account,
        key: ExistingKey,
        stream: pulumi.Output[str],
    ) -> None:
        self.name = name
        self.table_name = table_name
        self.arn = pulumi.Output.from_input(account.arn("dynamodb", f"table/{table_name}"))
        self._key = key
        self._has_indexes = bool(schema.indexes)
        self._stream = stream

    @property
    def stream_arn(self) -> pulumi.Output[str]:
        """The stream of what changes in this region, here or in another."""
        return self._stream
