"""What a Confluence home stack replicates to the recovery region, and the outputs that it passes to that stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pulumi

from components.data.backup_replication import BackupReplication
from components.data.bucket import Bucket
from components.data.bucket_replication import BucketReplication
from components.data.global_cache import GlobalDatastore
from components.data.image_replication import ImageReplication
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.data.table import Table
from components.edge.origin_secret import OriginSecret
from systems.confluence.parts import Data, Names
from systems.confluence.settings import Copies
from systems.foundation import Stack
from systems.recovery_region import SecondRegion
from systems.recovery_stack import SECRET


@dataclass(frozen=True)
class Contract:
    """The outputs that a home stack passes to its recovery stack."""

    domain: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    database_arn: pulumi.Input[str]
    datastore_id: pulumi.Input[str]
    """Of the cache, with the letters that ElastiCache puts before its name."""
    data_key_arn: pulumi.Input[str]
    """The key in the recovery region of the copies of buckets and tables."""
    secrets_key_arn: pulumi.Input[str]
    secret_arns: pulumi.Input[Mapping[str, str]]
    """By name, the signing key's among them; the copies' differ by the region alone."""
    streams: pulumi.Input[Mapping[str, str]]
    """Of the tables' replicas, by key; none in the EKS model."""
    origin_headers: pulumi.Input[Sequence[str]] = field(metadata=SECRET)
    """What proves that a request came through the distribution: the values that are accepted."""


@dataclass(frozen=True)
class Pushed:
    """Replicas that the home stack creates in the recovery region."""

    datastore: GlobalDatastore
    static: Bucket


def push_copies(
    stack: Stack[object],
    *,
    settings: Copies,
    database: Postgres,
    cache: Redis,
    buckets: Mapping[str, Bucket],
    recovery: SecondRegion,
) -> Pushed:
    """Backups, cache and buckets; copies of secrets and tables go with those."""
    BackupReplication(
        "postgres-backups", source=database, account=recovery.account, key=recovery.key, opts=recovery.options
    )
    logs = LogBucket("recovery-access-logs", settings.access_logs, account=recovery.account, opts=recovery.options)
    copies = BucketReplication(
        "bucket-copies",
        account=stack.account,
        sources=buckets,
        key=stack.keys.data,
        target_account=recovery.account,
        target_key=recovery.key,
        access_logs=logs,
    )
    if settings.images:
        ImageReplication(
            "image-copies", account=stack.account, region=recovery.account.region, namespaces=list(settings.images)
        )
    return Pushed(GlobalDatastore("cache-copy", primary=cache), copies.destinations["static"])


def contract_of(
    names: Names, *, data: Data, pushed: Pushed, recovery: SecondRegion, tables: Mapping[str, Table]
) -> Contract:
    """The contract of a home stack."""
    header = cast("OriginSecret", names.origin_secret)
    return Contract(
        domain=names.domain,
        zone_id=names.zone.zone_id,
        database_arn=data.database.arn,
        datastore_id=pushed.datastore.datastore_id,
        data_key_arn=recovery.key.arn,
        secrets_key_arn=recovery.secrets_key.arn,
        secret_arns=_by_name({key: each.arn for key, each in {**data.secrets, "jwt-secret": data.signing_key}.items()}),
        streams=_by_name({key: table.replica_stream_arn for key, table in tables.items()}),
        origin_headers=pulumi.Output.all(*header.accepted),
    )


def _by_name(found: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[Mapping[str, str]]:
    return pulumi.Output.from_input(dict(found)).apply(dict)
