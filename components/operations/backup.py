"""AWS Backup: a plan, its selection and its vault, with copies to another region."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, ValidationInfo, model_validator

from components.account import Account
from components.component import Component
from components.operations.backup_sharing import refuse_own_account, shared_with
from components.operations.backup_vault import ComplianceSettings, make_vault
from components.operations.copy_failures import CopiesMade, CopyFailures
from components.operations.copy_region import CopiedElsewhere
from components.operations.protected_resource import ProtectedResource
from components.operations.restore_tests import RestoreTests
from components.operations.vault_changes import VaultChanges
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust
from settings import Environment, MisfitError, Problem
from settings.services.operations import VaultArn
from settings.services.windows import hours_from, overlap

_POLICIES = (
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
)
_BUCKET_POLICIES = ("AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore")
_START_MINUTES = 60
_TEST_AFTER_HOURS = 4


class BackedUpBucket(Protocol):
    """A versioned bucket that sends its changes to EventBridge, as AWS Backup requires."""

    @property
    def backed_up(self) -> ProtectedResource:
        """The bucket for AWS Backup."""
        ...

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


class BackupSettings(CopiedElsewhere):
    """When the daily backup starts (UTC hour), where copies go, whether the vaults are locked, and whether what is in
    them is restored every week to see that it can be.

    A job starts within the hour. RDS refuses one in its maintenance or its own backup window and in the hour before
    either, so the default leaves the defaults of both behind it:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    A locked vault takes no backup with a shorter life than the environment's and lets nobody shorten one. Backups are
    snapshots: continuous ones would take the retention that RDS keeps for its own point-in-time recovery out of the
    stack's hands: https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
    """

    hour: int = Field(default=7, ge=0, le=23)
    """The hour (UTC) in which the daily backup starts."""
    locked: bool | None = None
    """Unsaid, as long as the environment protects its data; whoever may change vaults takes the lock away again."""
    compliance: ComplianceSettings | None = None
    copy_to_vault: VaultArn | None = None
    """A vault of another account in the stack's region that takes a copy of each backup as well; none unless given."""
    restore_tests: bool | None = None
    """Unsaid, as the environment has it."""

    @model_validator(mode="after")
    def _lock_can_hold(self, info: ValidationInfo) -> Self:
        if self.compliance is None:
            return self
        if self.locked is False:
            raise MisfitError(Problem("locked", "false contradicts compliance, which is a lock"))
        environment = (info.context or {}).get("environment")
        if isinstance(environment, Environment) and not environment.safeguards.keeps_data:
            raise MisfitError(
                Problem("compliance", f"{environment} could not be taken down; prod alone keeps its data")
            )
        return self

    @model_validator(mode="after")
    def _vault_is_beside(self, info: ValidationInfo) -> Self:
        """RDS copies to another region or to another account, and not to both at once.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
        """
        region = (info.context or {}).get("region")
        if self.copy_to_vault and region and self.copy_to_vault.split(":")[3] != region:
            said = f"lies outside {region}, and databases are copied to another account within their region alone"
            raise MisfitError(Problem("copyToVault", said))
        return self

    @property
    def key_users(self) -> list[Statement]:
        """For the policies of the keys of what is backed up: the account that takes copies."""
        return shared_with(self.copy_to_vault) if self.copy_to_vault else []

    def conflict(self, database: HasWindows) -> Problem | None:
        """Which window of a database the hour meets, as a problem of ``backup.hour``."""
        windows = {"backupWindow": database.backup_window, "maintenanceWindow": database.maintenance_window}
        met = [f"{key} ({window})" for key, window in windows.items() if overlap(hours_from(self.hour, 2), window)]
        said = f"{self.hour} meets {' and '.join(met)}, in which and before which RDS refuses a backup"
        return Problem("backup.hour", said) if met else None

    def locks(self, account: Account) -> bool:
        """Whether the vaults are locked; one that is about to go is not, unless that is said to be for ever."""
        if self.compliance is not None:
            return True
        if self.locked is None:
            return account.safeguards.deletion_protection
        return self.locked and not account.deletable

    def tests_restores(self, account: Account) -> bool:
        """Whether backups are restored every week."""
        return account.safeguards.tests_restores if self.restore_tests is None else self.restore_tests


