"""An Aurora PostgreSQL Serverless v2 cluster, which can start as a replica of an RDS instance."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.data.aurora_settings import AuroraServerlessSettings, cluster_identifier
from components.data.final_snapshot import final_snapshot
from components.data.managed_secret import managed_secret_arn
from components.data.postgres import Postgres
from components.data.postgres_base import MONITORED, PARAMETERS, PORT, PostgresBase
from components.data.postgres_settings import PostgresSettings
from components.drift import FOLLOWS, ignored
from components.network.network import Network
from components.operations.protected_resource import ProtectedResource
from components.security.key import Key
from components.statements import Grant, Statement, sid
from settings.services.rds import major

_ENGINE = "aurora-postgresql"
_LOG = "postgresql"
_CLUSTER = "aws:rds/cluster:Cluster"
_TIMEOUTS = pulumi.CustomTimeouts(create="24h", update="3h", delete="2h")
"""Filling a follower takes several hours for each TiB:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Migrating.RDSPostgreSQL.Replica.html"""


class Aurora(PostgresBase):
    """A cluster in the data tier, of serverless instances, encrypted with ``key``, which only granted clients reach.

    As a ``follower`` it copies ``source`` and consists of one instance, as AWS has it; users, databases and the master
    user are the source's. Without the role of a follower it names no source: for a cluster that follows, that update
    promotes it, has RDS keep a new master password in Secrets Manager, and adds readers in zones of their own. An
    update never begins a cluster so: AWS makes none without a source or a master user, and none is named here.
    https://github.com/hashicorp/terraform-provider-aws/pull/40337

    Every connection is TLS, people and programs sign in by IAM (``connect``). The log goes to CloudWatch, so ``key``
    must let CloudWatch Logs use it (``log_groups``). ``parameters`` are those of the group beyond what every one says,
    or in its place. Attributes that need a master password of the cluster's own
    (``secret_arn``) raise AttributeError while it follows. Raises ValueError for a follower without a ``source``.
    """

    def __init__(
        self,
        name: str,
        settings: AuroraServerlessSettings,
        *,
        database: PostgresSettings,
        source: Postgres | None,
        account: Account,
        network: Network,
        key: Key,
        parameters: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.follows = settings.role == "follower"
        if self.follows and source is None:
            raise ValueError(f"{name}: a follower needs the instance that it copies")
        super().__init__(
            name,
            identifier=cluster_identifier(database),
            db_name=database.db_name,
            account=account,
            network=network,
            key=key,
            opts=opts,
        )
        self.settings = settings
        self._database = database
        self._parameters = PARAMETERS | dict(parameters or {})
        self._cluster = self._made(source if self.follows else None)
        self._instances = {zone: self._instance(zone) for zone in network.zones[: self._size]}
        if source is not None and self.follows:
            for instance in self._instances.values():
                source.rotate_after(instance)
        if not self.follows:
            self._secret_arn = self._kept()
        self.arn = self._cluster.arn
        self.endpoint = self._cluster.endpoint
        self.reader_endpoints = {"readers": self._cluster.reader_endpoint} if self._size > 1 else {}
        self.instance_ids = {f"aurora-{zone}": each.identifier for zone, each in self._instances.items()}
        self.register_outputs({"endpoint": self.endpoint, "readerEndpoints": self.reader_endpoints})

    @property
    def backed_up(self) -> ProtectedResource:
        """The cluster for AWS Backup, which restores it without an instance."""
        return ProtectedResource(
            self.name, "Aurora", self.arn, {"dbClusterParameterGroupName": self._parameter_group.name, **self.grounded}
        )

    @property
    def secret_arn(self) -> pulumi.Output[str]:
        """The secret of the master user, which RDS makes at the promotion."""
        if self.follows:
            raise AttributeError(f"{self.name} follows: its master user is the source's")
        return self._secret_arn

    @property
    def read_secret(self) -> Grant:
        """Lets a role read the master user's name and password, together with ``decrypt`` of the key."""
        actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        return Statement(sid("ReadMasterSecret", self.name), actions, [self.secret_arn])

    @property
    def operate(self) -> Grant:
        """Lets a role restart instances, fail the cluster over, see what loads it and read its log, and have the master
        password replaced once it has one of its own."""
        loads = [
            pulumi.Output.concat(self.account.arn("pi", "metrics/rds/"), instance.dbi_resource_id)
            for instance in self._instances.values()
        ]
        instances = [instance.arn for instance in self._instances.values()]
        statements = [
            Statement(sid("Reboot", self.name), ["rds:RebootDBInstance"], instances),
            Statement(sid("SeeLoad", self.name), ["pi:GetResourceMetrics"], loads),
            self._key.through("rds", self.name),
            *(log.read for log in self._logs),
        ]
        if not self.follows:
            statements += [
                Statement(sid("FailOver", self.name), ["rds:FailoverDBCluster"], [self.arn, *instances]),
                Statement(sid("RotateMaster", self.name), ["secretsmanager:RotateSecret"], [self.secret_arn]),
            ]
        return Grant(*statements)

    def connect(self, user: str) -> Grant:
        """Lets a role sign in to every instance of the cluster as the PostgreSQL user ``user``.

        https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
        """
        cluster = self._cluster.cluster_resource_id
        users = pulumi.Output.concat(self.account.arn("rds-db", "dbuser:"), cluster, "/", user)
        return Statement(sid("Connect", self.name), ["rds-db:connect"], [users])

    def connect_to_primary(self, user: str) -> Grant:
        """As ``connect``: IAM knows the cluster, and not which of its instances writes."""
        return self.connect(user)

    @property
    def _size(self) -> int:
        """How many instances: one that follows; then a writer and as many readers as the instance had copies."""
        standby = self._database.multi_az or self.account.safeguards.multi_az
        return 1 if self.follows else 1 + max(self._database.read_replicas, int(standby))

    def _made(self, source: Postgres | None) -> aws.rds.Cluster:
        safeguards = self.account.safeguards
        kept = safeguards.keeps_data
        self._parameter_group = aws.rds.ClusterParameterGroup(
            self.child("parameter-group"),
            family=f"{_ENGINE}{major(self.settings.engine_version)}",
            description=f"TLS only and logging for {self.identifier}",
            parameters=[{"name": key, "value": value} for key, value in self._parameters.items()],
            opts=self.child_options(),
        )
        return aws.rds.Cluster(
            self.child("cluster"),
            cluster_identifier=self.identifier,
            engine=_ENGINE,
            engine_version=self.settings.engine_version,
            serverlessv2_scaling_configuration={
                "min_capacity": self.settings.minimum_capacity,
                "max_capacity": self.settings.maximum_capacity,
            },
            **self._own(source),
            port=PORT,
            storage_encrypted=True,
            kms_key_id=self._key.arn,
            db_subnet_group_name=self._subnet_group.name,
            vpc_security_group_ids=[self._security_group.security_group_id],
            db_cluster_parameter_group_name=self._parameter_group.name,
            iam_database_authentication_enabled=True,
            enabled_cloudwatch_logs_exports=[_LOG],
            backup_retention_period=self._database.backup_days or safeguards.backup_days,
            preferred_backup_window=self._database.backup_window,
            preferred_maintenance_window=self._database.maintenance_window,
            apply_immediately=self._database.apply_immediately or None,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not kept,
            deletion_protection=safeguards.deletion_protection,
            skip_final_snapshot=not kept,
            final_snapshot_identifier=final_snapshot(self, self.identifier, {"key": self._key.arn}) if kept else None,
            opts=self.child_options(
                # RDS finds the log group by name and would make a bare one.
                depends_on=[self._log_group("cluster", _LOG, of=f"cluster/{self.identifier}")],
                ignore_changes=ignored(_CLUSTER, *([FOLLOWS] if self.follows else [])),
                custom_timeouts=_TIMEOUTS,
            ),
        )

    def _own(self, source: Postgres | None) -> dict[str, Any]:
        """Its source, or a master password of its own: AWS manages none while it replicates.

        https://github.com/hashicorp/terraform-provider-aws/issues/40188
        """
        if source is not None:
            return {"replication_source_identifier": source.arn}
        return {"manage_master_user_password": True, "master_user_secret_kms_key_id": self._key.arn}

    def _instance(self, zone: str) -> aws.rds.ClusterInstance:
        return aws.rds.ClusterInstance(
            self.child(zone),
            identifier=f"{self.identifier}-{zone}",
            cluster_identifier=self._cluster.cluster_identifier,
            engine=aws.rds.EngineType.AURORA_POSTGRESQL,
            instance_class="db.serverless",
            availability_zone=f"{self.account.region}{zone}",
            db_subnet_group_name=self._subnet_group.name,
            performance_insights_kms_key_id=self._key.arn,
            monitoring_role_arn=self._monitoring.arn,
            preferred_maintenance_window=self._database.maintenance_window,
            copy_tags_to_snapshot=True,
            # AWS deletes no last instance of a cluster that replicates, so the provider promotes it first:
            # https://github.com/hashicorp/terraform-provider-aws/pull/40409
            force_destroy=self.follows or None,
            **MONITORED,
            # RDS tries the role's rights at creation.
            opts=self.child_options(depends_on=[self._monitoring], custom_timeouts=_TIMEOUTS),
        )

    def _kept(self) -> pulumi.Output[str]:
        """Sets the rotation of the password going that RDS keeps; returns its secret."""
        arn = managed_secret_arn(self._cluster.master_user_secrets)
        aws.secretsmanager.SecretRotation(
            self.child("master-schedule"),
            secret_id=arn,
            rotate_immediately=False,
            rotation_rules={"automatically_after_days": self._database.password_rotation_days},
            opts=self.child_options(),
        )
        return arn
