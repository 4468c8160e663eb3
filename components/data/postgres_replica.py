"""A read replica of a PostgreSQL instance in another region."""

import pulumi

from components.account import Account
from components.data.postgres import Postgres
from components.data.postgres_connections import max_connections
from components.data.postgres_instances import PostgresInstances
from components.network.network import Network
from components.security.key import Key
from settings import Name, Settings
from settings.services.rds import InstanceClass

REPLICA = "replica"


class PostgresReplicaSettings(Settings):
    """Identifier and size of the replica; without ``instance_class`` it is as big as its source."""

    identifier: Name
    instance_class: InstanceClass | None = None
    multi_az: bool = False
    """A standby in a second zone of the other region, so that a promoted replica has one from the first minute."""
    deletable: bool = False
    """Whether it is protected from deletion no more, while all else is: an update before it goes."""


class PostgresReplica(PostgresInstances):
    """An asynchronous, read-only copy of ``source`` in the data tier of another region; promoted by hand, it writes.

    ``account``, ``network`` and ``key`` are those of the other region, and so are the options (``in_region``). Version,
    storage, users and databases are the source's; key, security group, parameters and logs its own. Clients sign in by
    IAM (``connect``), as users that were made in the source. There are no backups before the promotion.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html

    Raises ValueError when ``source`` was not made with ``replicated_elsewhere``, or lives in the same region, and for a
    class that takes fewer connections than the source's.
    """

    def __init__(
        self,
        name: str,
        settings: PostgresReplicaSettings,
        *,
        source: Postgres,
        account: Account,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not source.replicated_elsewhere:
            raise ValueError(f"{name}: the source {source.name} must be made with replicated_elsewhere")
        if account.region == source.account.region:
            raise ValueError(f"{name}: the replica would lie in {account.region}, like its source")
        own = {
            "identifier": settings.identifier,
            "instance_class": settings.instance_class or source.settings.instance_class,
            "replicas_deletable": settings.deletable,
        }
        copied = source.settings.model_copy(update=own)
        _check_connections(name, source.settings.instance_class, copied.instance_class)
        super().__init__(
            name, copied, account=account, network=network, key=key, parameters=source.parameters, opts=opts
        )
        replica = self._replicated(
            REPLICA,
            settings.identifier,
            # Across regions RDS knows the source by its ARN only, and asks where the replica shall stand.
            source.arn,
            db_subnet_group_name=self._subnet_group.name,
            multi_az=settings.multi_az,
        )
        source.rotate_after(replica)
        self._instances = {REPLICA: replica}
        self.arn = replica.arn
        self.endpoint = replica.address
        self.instance_ids = {REPLICA: replica.identifier}
        self.register_outputs({"endpoint": self.endpoint})


def _check_connections(name: str, source: str, copy: str) -> None:
    """RDS sets max_connections by the class, and a copy that has fewer than its source stops following it:
    https://www.postgresql.org/docs/15/hot-standby.html#HOT-STANDBY-ADMIN"""
    theirs, own = max_connections(source), max_connections(copy)
    if own < theirs:
        raise ValueError(f"{name}: {copy} takes {own} connections, {source} {theirs}; PostgreSQL copies to no fewer")
