"""Watches a vault of copies where it is: what happens in it is said in its own region alone."""

from dataclasses import replace

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.alarms import Alarms, aws_backup
from components.operations.topic import ALARMS, Notices, NoticesSettings
from components.operations.vault_changes import VaultChanges
from components.region import in_region
from components.security.key import Key, publishers
from components.statements import Grant


class CopiesWatched(Component):
    """Alarms on ``vault``, which lies in ``region``, with a topic and a key there: on changes of the vault, of its lock
    and of the copies in it, and on failed restores. They ring whatever has become of the stack's own region.

    Whoever gets the stack's notices gets these, and confirms them once more: SNS has addresses by topic.
    """

    def __init__(
        self,
        name: str,
        settings: NoticesSettings,
        *,
        account: Account,
        region: str,
        vault: aws.backup.Vault,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, pulumi.ResourceOptions.merge(in_region(region), opts))
        there = replace(account, region=region)
        key = Key(
            self.child("key"),
            account=there,
            purpose=f"Notices of copies of backups in {region}",
            usable_by=[publishers(account, ALARMS, "events")],
            opts=self.child_options(),
        )
        changes = VaultChanges(self.child("changes"), key=key, vault_names=[vault.name], opts=self.child_options())
        notices = Notices(
            self.child("notices"),
            settings,
            account=there,
            key=key,
            publishers=[ALARMS],
            opts=self.child_options(),
        )
        Alarms(
            self.child("alarms"),
            aws_backup.copied(vault.name, changes),
            notices=notices,
            opts=self.child_options(),
        )
        self._changes = changes
        self.register_outputs({"topicArn": notices.topic_arn})

    @property
    def operate(self) -> Grant:
        """Lets a role read what was said."""
        return self._changes.operate
