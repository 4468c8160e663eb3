"""What replication groups share, in the home region and in a recovery region: network, users, logs."""

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.account import Account
from components.component import Component
from components.data.redis_settings import RedisSettings
from components.drift import PASSWORDS, ignored
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.statements import Grant, Statement, sid

PORT = 6379
_LOGS = ("slow-log", "engine-log")
_APPLICATION = "on ~* +@all -@dangerous +info"
_NOTHING = "off -@all"
_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


class RedisBase(Component):
    """The subnet group, security group, users and log groups of one replication group.

    Users, groups of users and logs belong to a region: a group that is a copy of another has its own.
    """

    _group: aws.elasticache.ReplicationGroup

    def __init__(
        self,
        name: str,
        settings: RedisSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        identifier = settings.replication_group_id
        self.settings = settings
        self.account = account
        self.port = PORT
        standby = account.safeguards.multi_az and not settings.single_node
        self.nodes_per_shard = max(settings.nodes, 2) if standby else settings.nodes
        self._key = key
        self._purpose = f"Redis {identifier}"
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=self._purpose, opts=self.child_options()
        )
        self._subnet_group = aws.elasticache.SubnetGroup(
            self.child("subnet-group"),
            name=settings.subnet_group_name,
            description=f"Data tier for {identifier}",
            subnet_ids=list(network.data_subnet_ids.values()),
            opts=self.child_options(),
        )
        self._user, self._user_group = self._users(settings)
        self._logs = {log: self._log_group(identifier, log) for log in _LOGS}
        self.user_id = self._user.user_id
        self.user_name = self._user.user_name

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to every node."""
        self._security_group.allow(client, PORT, self._purpose)

    @property
    def group_arn(self) -> pulumi.Input[str]:
        """The ARN of the replication group."""
        return self._group.arn

    @property
    def connect(self) -> Grant:
        """Lets a role sign in as the application's user, ``user_name``."""
        return Statement(sid("Connect", self.name), ["elasticache:Connect"], [self.group_arn, self._user.arn])

    @property
    def operate(self) -> Grant:
        """Lets a role have a shard fail over to its replica."""
        return Statement(sid("FailOver", self.name), ["elasticache:TestFailover"], [self.group_arn])

    @property
    def endpoint(self) -> pulumi.Output[str]:
        """Where clients connect: the configuration endpoint in cluster mode, else that of the primary node."""
        if self.settings.cluster_mode:
            return self._group.configuration_endpoint_address
        return self._group.primary_endpoint_address

    def _member(self, *, conditions: tuple[str, ...] = (), **own: Any) -> aws.elasticache.ReplicationGroup:
        """What every group is told, copy or not; ``conditions`` are those of ``components.drift`` that hold for it."""
        settings, safeguards = self.settings, self.account.safeguards
        fails_over = self.nodes_per_shard > 1
        return aws.elasticache.ReplicationGroup(
            self.child("replication-group"),
            replication_group_id=settings.replication_group_id,
            description=settings.description,
            port=PORT,
            # Each mode has its own way of counting nodes.
            replicas_per_node_group=self.nodes_per_shard - 1 if settings.cluster_mode else None,
            num_cache_clusters=None if settings.cluster_mode else self.nodes_per_shard,
            automatic_failover_enabled=fails_over,
            multi_az_enabled=fails_over,
            subnet_group_name=self._subnet_group.name,
            security_group_ids=[self._security_group.security_group_id],
            kms_key_id=self._key.arn,
            user_group_ids=[self._user_group.user_group_id],
            snapshot_retention_limit=settings.snapshot_days or safeguards.backup_days,
            snapshot_window=settings.snapshot_window,
            maintenance_window=settings.maintenance_window,
            auto_minor_version_upgrade=True,
            log_delivery_configurations=[
                {
                    "log_type": log,
                    "log_format": "json",
                    "destination_type": "cloudwatch-logs",
                    "destination": group.log_group_name,
                }
                for log, group in self._logs.items()
            ],
            **own,
            # Its id is said, and ElastiCache has no two of one id.
            opts=self.child_options(ignore_changes=ignored(_GROUP, *conditions), delete_before_replace=True),
        )

    def _users(self, settings: RedisSettings) -> tuple[aws.elasticache.User, aws.elasticache.UserGroup]:
        """A group of Redis users must have one called default, whose id may be another."""
        identifier = settings.replication_group_id
        default = aws.elasticache.User(
            self.child("default-user"),
            user_id=f"{identifier}-default",
            user_name="default",
            engine="redis",
            access_string=_NOTHING,
            authentication_mode={"type": "no-password-required"},
            opts=self.child_options(),
        )
        application = aws.elasticache.User(
            self.child("application-user"),
            user_id=f"{identifier}-app",
            # IAM authentication asks for a name that is the id.
            user_name=f"{identifier}-app",
            engine="redis",
            access_string=_APPLICATION,
            **self._sign_in(settings.authentication),
        )
        group = aws.elasticache.UserGroup(
            self.child("user-group"),
            user_group_id=identifier,
            engine="redis",
            user_ids=[default.user_id, application.user_id],
            opts=self.child_options(),
        )
        return application, group

    def _sign_in(self, authentication: str) -> dict[str, Any]:
        if authentication == "iam":
            return {"authentication_mode": {"type": "iam"}, "opts": self.child_options()}
        initial = random.RandomPassword(self.child("initial"), length=64, special=False, opts=self.child_options())
        return {
            "authentication_mode": {"type": "password", "passwords": [initial.result]},
            # Replaced at once, and then again and again, by who may set it.
            "opts": self.child_options(ignore_changes=ignored("aws:elasticache/user:User", PASSWORDS)),
        }

    def _log_group(self, identifier: str, log: str) -> LogGroup:
        # The prefix keeps the account's log delivery policy short:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        return LogGroup(
            self.child(log),
            account=self.account,
            key=self._key,
            log_group_name=f"/aws/vendedlogs/elasticache/{identifier}/{log}",
            opts=self.child_options(),
        )
