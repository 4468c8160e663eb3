"""Backups that outlive what they are backups of."""

from collections.abc import Sequence
from typing import Protocol

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.operations.copy_failures import CopyFailures
from components.operations.recovery import RecoveryRegion
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, policy_document, service_trust
from settings import Problem, Settings
from settings.services.windows import hour_from, overlap

_POLICIES = (
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
)
_BUCKET_POLICIES = ("AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore")


class BackedUpBucket(Protocol):
    """A versioned bucket that says what changes in it."""

    arn: pulumi.Output[str]

    def announce(self) -> None:
        """Sends the bucket's events to EventBridge."""
        ...


class HasWindows(Protocol):
    """The settings of a database: its daily and its weekly window in UTC."""

    @property
    def backup_window(self) -> str:
        """When RDS takes its own backup."""
        ...

    @property
    def maintenance_window(self) -> str:
        """When RDS may change the instance."""
        ...


class BackupSettings(Settings):
    """When the daily backup starts (UTC hour), where copies go, and whether the vault is locked.

    AWS Backup starts a job within the hour, and RDS refuses one that meets its maintenance or its own backup window, so
    the default leaves the defaults of both behind it:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
    A locked vault takes no backup with a shorter life than the environment's and lets nobody shorten one. Backups are
    snapshots: continuous ones would take the retention that RDS keeps for its own point-in-time recovery out of the
    stack's hands: https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
    """

    hour: int = Field(default=7, ge=0, le=23)
    copy_to_region: RecoveryRegion | None = None
    locked: bool = False

    def conflict(self, database: HasWindows) -> Problem | None:
        """Which window of a database the hour meets, as a problem of ``backup.hour``."""
        windows = {"backupWindow": database.backup_window, "maintenanceWindow": database.maintenance_window}
        met = [f"{key} ({window})" for key, window in windows.items() if overlap(hour_from(self.hour), window)]
        said = f"{self.hour} meets {' and '.join(met)}, in which RDS refuses a backup"
        return Problem("backup.hour", said) if met else None


class Backup(Component):
    """A daily AWS Backup of ``resources`` (ARNs) into an encrypted vault, kept as long as the environment says.

    So are the objects of ``buckets``, whose events AWS Backup follows to find what is new since the day before:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
    Where it copies, events of copies that failed are kept encrypted with ``notice_key``, whose policy must then hold
    ``publishers(account, "events")``. Where the environment protects its data nobody deletes a backup by hand, whatever
    their rights; age still does.
    """

    def __init__(
        self,
        name: str,
        settings: BackupSettings,
        *,
        account: Account,
        key: Key,
        notice_key: Key,
        resources: Sequence[pulumi.Input[str]],
        buckets: Sequence[BackedUpBucket] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self._role = self._backup_role(_POLICIES + (_BUCKET_POLICIES if buckets else ()))
        vault = self._vault("vault", key, settings)
        copies = []
        if settings.copy_to_region is not None:
            copies = [self._copy(settings.copy_to_region, settings)]
        plan = aws.backup.Plan(
            self.child("plan"),
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=f"cron(0 {settings.hour} ? * * *)",
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=account.safeguards.backup_days),
                    copy_actions=copies,
                )
            ],
            opts=self.child_options(),
        )
        aws.backup.Selection(
            self.child("selection"),
            plan_id=plan.id,
            iam_role_arn=self._role.arn,
            resources=[*resources, *(bucket.arn for bucket in buckets)],
            opts=self.child_options(),
        )
        for bucket in buckets:
            bucket.announce()
        self.copy_failures = None
        if settings.copy_to_region is not None:
            self.copy_failures = CopyFailures(
                self.child("copies"), key=notice_key, vault_arn=vault.arn, opts=self.child_options()
            )
        self.vault_name = vault.name
        self.each_day = len(resources) + len(buckets)
        """How many backups a day has."""
        self.register_outputs({"vaultName": self.vault_name, "planArn": plan.arn})

    def _backup_role(self, policies: Sequence[str]) -> Role:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"""
        return Role(
            self.child("role"),
            trust=service_trust("backup.amazonaws.com"),
            managed_policies=[self._account.managed_policy(policy) for policy in policies],
            description="AWS Backup: back up and restore",
            opts=self.child_options(),
        )

    def _copy(self, region: str, settings: BackupSettings) -> aws.backup.PlanRuleCopyActionArgs:
        key = Key(
            self.child("copy-key"),
            account=self._account,
            purpose=f"Copies of the backups of {self.name}",
            region=region,
            opts=self.child_options(),
        )
        return aws.backup.PlanRuleCopyActionArgs(
            destination_vault_arn=self._vault("copy-vault", key, settings, region).arn,
            lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=self._account.safeguards.backup_days),
        )

    def _vault(self, suffix: str, key: Key, settings: BackupSettings, region: str | None = None) -> aws.backup.Vault:
        safeguards = self._account.safeguards
        vault = aws.backup.Vault(
            self.child(suffix),
            kms_key_arn=key.arn,
            force_destroy=not safeguards.keeps_data,
            region=region,
            opts=self.child_options(),
        )
        if safeguards.deletion_protection:
            aws.backup.VaultPolicy(
                self.child(suffix, "policy"),
                backup_vault_name=vault.name,
                policy=policy_document([self._nobody_deletes()]),
                region=region,
                opts=self.child_options(),
            )
        if settings.locked:
            aws.backup.VaultLockConfiguration(
                self.child(suffix, "lock"),
                backup_vault_name=vault.name,
                min_retention_days=self._account.safeguards.backup_days,
                region=region,
                opts=self.child_options(),
            )
        return vault

    def _nobody_deletes(self) -> Statement:
        """AWS Backup itself deletes what is too old, by the plan's role or by its service-linked one.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-iam.html
        """
        service_role = self._account.arn(
            "iam", "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup", region=""
        )
        return Statement(
            "DenyDeletion",
            [
                "backup:DeleteRecoveryPoint",
                "backup:DisassociateRecoveryPoint",
                "backup:UpdateRecoveryPointLifecycle",
            ],
            ["*"],
            {"ArnNotEquals": {"aws:PrincipalArn": [service_role, self._role.arn]}},
            effect="Deny",
            principals="*",
        )
