"""An AWS Backup restore testing plan, run weekly."""

import re
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.naming import fitted
from components.operations.protected_resource import ProtectedResource

_TESTED = frozenset({"Aurora", "DynamoDB", "EFS", "RDS", "S3"})
"""AWS Backup tests no cluster of EKS: https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html"""
_LONGEST_NAME = 50
_LATEST_DAYS = 7


class RestoreTests(Component):
    """A restore of the newest backup of each of ``resources`` from one vault, on Wednesdays at ``hour`` (UTC).

    Each stands where its ``restored_with`` says for an hour, so that somebody can look into it, and is then deleted
    by AWS Backup, which knows it by the tag ``awsbackup-restore-test``. A bucket is emptied by a rule of its lifecycle
    and can stay for days.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """

    def __init__(
        self,
        name: str,
        *,
        vault_arn: pulumi.Input[str],
        role_arn: pulumi.Input[str],
        resources: Sequence[ProtectedResource],
        hour: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        plan = aws.backup.RestoreTestingPlan(
            self.child("plan"),
            # Neither a plan nor a selection takes the hyphen of the names that Pulumi makes up.
            name=_plain(f"{pulumi.get_stack()}-{name}"),
            recovery_point_selection=aws.backup.RestoreTestingPlanRecoveryPointSelectionArgs(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[vault_arn],
                recovery_point_types=["SNAPSHOT"],
                selection_window_days=_LATEST_DAYS,
            ),
            schedule_expression=f"cron(0 {hour} ? * WED *)",
            start_window_hours=1,
            opts=self.child_options(),
        )
        for one in resources:
            if one.type in _TESTED:
                aws.backup.RestoreTestingSelection(
                    self.child(one.name),
                    name=_plain(one.name),
                    restore_testing_plan_name=plan.name,
                    protected_resource_type=one.type,
                    protected_resource_arns=[one.arn],
                    iam_role_arn=role_arn,
                    restore_metadata_overrides=dict(one.restored_with),
                    validation_window_hours=1,
                    opts=self.child_options(delete_before_replace=True),
                )
        self.register_outputs({"planArn": plan.arn})


def _plain(name: str) -> str:
    """A name of letters, digits and underscores."""
    return re.sub(r"[^A-Za-z0-9]", "_", fitted(name, _LONGEST_NAME))
