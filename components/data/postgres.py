"""An RDS for PostgreSQL instance with its read replicas."""

from typing import Any

import pulumi
import pulumi_aws as aws
from pydantic import Field, ValidationInfo, field_validator

from components.account import Account
from components.component import Component
from components.data.gp3 import Gp3Settings
from components.data.master_secret import MasterSecret
from components.data.postgres_values import DatabaseName, EngineVersion, MasterUser, family
from components.data.windows import DailyWindow, WeeklyWindow, overlap
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust, sid
from settings import Name

PORT = 5432
PRIMARY = "primary"
_LOGS = ("postgresql", "upgrade")
_PARAMETERS = {
    "rds.force_ssl": "1",
    "log_connections": "1",
    "log_disconnections": "1",
    "log_lock_waits": "1",
    "log_min_duration_statement": "1000",  # milliseconds
}
_TIMEOUTS = pulumi.CustomTimeouts(create="2h", update="3h", delete="2h")
"""Creating a replica copies the primary and deleting in prod takes a snapshot: both grow with the storage."""


class PostgresSettings(Gp3Settings):
    """Identifier, version, size and times of a PostgreSQL instance; windows are in UTC, retention is in days.

    A minor version that is given has to be raised here once automatic upgrades have passed it.
    """

    identifier: Name
    engine_version: EngineVersion = "15.19"
    instance_class: str = Field(pattern=r"^db\.[a-z][a-z0-9]*\.[a-z0-9]+$", examples=["db.r5.2xlarge"])
    username: MasterUser = "dbadmin"
    db_name: DatabaseName | None = None
    multi_az: bool = False
    """A standby in a second zone; an environment that demands one has it either way."""
    read_replicas: int = Field(default=0, ge=0, le=5)
    """How many, each in a zone of its own."""
    backup_days: int | None = Field(default=None, ge=7, le=35)
    """How far back point-in-time recovery reaches; without it, as far as the environment says."""
    backup_window: DailyWindow = "03:00-04:00"
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    password_rotation_days: int = Field(default=30, ge=1, le=90)

    @field_validator("maintenance_window")
    @classmethod
    def _apart_from_backup(cls, value: str, info: ValidationInfo) -> str:
        backup = info.data.get("backup_window")
        if backup is not None and overlap(backup, value):
            raise ValueError(f"{value} overlaps backupWindow ({backup}), which RDS refuses")
        return value


