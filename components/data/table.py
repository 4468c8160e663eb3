"""A DynamoDB table."""

from typing import Any, Literal, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.data.table_capacity import CapacityRange, TableCapacity
from components.data.table_rights import TableRights
from components.data.table_schema import TableSchema
from components.drift import ALWAYS, PROVISIONED, PROVISIONED_INDEXES, ignored
from components.operations.copy_region import RecoveryRegion
from components.security.key import Key
from settings import MisfitError, Problem, Settings
from settings.services.data import TableName

_LONGEST_PITR_DAYS = 35
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html"""


class TableSettings(Settings):
    """The name of a table, how it is paid for, and how far back and where it can be had again.

    With ``billing`` ``provisioned``, capacity follows the load between the bounds of ``read`` and ``write``, and there
    is no replica.
    """

    table_name: TableName
    """The table's name in AWS; another one replaces the table."""
    billing: Literal["onDemand", "provisioned"] = "onDemand"
    """Whether each request is paid for, or capacity that follows the load between bounds."""
    read: CapacityRange = Field(default_factory=CapacityRange)
    write: CapacityRange = Field(default_factory=CapacityRange)
    pitr_days: int = Field(default=_LONGEST_PITR_DAYS, ge=1, le=_LONGEST_PITR_DAYS)
    """How far back point-in-time recovery reaches."""
    replica_region: RecoveryRegion | None = None
    """A second region that holds and takes every item."""

    @model_validator(mode="after")
    def _replica_can_be_made(self) -> Self:
        # DynamoDB makes no replica of a provisioned table whose writes do not scale yet, and scaling can only be set
        # up once the table is there, which here means with its replica:
        # https://github.com/terraform-aws-modules/terraform-aws-dynamodb-table/issues/109
        if self.replica_region is not None and self.billing == "provisioned":
            raise MisfitError(
                Problem("billing", "provisioned and replicaRegion exclude each other; onDemand, or no replica")
            )
        return self


class Table(TableRights, Component):
    """A table encrypted with ``key``, which can be restored to any second of the last ``pitr_days``.

    Roles reach it through ``read``, ``write`` and ``read_write``, over TLS as DynamoDB takes nothing else. What
    changes goes to a stream, old and new image, when the schema says so or there is a replica. ``replica_key`` is a
    key in the replica's region. Where the environment protects data, neither table nor replica can be deleted.

    Raises ValueError when there is a replica's region without its key or the other way around, and when the schema
    contradicts itself.
    """

    def __init__(
        self,
        name: str,
        settings: TableSettings,
        *,
        schema: TableSchema,
        account: Account,
        key: Key,
        replica_key: Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if (settings.replica_region is None) != (replica_key is None):
            raise ValueError(f"{name}: a replica needs a region and a key of that region")
        self._key = key
        self._replica_region = settings.replica_region
        self._has_indexes = bool(schema.indexes)
        self._has_stream = schema.stream or replica_key is not None
        protected = account.safeguards.deletion_protection
        provisioned = settings.billing == "provisioned"
        capacity: dict[str, Any] = _capacity(settings) if provisioned else {}
        table = aws.dynamodb.Table(
            self.child("table"),
            name=settings.table_name,
            billing_mode="PROVISIONED" if provisioned else "PAY_PER_REQUEST",
            hash_key=schema.partition_key[0],
            range_key=schema.sort_key[0] if schema.sort_key else None,
            attributes=[{"name": attribute, "type": kind} for attribute, kind in sorted(schema.attributes.items())],
            global_secondary_indexes=_indexes(schema, capacity) or None,
            ttl={"attribute_name": schema.ttl_attribute, "enabled": True} if schema.ttl_attribute else None,
            # Replicas are fed with both images.
            stream_enabled=self._has_stream or None,
            stream_view_type="NEW_AND_OLD_IMAGES" if self._has_stream else None,
            point_in_time_recovery={"enabled": True, "recovery_period_in_days": settings.pitr_days},
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            deletion_protection_enabled=protected,
            replicas=_replica(settings.replica_region, replica_key, protected),
            **capacity,
            opts=self.child_options(ignore_changes=_scaled_elsewhere(schema) if provisioned else None),
        )
        self.arn = table.arn
        self.table_name = table.name
        self._replicas = table.replicas
        self._stream_arn = table.stream_arn
        if provisioned:
            TableCapacity(
                self.child("capacity"),
                table_name=table.name,
                indexes=sorted(schema.indexes),
                read=settings.read,
                write=settings.write,
                opts=self.child_options(),
            )
        self.register_outputs({"arn": self.arn, "tableName": self.table_name})

    @property
    def stream_arn(self) -> pulumi.Output[str]:
        """The stream of what changes. Raises AttributeError when the table has none."""
        if not self._has_stream:
            raise AttributeError(f"{self.name} has no stream; its schema must ask for one")
        return self._stream_arn

    @property
    def replica_stream_arn(self) -> pulumi.Output[str]:
        """The stream that the replica has of its own. Raises AttributeError when the table has no replica."""
        if self._replica_region is None:
            raise AttributeError(f"{self.name} has no replica")
        return self._replicas.apply(lambda replicas: str(replicas[0].stream_arn) if replicas else "")


def _capacity(settings: TableSettings) -> dict[str, Any]:
    """What table and indexes begin with."""
    return {"read_capacity": settings.read.minimum, "write_capacity": settings.write.minimum}


def _scaled_elsewhere(schema: TableSchema) -> list[str]:
    return ignored("aws:dynamodb/table:Table", PROVISIONED, PROVISIONED_INDEXES if schema.indexes else ALWAYS)


def _indexes(schema: TableSchema, capacity: dict[str, Any]) -> list[Any]:
    """By ``hash_key`` and ``range_key``: with ``key_schemas``, which replace them, the provider sees changes for ever.

    https://github.com/hashicorp/terraform-provider-aws/issues/46513
    """
    return [
        {
            "name": name,
            "hash_key": index.partition_key[0],
            **({"range_key": index.sort_key[0]} if index.sort_key else {}),
            "projection_type": "ALL",
            **capacity,
        }
        for name, index in sorted(schema.indexes.items())
    ]


def _replica(region: str | None, key: Key | None, protected: bool) -> list[Any] | None:
    if region is None or key is None:
        return None
    return [
        aws.dynamodb.TableReplicaArgs(
            region_name=region,
            kms_key_arn=key.arn,
            point_in_time_recovery=True,
            propagate_tags=True,
            deletion_protection_enabled=protected,
        )
    ]
