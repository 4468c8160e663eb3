"""What a database with a fixed primary instance offers: endpoints, grants and its master secret."""

import pulumi

from components.data.final_snapshot import final_snapshot
from components.data.master_secret import MasterSecret
from components.data.postgres_instances import PostgresInstances
from components.operations.protected_resource import ProtectedResource
from components.statements import Grant, Statement, sid

PRIMARY = "primary"


class PostgresPrimary(PostgresInstances):
    """A primary, its read replicas, and the secret of its master user."""

    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    instance_ids: dict[str, pulumi.Output[str]]
    secret_arn: pulumi.Output[str]
    reader_endpoints: dict[str, pulumi.Output[str]]
    follows = False
    """Whether it is a copy of another region's that nobody can write to."""
    _master: MasterSecret | None

    def connect_to_primary(self, user: str) -> Grant:
        """As ``connect``, to where rows are written alone."""
        return self._connect(user, [self._instances[PRIMARY]])

    @property
    def backed_up(self) -> ProtectedResource:
        """The primary for AWS Backup; a restore goes to the same subnets and security group."""
        return ProtectedResource(
            self.name, "RDS", self.arn, {"dbParameterGroupName": self._parameter_group.name, **self.grounded}
        )

    @property
    def read_variables(self) -> dict[str, pulumi.Input[str]]:
        """Environment variables with the read replicas' hosts, comma-separated; empty without replicas."""
        hosts = self.reader_endpoints.values()
        return {"DATABASE_READ_HOSTS": pulumi.Output.all(*hosts).apply(",".join)} if hosts else {}

    @property
    def read_secret(self) -> Grant:
        """Lets a role read the master user's name and password, together with ``decrypt`` of the key."""
        actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        return Statement(sid("ReadMasterSecret", self.name), actions, [self.secret_arn])

    @property
    def operate(self) -> Grant:
        """Lets a role restart the instances, fail the primary over, see what loads them and read their logs, and have
        the master password replaced."""
        instances = [instance.arn for instance in self._instances.values()]
        loads = [
            pulumi.Output.concat(self.account.arn("pi", "metrics/rds/"), instance.resource_id)
            for instance in self._instances.values()
        ]
        managed = Statement(sid("RotateMaster", self.name), ["secretsmanager:RotateSecret"], [self.secret_arn])
        return Grant(
            Statement(sid("Reboot", self.name), ["rds:RebootDBInstance"], instances),
            Statement(sid("SeeLoad", self.name), ["pi:GetResourceMetrics"], loads),
            self._key.through("rds", self.name),
            *(log.read for log in self._logs),
            managed if self._master is None else self._master.operate,
        )

    @property
    def rotations(self) -> dict[str, pulumi.Output[str]]:
        """The rotation functions of the master password, by label; none where RDS rotates it."""
        if self._master is None:
            return {}
        return {f"{self._master.name}-rotation": self._master.function.function_name}

    def _master_secret(self, *, created: bool = True) -> MasterSecret:
        return MasterSecret(
            self.child("master"),
            account=self.account,
            key=self._key,
            identifier=self.identifier,
            username=self.settings.username,
            secret_name=self.settings.secret_name,
            created=created,
            opts=self.child_options(),
        )

    def _final_snapshot(self) -> pulumi.Output[str]:
        made_with = {"dbName": self.settings.db_name or "", "username": self.settings.username, "key": self._key.arn}
        return final_snapshot(self, self.identifier, made_with)
