"""Copy jobs of AWS Backup that failed or were completed, from events to metrics for alarms."""

from collections.abc import Iterable
from typing import Any

import pulumi

from components.component import Component
from components.compute.failure_queue import read_failures
from components.operations.failed_events import FailedEvents, keep_events, make_rule
from components.operations.protected_resource import ProtectedResource
from components.security.key import Key
from components.statements import Grant


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


class CopiesMade(Component):
    """Copies out of one vault that were made, by store, for an alarm on each that was not (``aws_backup.backups``).

    Each of ``resources`` has a rule of its own: a copy of one stands for no other, nor one of a cluster's volumes for
    the cluster. AWS Backup's metric of copies names types of resources and no store. What was made is kept as failures
    are, encrypted with ``key``.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        vault_arn: pulumi.Input[str],
        resources: Iterable[ProtectedResource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        rules = {
            one.name: make_rule(
                self,
                f"{one.name}-made",
                f"A copy of a backup of {one.name} was made",
                _copies(vault_arn, "COMPLETED", resourceArn=[one.arn]),
            )
            for one in resources
        }
        self._queue = keep_events(self, key, {f"{store}-target": rule for store, rule in rules.items()})
        self._key = key
        self.rule_names = {store: rule.name for store, rule in rules.items()}
        """The rule of each store, by the store's name in the program."""
        self.register_outputs({"queueName": self._queue.name})

    @property
    def operate(self) -> Grant:
        """Lets a role read which copies were made."""
        return read_failures(self.name, self._queue, self._key)


def _copies(vault_arn: pulumi.Input[str], *states: str, **more: Any) -> dict[str, Any]:
    """COMPLETED and FAILED events have ``state`` (no ``status``, as those of restores), ``resourceArn`` and
    ``sourceBackupVaultArn``; those of CREATED have no ``resourceArn``.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html#aws-backup-events-copy-job
    """
    return {
        "source": ["aws.backup"],
        "detail-type": ["Copy Job State Change"],
        "detail": {"sourceBackupVaultArn": [vault_arn], "state": [*states], **more},
    }
