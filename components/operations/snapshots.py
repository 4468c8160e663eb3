"""EBS snapshots of persistent volumes by Data Lifecycle Manager."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.copy_region import CopiedElsewhere
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust
from settings.services.windows import Clock


class SnapshotsSettings(CopiedElsewhere):
    """``time`` is when the daily snapshot starts, UTC, give or take an hour; ``copy_to_region`` keeps copies there."""

    time: Clock = "03:00"
    """When the daily snapshot starts, in UTC, give or take an hour."""


class Snapshots(Component):
    """A daily snapshot of every EBS volume of the account that carries any of ``target_tags``, which therefore have to
    be the stack's alone (https://www.pulumi.com/registry/packages/aws/api-docs/dlm/lifecyclepolicy/); kept as long as
    the environment's backups.

    Snapshots are encrypted with ``key``, the key of the volumes; copies in another region with a key of their own
    there. Volumes that carry the tags later are taken in by themselves.
    """

    def __init__(
        self,
        name: str,
        settings: SnapshotsSettings,
        *,
        account: Account,
        key: Key,
        target_tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        region = settings.copies_to(account, "snapshots")
        copy_key = None
        if region is not None:
            copy_key = Key(
                self.child("copy-key"),
                account=account,
                purpose=f"Copies of the volume snapshots of {name}",
                region=region,
                opts=self.child_options(),
            )
        days = account.safeguards.backup_days
        policy = aws.dlm.LifecyclePolicy(
            self.child("policy"),
            description=f"Daily snapshots of {name}",
            execution_role_arn=self._role(account, key, copy_key).arn,
            state="ENABLED",
            policy_details=aws.dlm.LifecyclePolicyPolicyDetailsArgs(
                policy_type="EBS_SNAPSHOT_MANAGEMENT",
                resource_types=["VOLUME"],
                target_tags=dict(target_tags),
                schedules=[
                    aws.dlm.LifecyclePolicyPolicyDetailsScheduleArgs(
                        name="daily",
                        create_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleCreateRuleArgs(
                            interval=24, interval_unit="HOURS", times=settings.time
                        ),
                        retain_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleRetainRuleArgs(
                            interval=days, interval_unit="DAYS"
                        ),
                        copy_tags=True,
                        cross_region_copy_rules=_copies(region, copy_key, days),
                    )
                ],
            ),
            opts=self.child_options(),
        )
        self.register_outputs({"arn": policy.arn})

    def _role(self, account: Account, key: Key, copy_key: Key | None) -> Role:
        """https://docs.aws.amazon.com/ebs/latest/userguide/service-role.html"""
        return Role(
            self.child("role"),
            trust=service_trust("dlm.amazonaws.com", account_id=account.id, source_arn=account.arn("dlm", "policy/*")),
            managed_policies=[account.managed_policy("service-role/AWSDataLifecycleManagerServiceRole")],
            grants=[_copy_rights(key, copy_key)] if copy_key else [],
            description="Data Lifecycle Manager: snapshots of volumes",
            opts=self.child_options(),
        )


def _copies(
    region: str | None, key: Key | None, days: int
) -> list[aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleArgs]:
    if region is None or key is None:
        return []
    return [
        aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleArgs(
            target=region,
            encrypted=True,
            cmk_arn=key.arn,
            copy_tags=True,
            retain_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleRetainRuleArgs(
                interval=days, interval_unit="DAYS"
            ),
        )
    ]


def _copy_rights(key: Key, copy_key: Key) -> Grant:
    """The managed policy has no right to keys, which copying encrypted snapshots takes."""
    grants = Statement(
        "GrantKeysToEbs",
        ["kms:CreateGrant"],
        [key.arn, copy_key.arn],
        {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    )
    return Grant(key.use, copy_key.use, grants)
