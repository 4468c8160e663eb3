"""Copies of backups in a vault of another account, which outlive the loss of the stack's own."""

from components.account import Account
from components.statements import Statement
from settings import MisfitError, Problem

_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


def refuse_own_account(vault: str, account: Account) -> None:
    """Raises MisfitError for a vault of the stack's own account."""
    if vault.split(":")[4] == account.id:
        said = f"is of {account.id}, the stack's own account; copies in it are lost together with it"
        raise MisfitError(Problem("backup.copyToVault", said))


def shared_with(vault: str) -> list[Statement]:
    """Lets the account of a vault read what a key encrypts, to encrypt the copy by its own.

    Its AWS Backup makes the copy by grants on the key, as AWS says for accounts that share one:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
    https://repost.aws/knowledge-center/backup-troubleshoot-cross-account-copy
    """
    _, partition, _, _, account, *_ = vault.split(":")
    who = {"AWS": [f"arn:{partition}:iam::{account}:root"]}
    grants = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
    return [
        Statement("CopiesElsewhere", _USE, ["*"], principals=who),
        Statement("GrantsElsewhere", grants, ["*"], {"Bool": {"kms:GrantIsForAWSResource": "true"}}, principals=who),
    ]
