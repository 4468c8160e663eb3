"""What a records home stack replicates to the recovery region, and the outputs that it passes to that stack."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi

from components.data.bucket_replication import BucketReplication
from components.data.image_replication import ImageReplication
from components.data.log_bucket import LogBucket
from components.region import in_region
from components.security.key import Key
from systems.foundation import Stack
from systems.records.parts import Data, Edge
from systems.records.settings import SystemSettings
from systems.recovery_stack import SECRET, contract_outputs


@dataclass(frozen=True)
class Contract:
    """What a recovery stack cannot derive of its home."""

    zone_id: pulumi.Input[str]
    database_arn: pulumi.Input[str]
    copies_key_arn: pulumi.Input[str]
    """What copies of buckets are encrypted with."""
    origin_headers: pulumi.Input[Sequence[str]] = field(metadata=SECRET)
    """The values of which the distribution sends one."""


def replicate(stack: Stack[SystemSettings], *, data: Data, edge: Edge) -> dict[str, Any]:
    """Copies of buckets and images in the second region, where there is one; the outputs of it."""
    copies = stack.settings.copies
    if copies is None:
        return {}
    there = replace(stack.account, region=copies.region)
    key = Key("copies-key", account=there, purpose=f"Copies of the buckets in {there.region}", region=there.region)
    BucketReplication(
        "copies",
        account=stack.account,
        sources={"backups": data.backups, "archives": data.archives},
        key=stack.keys.data,
        target_account=there,
        target_key=key,
        access_logs=LogBucket("copies-access-logs", copies.access_logs, account=there, opts=in_region(there.region)),
    )
    if copies.images:
        ImageReplication("images", account=stack.account, region=there.region, namespaces=copies.images)
    contract = Contract(
        zone_id=edge.zone.zone_id,
        database_arn=data.database.arn,
        copies_key_arn=key.arn,
        origin_headers=pulumi.Output.all(*edge.secret.accepted),
    )
    return contract_outputs(contract)