class Backup(Component):
    """A daily AWS Backup of ``resources`` into an encrypted vault, kept as long as the environment says.

    So are the objects of ``buckets``, whose events AWS Backup follows to find what is new since the day before:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
    What AWS Backup says of changes and, where it copies, of copies is kept encrypted with ``notice_key``, whose policy
    must hold ``publishers(account, "events")``. Where it copies to another account, the keys of ``resources`` and
    ``key`` must hold the settings' ``key_users``; what that account has to do is for ``strata check --before``. Where
    the environment protects its data nobody deletes a backup by hand, whatever their rights; age still does.
    """

    def __init__(
        self,
        name: str,
        settings: BackupSettings,
        *,
        account: Account,
        key: Key,
        notice_key: Key,
        resources: Sequence[ProtectedResource],
        buckets: Sequence[BackedUpBucket] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        region = settings.copies_to(account, "backup")
        super().__init__(name, opts)
        self._account, self._settings = account, settings
        everything = [*resources, *(bucket.backed_up for bucket in buckets)]
        self._role = self._backup_role(_POLICIES + (_BUCKET_POLICIES if buckets else ()))
        vault = self._vault("vault", key)
        self.copies = None if region is None else self._vault("copy-vault", self._copy_key(region), region)
        """The vault of copies in the second region, if there is one."""
        taken = [] if self.copies is None else [self.copies.arn]
        if settings.copy_to_vault is not None:
            refuse_own_account(settings.copy_to_vault, account)
            taken.append(pulumi.Output.from_input(settings.copy_to_vault))
        plan = self._plan(vault, taken)
        aws.backup.Selection(
            self.child("selection"),
            plan_id=plan.id,
            iam_role_arn=self._role.arn,
            resources=[one.arn for one in everything],
            opts=self.child_options(),
        )
        for bucket in buckets:
            bucket.announce()
        self.changes = VaultChanges(
            self.child("changes"),
            key=notice_key,
            vault_names=[vault.name],
            plan_id=plan.id,
            opts=self.child_options(),
        )
        self.copy_failures = self.copies_made = None
        if taken:
            said = {"key": notice_key, "vault_arn": vault.arn, "opts": self.child_options()}
            self.copy_failures = CopyFailures(self.child("copies"), **said)
            self.copies_made = CopiesMade(self.child("copied"), resources=everything, **said)
        self.tested = settings.tests_restores(account)
        if self.tested:
            RestoreTests(
                self.child("restore-tests"),
                vault_arn=vault.arn,
                role_arn=self._role.arn,
                resources=everything,
                hour=(settings.hour + _TEST_AFTER_HOURS) % 24,
                opts=self.child_options(),
            )
        self.vault_name = vault.name
        self.each_day = Counter(one.type for one in everything)
        """How many backups a day has, by type of resource."""
        self.copies_each_day = len(taken)
        """How many copies are made of each backup."""
        self.register_outputs({"vaultName": self.vault_name, "planArn": plan.arn})

    def _plan(self, vault: aws.backup.Vault, copies: Sequence[pulumi.Output[str]]) -> aws.backup.Plan:
        days = self._account.safeguards.backup_days
        return aws.backup.Plan(
            self.child("plan"),
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=f"cron(0 {self._settings.hour} ? * * *)",
                    # Eight hours unless said, which could run into a window of RDS.
                    start_window=_START_MINUTES,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=days),
                    copy_actions=[
                        aws.backup.PlanRuleCopyActionArgs(
                            destination_vault_arn=copy,
                            lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=days),
                        )
                        for copy in copies
                    ],
                )
            ],
            opts=self.child_options(),
        )

    def _backup_role(self, policies: Sequence[str]) -> Role:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"""
        return Role(
            self.child("role"),
            trust=service_trust("backup.amazonaws.com"),
            managed_policies=[self._account.managed_policy(policy) for policy in policies],
            description="AWS Backup: back up and restore",
            opts=self.child_options(),
        )

    def _copy_key(self, region: str) -> Key:
        return Key(
            self.child("copy-key"),
            account=self._account,
            purpose=f"Copies of the backups of {self.name}",
            region=region,
            opts=self.child_options(),
        )

    def _vault(self, suffix: str, key: Key, region: str | None = None) -> aws.backup.Vault:
        return make_vault(
            self,
            suffix,
            key,
            account=self._account,
            spared=self._role.arn,
            locked=self._settings.locks(self._account),
            compliance=self._settings.compliance,
            region=region,
        )
