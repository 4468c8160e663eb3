"""Vaults of other accounts that take copies of backups: what that account and the organisation have to have done.

https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
"""

from collections.abc import Iterator

from analyser.analyses.prerequisites.model import ACCOUNT, Prerequisite, urns
from analyser.analyses.recovery.plans import region_and_account
from analyser.analyses.recovery.vaults_elsewhere import copied_elsewhere, key_check, named, where
from analyser.graph import Graph, Node


def vaults_elsewhere(graph: Graph) -> Iterator[Prerequisite]:
    """The organisation's switch, and of each vault its key and its access policy."""
    taken = copied_elsewhere(graph)
    if taken:
        yield Prerequisite(
            kind="backup-across-accounts",
            title="the organisation lets AWS Backup copy from one account to another",
            why="copies to another account fail until then, and to one outside the organisation always",
            check='aws backup describe-global-settings --profile "$MANAGEMENT" '
            "--query 'GlobalSettings.isCrossAccountBackupEnabled' --output text",
            good="true",
            make=(
                "# MANAGEMENT is a profile of the organisation's management account:",
                'aws backup update-global-settings --profile "$MANAGEMENT" '
                "--global-settings isCrossAccountBackupEnabled=true",
            ),
            urns=urns([plan for plans in taken.values() for plan in plans]),
        )
    for vault, plans in sorted(taken.items()):
        yield _key(vault, plans)
        yield _policy(vault, plans)


def _key(vault: str, plans: list[Node]) -> Prerequisite:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html"""
    made = (
        f"$(aws kms create-key {where(vault)} --description 'Copies of backups' --query KeyMetadata.Arn --output text)"
    )
    return Prerequisite(
        kind="vault-elsewhere-key",
        title=f"the vault {vault.rpartition(':')[2]} of {region_and_account(vault)[1]} has a customer key",
        why="a copy is encrypted by the key of the vault that it comes to, and AWS Backup copies nothing from another "
        "account into one under its own key",
        check=key_check(vault),
        good="CUSTOMER Enabled",
        make=(
            f"# COPIES is a profile of {region_and_account(vault)[1]}. A vault keeps the key that it is made with: one "
            "under aws/backup is emptied and deleted first, or another is named in backup.copyToVault",
            f'aws backup create-backup-vault {named(vault)} --encryption-key-arn "{made}"',
        ),
        urns=urns(plans),
    )


def _policy(vault: str, plans: list[Node]) -> Prerequisite:
    who = f"--arg who arn:{vault.split(':')[1]}:iam::{ACCOUNT}:root"
    allow = (
        '{Version: "2012-10-17", Statement: [{Effect: "Allow", Action: "backup:CopyIntoBackupVault", '
        'Resource: "*", Principal: {AWS: $who}}]}'
    )
    return Prerequisite(
        kind="vault-elsewhere",
        title=f"the vault {vault.rpartition(':')[2]} of {region_and_account(vault)[1]} takes copies of this account",
        why="AWS Backup copies into no vault whose access policy does not say so",
        check=f"aws backup get-backup-vault-access-policy {named(vault)} --query Policy --output text",
        good=f"a statement that allows backup:CopyIntoBackupVault to the root of {ACCOUNT}",
        make=(
            f"# COPIES is a profile of {region_and_account(vault)[1]}. A vault has one policy; what is in it stays "
            "beside this:",
            f"jq --null-input {who} '{allow}' > policy.json",
            f"aws backup put-backup-vault-access-policy {named(vault)} --policy file://policy.json",
        ),
        urns=urns(plans),
    )
