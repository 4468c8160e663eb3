"""RDS automated backups of a PostgreSQL instance, replicated to another region."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.postgres import Postgres
from components.security.key import Key


class BackupReplication(Component):
    """Snapshots and transaction logs of ``source`` in another region, for as many days as the source keeps its own.

    From them an instance can be restored there to any moment but the last minutes, with the home region down.
    ``account`` and ``key`` are those of the other region, and so are the options (``in_region``).
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html

    Raises ValueError when ``source`` lives in that region itself.
    """

    def __init__(
        self,
        name: str,
        *,
        source: Postgres,
        account: Account,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if account.region == source.account.region:
            raise ValueError(f"{name}: backups would be replicated to {account.region}, where they are")
        super().__init__(name, opts)
        replication = aws.rds.InstanceAutomatedBackupsReplication(
            self.child("replication"),
            source_db_instance_arn=source.arn,
            kms_key_id=key.arn,
            retention_period=source.backup_days,
            opts=self.child_options(),
        )
        source.rotate_after(replication)
        self.register_outputs({"id": replication.id})
