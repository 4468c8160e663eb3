"""An ElastiCache for Redis replication group with one user that signs in."""

from typing import Annotated, Any, Literal, Self

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pydantic import Field, ValidationInfo, field_validator, model_validator

from components.account import Account
from components.component import Component
from components.data.windows import DailyWindow, WeeklyWindow, minutes, overlap
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.statements import Statement, sid
from settings import Name, Settings

PORT = 6379
_LOGS = ("slow-log", "engine-log")
_FAMILIES = "t3|t4g|m5|m6g|m7g|r5|r6g|r7g|c7gn"
_APPLICATION = "on ~* +@all -@dangerous +info"
_NOTHING = "off -@all"


class RedisSettings(Settings):
    """Name, version, shape and times of a replication group; windows are in UTC, retention is in days.

    ``nodes`` counts those of one shard, the primary among them. Cluster mode cannot do without failover, so needs a
    second node; without cluster mode there is one shard. IAM authentication begins with Redis 7.0.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    """

    replication_group_id: Name = Field(max_length=32)
    """ElastiCache takes 40 characters; the ids of its users are this one's with a suffix."""
    description: str = Field(default="Redis", min_length=1)
    engine_version: Literal["7.0", "7.1"] = "7.1"
    node_type: str
    cluster_mode: bool = True
    shards: int = Field(default=1, ge=1, le=90)
    nodes: int = Field(default=3, ge=1, le=6)
    single_node: bool = False
    """One node even where the environment demands a standby: what it holds is gone with it, and nothing fails over."""
    authentication: Literal["iam", "password"] = "iam"
    """``password`` is for clients that can only be told a URL; ``ApplicationSecret`` then makes and rotates it."""
    subnet_group_name: Annotated[Name, Field(max_length=255)] | None = None
    """A fixed name for the subnet group, where an operator looks for one."""
    snapshot_days: int | None = Field(default=None, ge=1, le=35)
    """How long daily snapshots are kept; without it, as long as the environment says."""
    snapshot_window: DailyWindow = "03:00-04:00"
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"

    @field_validator("node_type")
    @classmethod
    def _able(cls, value: str) -> str:
        prefix, _, rest = value.partition(".")
        family, _, size = rest.partition(".")
        if prefix != "cache" or not size or family not in _FAMILIES.split("|"):
            families = _FAMILIES.replace("|", ", ")
            raise ValueError(
                f"{value!r} is not a node type with failover and snapshots, such as cache.r6g.xlarge; "
                f"families: {families}"
            )
        return value

    @field_validator("snapshot_window", "maintenance_window")
    @classmethod
    def _an_hour(cls, value: str) -> str:
        if minutes(value) < 60:
            raise ValueError(f"{value} is shorter than the 60 minutes that ElastiCache asks for")
        return value

    @field_validator("maintenance_window")
    @classmethod
    def _apart_from_snapshot(cls, value: str, info: ValidationInfo) -> str:
        snapshot = info.data.get("snapshot_window")
        if snapshot is not None and overlap(snapshot, value):
            raise ValueError(f"{value} overlaps snapshotWindow ({snapshot})")
        return value

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if self.cluster_mode and self.nodes < 2:
            raise ValueError("clusterMode needs failover, so nodes of 2 or more (nodes is 1), or clusterMode: false")
        if self.single_node and self.nodes > 1:
            raise ValueError(f"singleNode contradicts nodes ({self.nodes})")
        if not self.cluster_mode and self.shards > 1:
            raise ValueError(f"shards can be {self.shards} only with clusterMode; without it there is one shard")
        return self


