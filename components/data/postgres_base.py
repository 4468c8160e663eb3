"""What RDS instances and Aurora clusters share: security group, subnet group, log groups, monitoring role."""

from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust

PORT = 5432
PARAMETERS = {
    "rds.force_ssl": "1",
    "log_connections": "1",
    "log_disconnections": "1",
    "log_lock_waits": "1",
    "log_min_duration_statement": "1000",  # milliseconds
}
"""What every parameter group says, of instances and of clusters."""
MONITORED: dict[str, Any] = {
    "performance_insights_enabled": True,
    "performance_insights_retention_period": 7,
    "monitoring_interval": 60,
    "ca_cert_identifier": "rds-ca-rsa2048-g1",
    "publicly_accessible": False,
    "auto_minor_version_upgrade": True,
}
"""What every instance has, of its own or in a cluster."""


class PostgresBase(Component):
    """Security group and subnets of a database in the data tier, its log groups, and the role that monitors it."""

    def __init__(
        self,
        name: str,
        *,
        identifier: str,
        db_name: str | None,
        account: Account,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.account = account
        self.identifier = identifier
        self.db_name = db_name or "postgres"
        """The database to connect to: the one made with the instance, or the one that is always there."""
        self.port = PORT
        self._key = key
        self._logs: list[LogGroup] = []
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=f"PostgreSQL {identifier}", opts=self.child_options()
        )
        self._subnet_group = aws.rds.SubnetGroup(
            self.child("subnet-group"),
            description=f"Data tier for {identifier}",
            subnet_ids=list(network.data_subnet_ids.values()),
            opts=self.child_options(),
        )
        self._monitoring = Role(
            self.child("monitoring"),
            trust=service_trust(
                "monitoring.rds.amazonaws.com",
                account_id=account.id,
                source_arn=account.arn("rds", f"db:{identifier}*"),
            ),
            managed_policies=[account.managed_policy("service-role/AmazonRDSEnhancedMonitoringRole")],
            description=f"Enhanced monitoring of {identifier}",
            opts=self.child_options(),
        )

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to every instance."""
        self._security_group.allow(client, PORT, f"PostgreSQL {self.identifier}")

    @property
    def grounded(self) -> dict[str, pulumi.Input[str]]:
        """What a restore has to be told so that it stands here and lets the same roles in, by AWS Backup's names."""
        return {
            "dbSubnetGroupName": self._subnet_group.name,
            "vpcSecurityGroupIds": pulumi.Output.json_dumps([self._security_group.security_group_id]),
            "enableIamDatabaseAuthentication": "true",
        }

    def _log_group(self, *suffix: str, of: str) -> LogGroup:
        """The group of one log, under the name by which RDS finds it: ``of`` an instance or a cluster."""
        made = LogGroup(
            self.child(*suffix),
            account=self.account,
            key=self._key,
            log_group_name=f"/aws/rds/{of}/{suffix[-1]}",
            opts=self.child_options(),
        )
        self._logs.append(made)
        return made
