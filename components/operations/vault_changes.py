"""Changes of backup vaults and plans, from CloudTrail events to a metric for an alarm."""

from collections.abc import Sequence

import pulumi

from components.operations.failed_events import FailedEvents
from components.security.key import Key

_GONE = ["MODIFIED", "DELETED"]
CALLS = [
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteRecoveryPoint",
    "DisassociateRecoveryPoint",
    "PutBackupVaultAccessPolicy",
    "PutBackupVaultLockConfiguration",
    "UpdateRecoveryPointLifecycle",
]


class VaultChanges(FailedEvents):
    """Changes of vaults and of their plan by any principal, for an alarm (``alarms.aws_backup``).

    AWS Backup tells of vaults that are locked, unlocked or deleted, and of plans. What is done to a vault's policy or
    to single backups EventBridge knows from CloudTrail alone, where the account has a trail.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """

    _RULE = "changed"

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        vault_names: Sequence[pulumi.Input[str]],
        plan_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        vaults = {"backupVaultName": list(vault_names)}
        calls = {"eventSource": ["backup.amazonaws.com"], "eventName": CALLS, "requestParameters": vaults}
        plan = {"detail-type": ["Backup Plan State Change"], "detail": {"backupPlanId": [plan_id], "state": _GONE}}
        pattern = {
            "source": ["aws.backup"],
            "$or": [
                {"detail-type": ["Backup Vault State Change"], "detail": {**vaults, "state": _GONE}},
                *([] if plan_id is None else [plan]),
                {"detail-type": ["AWS API Call via CloudTrail"], "detail": calls},
            ],
        }
        super().__init__(name, key=key, description="What keeps backups was changed", pattern=pattern, opts=opts)