class Redis(Component):
    """A replication group in the data tier, encrypted with ``key`` at rest and by TLS on the way.

    The only user is the application's; it may do everything but what Redis calls dangerous. It signs in with a token
    that IAM signs (``connect``), or with a password: the first one, in the state as a secret, opens the cache until
    whoever was granted ``set_password`` has replaced it. The ``default`` user is switched off. Where the environment
    demands a standby, there are at least two nodes unless ``single_node`` says otherwise; two or more fail over
    between zones. The slow and the engine log go to CloudWatch, so
    ``key`` must let CloudWatch Logs use it (``log_groups``).
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
    """

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
        self.port = PORT
        standby = account.safeguards.multi_az and not settings.single_node
        self.nodes_per_shard = max(settings.nodes, 2) if standby else settings.nodes
        self._purpose = f"Redis {identifier}"
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=self._purpose, opts=self.child_options()
        )
        subnet_group = aws.elasticache.SubnetGroup(
            self.child("subnet-group"),
            name=settings.subnet_group_name,
            description=f"Data tier for {identifier}",
            subnet_ids=list(network.data_subnet_ids.values()),
            opts=self.child_options(),
        )
        self._user, user_group = self._users(settings)
        logs = {log: self._log_group(identifier, log, account, key) for log in _LOGS}
        kept = account.safeguards.deletion_protection
        fails_over = self.nodes_per_shard > 1
        self._group = aws.elasticache.ReplicationGroup(
            self.child("replication-group"),
            replication_group_id=identifier,
            description=settings.description,
            engine="redis",
            engine_version=settings.engine_version,
            node_type=settings.node_type,
            port=PORT,
            # The parameter group is what switches cluster mode; each mode has its own way of counting nodes.
            parameter_group_name="default.redis7.cluster.on" if settings.cluster_mode else "default.redis7",
            num_node_groups=settings.shards if settings.cluster_mode else None,
            replicas_per_node_group=self.nodes_per_shard - 1 if settings.cluster_mode else None,
            num_cache_clusters=None if settings.cluster_mode else self.nodes_per_shard,
            automatic_failover_enabled=fails_over,
            multi_az_enabled=fails_over,
            subnet_group_name=subnet_group.name,
            security_group_ids=[self._security_group.security_group_id],
            at_rest_encryption_enabled=True,
            kms_key_id=key.arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[user_group.user_group_id],
            snapshot_retention_limit=settings.snapshot_days or account.safeguards.backup_days,
            snapshot_window=settings.snapshot_window,
            final_snapshot_identifier=f"{identifier}-final" if kept else None,
            maintenance_window=settings.maintenance_window,
            auto_minor_version_upgrade=True,
            log_delivery_configurations=[
                {
                    "log_type": log,
                    "log_format": "json",
                    "destination_type": "cloudwatch-logs",
                    "destination": group.log_group_name,
                }
                for log, group in logs.items()
            ],
            opts=self.child_options(),
        )
        self.replication_group_id = self._group.replication_group_id
        self.user_id = self._user.user_id
        self.user_name = self._user.user_name
        self.endpoint = (
            self._group.configuration_endpoint_address
            if settings.cluster_mode
            else self._group.primary_endpoint_address
        )
        self.register_outputs({"endpoint": self.endpoint, "replicationGroupId": self.replication_group_id})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to every node."""
        self._security_group.allow(client, PORT, self._purpose)

    @property
    def connect(self) -> Statement:
        """Lets a role sign in as the application's user, ``user_name``."""
        return Statement(sid("Connect", self.name), ["elasticache:Connect"], [self._group.arn, self._user.arn])

    @property
    def set_password(self) -> Statement:
        """Lets a role replace the passwords of the application's user, of which there may be two at a time."""
        return Statement(
            sid("SetPassword", self.name), ["elasticache:DescribeUsers", "elasticache:ModifyUser"], [self._user.arn]
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
            "opts": self.child_options(ignore_changes=["authenticationMode"]),
        }

    def _log_group(self, identifier: str, log: str, account: Account, key: Key) -> LogGroup:
        # The prefix keeps the account's log delivery policy short:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        return LogGroup(
            self.child(log),
            account=account,
            key=key,
            log_group_name=f"/aws/vendedlogs/elasticache/{identifier}/{log}",
            opts=self.child_options(),
        )
