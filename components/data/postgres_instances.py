"""What RDS for PostgreSQL instances share, in the home region and in a recovery region."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.data.postgres_base import MONITORED, PARAMETERS, PORT, PostgresBase
from components.data.postgres_settings import PostgresSettings
from components.drift import ignored
from components.network.network import Network
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.statements import Grant, Statement, sid
from settings.services.rds import family

_LOGS = ("postgresql", "upgrade")
_TIMEOUTS = pulumi.CustomTimeouts(create="2h", update="3h", delete="2h")
"""Creating a replica copies the primary and deleting in prod takes a snapshot: both grow with the storage."""


class PostgresInstances(PostgresBase):
    """The network, parameter group and options that instances of one database share, and how each is created.

    They are encrypted with ``key``, speak TLS only, let people and programs sign in by IAM, and write both of their
    logs to CloudWatch, so ``key`` must let CloudWatch Logs use it (``log_groups``). ``parameters`` are those of the
    group beyond what every one says, or in its place.
    """

    def __init__(
        self,
        name: str,
        settings: PostgresSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        parameters: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            name,
            identifier=settings.identifier,
            db_name=settings.db_name,
            account=account,
            network=network,
            key=key,
            opts=opts,
        )
        self.settings = settings
        self.parameters = PARAMETERS | dict(parameters or {})
        self._instances: dict[str, aws.rds.Instance] = {}
        self._parameter_group = aws.rds.ParameterGroup(
            self.child("parameter-group"),
            family=family(settings.engine_version),
            description=f"TLS only and logging for {self.identifier}",
            parameters=[{"name": key, "value": value} for key, value in self.parameters.items()],
            opts=self.child_options(),
        )

    def connect(self, user: str) -> Grant:
        """Lets a role sign in to every instance as the PostgreSQL user ``user``.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
        """
        return self._connect(user, self._instances.values())

    def _connect(self, user: str, instances: Iterable[aws.rds.Instance]) -> Grant:
        users = [
            pulumi.Output.concat(self.account.arn("rds-db", "dbuser:"), instance.resource_id, "/", user)
            for instance in instances
        ]
        return Statement(sid("Connect", self.name), ["rds-db:connect"], users)

    def _instance(
        self,
        role: str,
        identifier: str,
        *,
        conditions: tuple[str, ...] = (),
        deletable: bool = False,
        gone_first: bool = False,
        **own: Any,
    ) -> aws.rds.Instance:
        """What a primary and its replicas share; ``conditions`` are those of ``components.drift`` that hold for it.

        One that is ``deletable`` is protected neither by RDS nor by Pulumi, whatever the environment says. One that is
        ``gone_first`` is deleted before it is recreated, under the same identifier.
        """
        iops, throughput = self.settings.provisioned
        return aws.rds.Instance(
            self.child(role),
            identifier=identifier,
            instance_class=self.settings.instance_class,
            port=PORT,
            max_allocated_storage=self.settings.max_storage_gib,
            iops=iops,
            storage_throughput=throughput,
            storage_encrypted=True,
            kms_key_id=self._key.arn,
            vpc_security_group_ids=[self._security_group.security_group_id],
            parameter_group_name=self._parameter_group.name,
            iam_database_authentication_enabled=True,
            enabled_cloudwatch_logs_exports=list(_LOGS),
            performance_insights_kms_key_id=self._key.arn,
            monitoring_role_arn=self._monitoring.arn,
            maintenance_window=self.settings.maintenance_window,
            # With a new major the parameter group changes too, and waiting for the window would tear them apart.
            apply_immediately=self.settings.apply_immediately or self.settings.major_upgrade or None,
            copy_tags_to_snapshot=True,
            deletion_protection=self.account.safeguards.deletion_protection and not deletable,
            **MONITORED,
            **own,
            opts=self.child_options(
                # RDS finds log groups by name and would make bare ones; it tries the role's rights at creation.
                depends_on=[self._monitoring, *self._log_groups(role, identifier)],
                ignore_changes=ignored("aws:rds/instance:Instance", *conditions),
                custom_timeouts=_TIMEOUTS,
                protect=False if deletable else None,
                delete_before_replace=gone_first or None,
            ),
        )

    def _replicated(self, role: str, identifier: str, source: pulumi.Input[str], **own: Any) -> aws.rds.Instance:
        """A replica of ``source``: engine, user, database and storage size come from there and must not be given."""
        return self._instance(
            role,
            identifier,
            replicate_source_db=source,
            # For a replica RDS takes a type only together with IOPS; its default is gp3 as well.
            storage_type="gp3" if self.settings.provisioned[0] else None,
            skip_final_snapshot=True,
            deletable=self.settings.replicas_deletable,
            **own,
        )

    def _log_groups(self, role: str, identifier: str) -> list[LogGroup]:
        return [self._log_group(role, log, of=f"instance/{identifier}") for log in _LOGS]
