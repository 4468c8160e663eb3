"""Failed copy jobs of AWS Backup, from events to a metric for an alarm."""

import pulumi

from components.operations.failed_events import FailedEvents
from components.security.key import Key


class CopyFailures(FailedEvents):
    """Failed copies out of one vault, for an alarm (``delivery_alarms.backups``).

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
        pattern = {
            "source": ["aws.backup"],
            "detail-type": ["Copy Job State Change"],
            "detail": {"sourceBackupVaultArn": [vault_arn], "state": ["FAILED"]},
        }
        super().__init__(name, key=key, description="A copy of a backup failed", pattern=pattern, opts=opts)