class Postgres(Component):
    """A primary and its read replicas in the data tier, encrypted with ``key``, which only granted clients reach.

    Every connection is TLS, people and programs sign in by IAM (``connect``; the role needs ``rds_iam`` inside
    PostgreSQL) and the master password is kept and rotated in Secrets Manager. Both logs go to CloudWatch, so ``key``
    must let CloudWatch Logs use it (``log_groups``). Performance data is kept for 7 days; the small classes that RDS
    names as having none are MySQL's and MariaDB's:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html

    Replicas have everything the primary has but backups, a standby and a final snapshot. Raises ValueError when there
    are more replicas than zones.
    """

    def __init__(
        self,
        name: str,
        settings: PostgresSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if settings.read_replicas > len(network.zones):
            raise ValueError(
                f"{settings.read_replicas} read replicas need as many zones; the network has {network.zones}"
            )
        self._settings = settings
        self._account = account
        self._key = key
        self.identifier = settings.identifier
        self.db_name = settings.db_name or "postgres"
        """The database to connect to: the one made with the instance, or the one that is always there."""
        self.port = PORT
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=f"PostgreSQL {self.identifier}", opts=self.child_options()
        )
        self._subnet_group = aws.rds.SubnetGroup(
            self.child("subnet-group"),
            description=f"Data tier for {self.identifier}",
            subnet_ids=list(network.data_subnet_ids.values()),
            opts=self.child_options(),
        )
        self._parameter_group = aws.rds.ParameterGroup(
            self.child("parameter-group"),
            family=family(settings.engine_version),
            description=f"TLS only and logging for {self.identifier}",
            parameters=[{"name": key, "value": value} for key, value in _PARAMETERS.items()],
            opts=self.child_options(),
        )
        self._monitoring = Role(
            self.child("monitoring"),
            trust=service_trust(
                "monitoring.rds.amazonaws.com",
                account_id=account.id,
                source_arn=account.arn("rds", f"db:{self.identifier}*"),
            ),
            managed_policies=[account.managed_policy("service-role/AmazonRDSEnhancedMonitoringRole")],
            description=f"Enhanced monitoring of {self.identifier}",
            opts=self.child_options(),
        )
        # RDS takes no managed password on an instance that has replicas: see MasterSecret.
        self._master = self._master_secret() if settings.read_replicas else None
        primary = self._primary()
        replicas = {f"replica-{zone}": self._replica(primary, zone) for zone in network.zones[: settings.read_replicas]}
        self._instances = {PRIMARY: primary, **replicas}
        self.secret_arn = self._rotated(primary)
        self.arn = primary.arn
        self.endpoint = primary.address
        self.reader_endpoints = {key: replica.address for key, replica in replicas.items()}
        self.instance_ids = {key: instance.identifier for key, instance in self._instances.items()}
        self.register_outputs({"endpoint": self.endpoint, "readerEndpoints": self.reader_endpoints})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to the primary and the replicas."""
        self._security_group.allow(client, PORT, f"PostgreSQL {self.identifier}")

    def connect(self, user: str) -> Statement:
        """Lets a role sign in as the PostgreSQL user ``user``, on the primary and the replicas.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
        """
        users = [
            pulumi.Output.concat(self._account.arn("rds-db", "dbuser:"), instance.resource_id, "/", user)
            for instance in self._instances.values()
        ]
        return Statement(sid("Connect", self.name), ["rds-db:connect"], users)

    @property
    def read_secret(self) -> Statement:
        """Lets a role read the master user's name and password, together with ``decrypt`` of the key."""
        actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        return Statement(sid("ReadMasterSecret", self.name), actions, [self.secret_arn])

    def _master_secret(self) -> MasterSecret:
        return MasterSecret(
            self.child("master"),
            account=self._account,
            key=self._key,
            identifier=self.identifier,
            username=self._settings.username,
            opts=self.child_options(),
        )

    def _primary(self) -> aws.rds.Instance:
        settings, safeguards = self._settings, self._account.safeguards
        kept = safeguards.deletion_protection
        return self._instance(
            PRIMARY,
            self.identifier,
            engine="postgres",
            engine_version=settings.engine_version,
            db_name=settings.db_name,
            username=settings.username,
            **self._password(),
            db_subnet_group_name=self._subnet_group.name,
            multi_az=settings.multi_az or safeguards.multi_az,
            allocated_storage=settings.storage_gib,
            storage_type="gp3",
            database_insights_mode="standard",
            backup_retention_period=settings.backup_days or safeguards.backup_days,
            backup_window=settings.backup_window,
            delete_automated_backups=not kept,
            skip_final_snapshot=not kept,
            final_snapshot_identifier=f"{self.identifier}-final" if kept else None,
        )

    def _replica(self, primary: aws.rds.Instance, zone: str) -> aws.rds.Instance:
        """Engine, user, database, storage size and subnet group come from the primary and must not be given."""
        role = f"replica-{zone}"
        return self._instance(
            role,
            f"{self.identifier}-{role}",
            replicate_source_db=primary.identifier,
            availability_zone=f"{self._account.region}{zone}",
            multi_az=False,
            # For a replica RDS takes a type only together with IOPS; its default is gp3 as well.
            storage_type="gp3" if self._settings.provisioned[0] else None,
            skip_final_snapshot=True,
        )

    def _instance(self, role: str, identifier: str, **own: Any) -> aws.rds.Instance:
        """What the primary and its replicas share."""
        iops, throughput = self._settings.provisioned
        return aws.rds.Instance(
            self.child(role),
            identifier=identifier,
            instance_class=self._settings.instance_class,
            port=PORT,
            max_allocated_storage=self._settings.max_storage_gib,
            iops=iops,
            storage_throughput=throughput,
            storage_encrypted=True,
            kms_key_id=self._key.arn,
            publicly_accessible=False,
            vpc_security_group_ids=[self._security_group.security_group_id],
            parameter_group_name=self._parameter_group.name,
            iam_database_authentication_enabled=True,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            enabled_cloudwatch_logs_exports=list(_LOGS),
            performance_insights_enabled=True,
            performance_insights_kms_key_id=self._key.arn,
            performance_insights_retention_period=7,
            monitoring_interval=60,
            monitoring_role_arn=self._monitoring.arn,
            maintenance_window=self._settings.maintenance_window,
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            deletion_protection=self._account.safeguards.deletion_protection,
            **own,
            opts=self.child_options(
                # RDS finds log groups by name and would make bare ones; it tries the role's rights at creation.
                depends_on=[self._monitoring, *self._log_groups(role, identifier)],
                # RDS grows the storage itself; a later update must not try to shrink it back.
                ignore_changes=["allocatedStorage"] if self._grows(role) else None,
                custom_timeouts=_TIMEOUTS,
            ),
        )

    def _log_groups(self, role: str, identifier: str) -> list[LogGroup]:
        return [
            LogGroup(
                self.child(role, log),
                account=self._account,
                key=self._key,
                log_group_name=f"/aws/rds/instance/{identifier}/{log}",
                opts=self.child_options(),
            )
            for log in _LOGS
        ]

    def _grows(self, role: str) -> bool:
        return role == PRIMARY and self._settings.max_storage_gib is not None

    def _password(self) -> dict[str, Any]:
        if self._master is None:
            return {"manage_master_user_password": True, "master_user_secret_kms_key_id": self._key.arn}
        return {"password": self._master.password}

    def _rotated(self, primary: aws.rds.Instance) -> pulumi.Output[str]:
        """Sets the rotation of the master password going; returns its secret."""
        days = self._settings.password_rotation_days
        if self._master is not None:
            self._master.rotate(days, list(self._instances.values()))
            return self._master.arn
        arn = primary.master_user_secrets[0].secret_arn
        # RDS rotates the secrets that it manages itself, every 7 days unless told otherwise; no function is needed.
        aws.secretsmanager.SecretRotation(
            self.child("master-schedule"),
            secret_id=arn,
            rotate_immediately=False,
            rotation_rules={"automatically_after_days": days},
            opts=self.child_options(),
        )
        return arn
