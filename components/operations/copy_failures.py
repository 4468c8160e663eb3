"""Copy jobs of AWS Backup that failed or were completed, from events to metrics for alarms."""

from collections.abc import Iterable
from typing import Any

import pulumi

from components.operations.failed_events import FailedEvents
from components.security.key import Key


class CopyFailures(FailedEvents):
    """Copies out of one vault that failed, in whole or in part, for an alarm (``aws_backup.backups``).

    AWS Backup has a metric of copies as well, and does not say which vault's, and in which region, it is.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        vault_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # A part of a cluster's copy is missing: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyJob.html
        pattern = _copies(vault_arn, "FAILED", "PARTIAL")
        super().__init__(name, key=key, description="A copy of a backup failed", pattern=pattern, opts=opts)


class CopiesMade(FailedEvents):
    """Copies out of one vault that were made, for an alarm on those that were not (``aws_backup.backups``).

    Only those of ``types`` count, by AWS Backup's names of them: the copy of a cluster is one of each of its volumes as
    well, which would stand for copies of databases that were not made.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/eks-backups.html
    """

    _RULE = "made"

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        vault_arn: pulumi.Input[str],
        types: Iterable[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        pattern = _copies(vault_arn, "COMPLETED", resourceType=sorted(types))
        super().__init__(name, key=key, description="A copy of a backup was made", pattern=pattern, opts=opts)


def _copies(vault_arn: pulumi.Input[str], *states: str, **more: Any) -> dict[str, Any]:
    return {
        "source": ["aws.backup"],
        "detail-type": ["Copy Job State Change"],
        "detail": {"sourceBackupVaultArn": [vault_arn], "state": [*states], **more},
    }
