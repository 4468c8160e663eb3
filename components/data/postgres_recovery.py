"""A cross-region read replica of RDS for PostgreSQL, until it is promoted."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.data.postgres_connections import max_connections
from components.data.postgres_primary import PRIMARY, PostgresPrimary
from components.data.postgres_settings import PostgresSettings
from components.network.network import Network
from components.security.key import Key
from settings import MisfitError, Problem, refuse


class PostgresRecovery(PostgresPrimary):
    """A read-only copy of the instance ``source_arn`` names, in the data tier of a recovery region; ``promoted``, it
    writes, and what becomes of its source is no longer its concern.

    Engine, version, storage, users, databases and the master password are the source's; key, security group, parameters
    and logs its own, with the same ``parameters`` as the source's. Clients sign in by IAM (``connect``) as users that
    were made in the source: promoted or not, it is the same instance, with the same names and rights. It is backed up
    from the beginning, as RDS does since PostgreSQL 14.1; to a point in time it can be restored from its promotion on.
    Then it has a standby in a second zone where the environment requires one or its own ``multiAz`` says so, which says
    nothing of it while it follows, nor does that of the home stack; and the secret of its master user gets a
    password of its own; the function that sets it stands by. Read replicas are made in an update after the promotion.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.html

    Raises ValueError for a master password that RDS manages, and, of what is not promoted, for read replicas and for a
    class that takes fewer connections than ``source_class``; without that one nobody compares them.
    """

    def __init__(
        self,
        name: str,
        settings: PostgresSettings,
        *,
        source_arn: pulumi.Input[str],
        source_class: str | None,
        promoted: bool,
        account: Account,
        network: Network,
        key: Key,
        parameters: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse([settings.uncopied(f"{name}, a copy,"), settings.more_replicas_than(network.zones)])
        if settings.read_replicas and not promoted:
            raise MisfitError(Problem("database.readReplicas", "are made in an update after the promotion; 0"))
        if source_class and not promoted:
            _refuse_fewer_connections(source_class, settings.instance_class)
        # Whatever a promotion changes would else wait for the maintenance window.
        at_once = settings.model_copy(update={"apply_immediately": settings.apply_immediately or promoted})
        super().__init__(name, at_once, account=account, network=network, key=key, parameters=parameters, opts=opts)
        self.backup_days = settings.backup_days or account.safeguards.backup_days
        self._master = self._master_secret(created=False)
        instance = self._writer() if promoted else self._follower(source_arn)
        zones = network.zones[: settings.read_replicas]
        replicas = {f"replica-{zone}": self._reader(instance, zone) for zone in zones}
        self._instances = {PRIMARY: instance, **replicas}
        self.instance = instance
        """What is promoted, for what must not come before."""
        self.follows = not promoted
        if promoted:
            self._master.rotate(settings.password_rotation_days, pulumi.Output.from_input([instance]))
        else:
            self._master.stand_by()
        self.secret_arn = self._master.arn
        self.arn = instance.arn
        self.endpoint = instance.address
        self.reader_endpoints = {key: replica.address for key, replica in replicas.items()}
        self.instance_ids = {key: each.identifier for key, each in self._instances.items()}
        self.lagging = [PRIMARY] if self.follows else list(self.reader_endpoints)
        """The instances, by role, that follow another, and so lag."""
        self.register_outputs({"endpoint": self.endpoint, "readerEndpoints": self.reader_endpoints})

    def _follower(self, source_arn: pulumi.Input[str]) -> aws.rds.Instance:
        return self._instance(
            PRIMARY,
            self.identifier,
            gone_first=True,
            # Across regions RDS knows the source by its ARN only, and asks where the copy shall stand.
            replicate_source_db=source_arn,
            multi_az=False,
            # RDS takes no last snapshot of a replica.
            skip_final_snapshot=True,
            **self._either(),
        )

    def _writer(self) -> aws.rds.Instance:
        """Nothing is said that it has from its source: RDS would replace it for another engine, user or database."""
        safeguards = self.account.safeguards
        return self._instance(
            PRIMARY,
            self.identifier,
            gone_first=True,
            multi_az=self.settings.multi_az or safeguards.multi_az,
            skip_final_snapshot=not safeguards.keeps_data,
            final_snapshot_identifier=self._final_snapshot() if safeguards.keeps_data else None,
            **self._either(),
        )

    def _either(self) -> dict[str, Any]:
        """What a promotion leaves as it is."""
        return {
            "db_subnet_group_name": self._subnet_group.name,
            # Of a replica RDS takes a type only together with IOPS; its default is gp3 as well.
            "storage_type": "gp3" if self.settings.provisioned[0] else None,
            "backup_retention_period": self.backup_days,
            "backup_window": self.settings.backup_window,
            "delete_automated_backups": not self.account.safeguards.keeps_data,
        }

    def _reader(self, primary: aws.rds.Instance, zone: str) -> aws.rds.Instance:
        role = f"replica-{zone}"
        place = f"{self.account.region}{zone}"
        return self._replicated(
            role, f"{self.identifier}-{role}", primary.identifier, availability_zone=place, multi_az=False
        )


def _refuse_fewer_connections(source: str, copy: str) -> None:
    """RDS sets max_connections by the class, and a copy that has fewer than its source stops following it.

    https://www.postgresql.org/docs/15/hot-standby.html#HOT-STANDBY-ADMIN
    """
    if copy == source:
        return
    theirs, own = max_connections(source), max_connections(copy)
    if own < theirs:
        what = f"{copy} takes {own} connections, {source} of the home stack {theirs}; PostgreSQL copies to no fewer"
        raise MisfitError(Problem("settings.database.instanceClass", what))
