"""An AWS Backup vault with its lock and its access policy."""

from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.security.key import Key
from components.statements import Statement, policy_document
from settings import Settings


class ComplianceSettings(Settings):
    """A lock that holds for ever.

    Once ``changeable_for_days`` have gone by, nobody takes it away or deletes a backup before its time: not the root
    user, and not AWS. A vault can be deleted only when its last backup has come to its end, and is paid for until then.
    ``for_ever: true`` says that this is meant. https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """

    changeable_for_days: int = Field(ge=3, le=36500)
    """For how many days the lock can still be taken away."""
    for_ever: Literal[True]
    """``true`` says that a lock is meant that nobody can take away afterwards."""


def make_vault(
    parent: Component,
    suffix: str,
    key: Key,
    *,
    account: Account,
    spared: pulumi.Input[str],
    locked: bool,
    compliance: ComplianceSettings | None,
    region: str | None = None,
) -> aws.backup.Vault:
    """A vault of ``parent``, in ``region`` where that is not the stack's own, encrypted with ``key``.

    Where the environment protects its data, only AWS Backup and the role ``spared`` delete what is in it. One that is
    ``locked`` takes no backup with a shorter life than the environment's and lets nobody shorten one, until somebody
    who may takes the lock away; with ``compliance`` nobody may.
    """
    safeguards = account.safeguards
    vault = aws.backup.Vault(
        parent.child(suffix),
        kms_key_arn=key.arn,
        force_destroy=not safeguards.keeps_data,
        region=region,
        opts=parent.child_options(),
    )
    if safeguards.deletion_protection:
        aws.backup.VaultPolicy(
            parent.child(suffix, "policy"),
            backup_vault_name=vault.name,
            policy=policy_document([_nobody_deletes(account, spared)]),
            region=region,
            opts=parent.child_options(),
        )
    if locked:
        aws.backup.VaultLockConfiguration(
            parent.child(suffix, "lock"),
            backup_vault_name=vault.name,
            min_retention_days=safeguards.backup_days,
            changeable_for_days=compliance.changeable_for_days if compliance else None,
            region=region,
            # A vault has one lock.
            opts=parent.child_options(delete_before_replace=True),
        )
    return vault


def _nobody_deletes(account: Account, spared: pulumi.Input[str]) -> Statement:
    """AWS Backup itself deletes what is too old, by the plan's role or by its service-linked one.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-iam.html
    """
    service_role = account.arn("iam", "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup", region="")
    return Statement(
        "DenyDeletion",
        ["backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"],
        ["*"],
        {"ArnNotEquals": {"aws:PrincipalArn": [service_role, spared]}},
        effect="Deny",
        principals="*",
    )
