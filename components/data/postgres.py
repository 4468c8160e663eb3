"""An RDS for PostgreSQL instance with its read replicas."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.data.managed_secret import managed_secret_arn
from components.data.postgres_primary import PRIMARY, PostgresPrimary
from components.data.postgres_settings import PostgresSettings
from components.drift import GROWS
from components.network.network import Network
from components.security.key import Key
from settings import refuse


class Postgres(PostgresPrimary):
    """A primary and its read replicas in the data tier, encrypted with ``key``, which only granted clients reach.

    Every connection is TLS, people and programs sign in by IAM (``connect``; the role needs ``rds_iam`` inside
    PostgreSQL) and the master password is kept and rotated in Secrets Manager. Both logs go to CloudWatch, so ``key``
    must let CloudWatch Logs use it (``log_groups``). Performance data is kept for 7 days; the small classes that RDS
    names as having none are MySQL's and MariaDB's:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html

    Replicas have everything the primary has but backups, a standby and a final snapshot. With
    ``replicated_elsewhere`` a ``PostgresRecovery`` can be made of it in another region, with ``followed`` a cluster of
    Aurora in its own; RDS lets only one of the two be. Raises ValueError for both, and for more replicas than zones.
    """

    def __init__(
        self,
        name: str,
        settings: PostgresSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        replicated_elsewhere: bool = False,
        followed: bool = False,
        parameters: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse(
            [
                settings.more_replicas_than(network.zones),
                settings.uncopied(f"{name}, copied elsewhere,") if replicated_elsewhere else None,
            ]
        )
        if followed and replicated_elsewhere:
            raise ValueError(f"{name}: RDS makes no Aurora replica of an instance with a replica in another region")
        super().__init__(name, settings, account=account, network=network, key=key, parameters=parameters, opts=opts)
        self.backup_days = settings.backup_days or account.safeguards.backup_days
        self.replicated_elsewhere = replicated_elsewhere
        self._before_rotation: list[pulumi.Resource] = []
        self._master = None if settings.manage_master_user_password else self._master_secret()
        primary = self._primary()
        replicas = {f"replica-{zone}": self._replica(primary, zone) for zone in network.zones[: settings.read_replicas]}
        self._instances = {PRIMARY: primary, **replicas}
        self.secret_arn = self._rotated(primary)
        self.arn = primary.arn
        self.endpoint = primary.address
        self.reader_endpoints = {key: replica.address for key, replica in replicas.items()}
        self.instance_ids = {key: instance.identifier for key, instance in self._instances.items()}
        self.register_outputs({"endpoint": self.endpoint, "readerEndpoints": self.reader_endpoints})

    def rotate_after(self, resource: pulumi.Resource) -> None:
        """Has the first rotation of a password that RDS does not manage wait for ``resource``.

        Whatever copies the primary must have begun before: RDS copies no instance whose password it is changing.
        """
        self._before_rotation.append(resource)

    def _primary(self) -> aws.rds.Instance:
        settings, safeguards = self.settings, self.account.safeguards
        kept = safeguards.keeps_data
        return self._instance(
            PRIMARY,
            self.identifier,
            conditions=self._drifting(),
            engine="postgres",
            engine_version=settings.engine_version,
            allow_major_version_upgrade=settings.major_upgrade or None,
            db_name=settings.db_name,
            username=settings.username,
            **self._password(),
            db_subnet_group_name=self._subnet_group.name,
            multi_az=settings.multi_az or safeguards.multi_az,
            allocated_storage=settings.storage_gib,
            storage_type="gp3",
            database_insights_mode="standard",
            backup_retention_period=self.backup_days,
            backup_window=settings.backup_window,
            delete_automated_backups=not kept,
            skip_final_snapshot=not kept,
            final_snapshot_identifier=self._final_snapshot() if kept else None,
        )

    def _drifting(self) -> tuple[str, ...]:
        return () if self.settings.max_storage_gib is None else (GROWS,)

    def _replica(self, primary: aws.rds.Instance, zone: str) -> aws.rds.Instance:
        """One in the same region, which takes the subnet group from the primary as well."""
        role = f"replica-{zone}"
        return self._replicated(
            role,
            f"{self.identifier}-{role}",
            primary.identifier,
            availability_zone=f"{self.account.region}{zone}",
            multi_az=False,
        )

    def _password(self) -> dict[str, Any]:
        """The input ``password`` is not ignored: where RDS gives its own up, it takes no update without another."""
        if self._master is None:
            return {"manage_master_user_password": True, "master_user_secret_kms_key_id": self._key.arn}
        return {"password": self._master.password}

    def _rotated(self, primary: aws.rds.Instance) -> pulumi.Output[str]:
        """Sets the rotation of the master password going; returns its secret."""
        days = self.settings.password_rotation_days
        if self._master is not None:
            # Read when the engine asks for it: after the program has made replicas in other regions.
            after = pulumi.Output.from_input(None).apply(lambda _: [*self._instances.values(), *self._before_rotation])
            self._master.rotate(days, after)
            return self._master.arn
        arn = managed_secret_arn(primary.master_user_secrets)
        # RDS rotates the secrets that it manages itself, every 7 days unless told otherwise; no function is needed.
        aws.secretsmanager.SecretRotation(
            self.child("master-schedule"),
            secret_id=arn,
            rotate_immediately=False,
            rotation_rules={"automatically_after_days": days},
            opts=self.child_options(),
        )
        return arn
