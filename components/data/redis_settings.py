"""Settings of an ElastiCache for Redis replication group."""

from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from components.versions import REDIS_VERSION
from settings import Problem, Settings, refuse
from settings.services.elasticache import MOST_NODES, GroupId, NodeType, SubnetGroupName
from settings.services.windows import DailyHour, WeeklyHour, overlap

_HOME_ONLY = ("t3", "t4g")


class RedisSettings(Settings):
    """Name, version, shape and times of a replication group; windows are in UTC, retention is in days.

    ``nodes`` counts those of one shard, the primary among them. Cluster mode cannot do without failover, so needs a
    second node; without cluster mode there is one shard. IAM authentication begins with Redis 7.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    """

    replication_group_id: GroupId
    """The group's name in AWS; another one replaces the cache."""
    description: str = Field(default="Redis", min_length=1)
    """What the console shows beside the name."""
    engine_version: Literal["6.2", "7.1"] = REDIS_VERSION
    """The last minors of their majors: ElastiCache raises others by itself, and only a replacement would lower them."""
    node_type: NodeType
    """The class of each node."""
    cluster_mode: bool = True
    """Whether keys are spread over shards; clients have to know cluster mode."""
    shards: int = Field(default=1, ge=1, le=90)
    """How many shards share the keys; 1 without cluster mode."""
    nodes: int = Field(default=3, ge=1, le=6)
    """How many nodes a shard has, its primary among them."""
    single_node: bool = False
    """One node even where the environment requires a standby: what it holds is gone with it, and nothing fails over."""
    authentication: Literal["iam", "password"] = "iam"
    """``password`` is for clients that can only be told a URL; ``ApplicationSecret`` then makes and rotates it."""
    subnet_group_name: SubnetGroupName | None = None
    """A fixed name for the subnet group, where an operator looks for one."""
    snapshot_days: int | None = Field(default=None, ge=1, le=35)
    """How long daily snapshots are kept; without it, as long as the environment says."""
    snapshot_window: DailyHour = "03:00-04:00"
    """When the daily snapshot starts, in UTC; it may not overlap with maintenance."""
    maintenance_window: WeeklyHour = "sun:04:30-sun:05:30"
    """When AWS may work on it, in UTC."""

    @field_validator("maintenance_window")
    @classmethod
    def _apart_from_snapshot(cls, value: str, info: ValidationInfo) -> str:
        snapshot = info.data.get("snapshot_window")
        if snapshot is not None and overlap(snapshot, value):
            raise ValueError(f"{value} overlaps snapshotWindow ({snapshot})")
        return value

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        shards, nodes = self.shards, self.nodes
        refuse(
            {
                Problem("clusterMode", f"needs failover, so nodes of 2 or more (nodes is {nodes}), or false"): (
                    self.cluster_mode and nodes < 2
                ),
                Problem("singleNode", f"contradicts nodes ({nodes})"): self.single_node and nodes > 1,
                Problem("engineVersion", "6.2 knows no sign-in by IAM; 7.1, or authentication: password"): (
                    self.engine_version == "6.2" and self.authentication == "iam"
                ),
                Problem("shards", f"can be {shards} only with clusterMode; without it there is one shard"): (
                    not self.cluster_mode and shards > 1
                ),
                Problem("shards", f"{shards} of {nodes} nodes are more than ElastiCache's {MOST_NODES} nodes"): (
                    shards * nodes > MOST_NODES
                ),
            }
        )
        return self

    @property
    def parameter_family(self) -> str:
        """The parameter group family of the engine version."""
        return "redis6.x" if self.engine_version == "6.2" else "redis7"

    @property
    def parameter_group(self) -> str:
        """The default group of the family, of which cluster mode has one of its own."""
        return f"default.{self.parameter_family}{'.cluster.on' if self.cluster_mode else ''}"

    @property
    def bound_to_one_region(self) -> Problem | None:
        """Why such a group cannot be replicated to another region; None when it can.

        https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html
        """
        if self.node_type.split(".")[1] in _HOME_ONLY:
            said = f"{self.node_type} cannot be in a global datastore; M5, R5 or newer families of these can"
            return Problem("nodeType", said)
        if self.nodes < 2:
            return Problem(
                "nodes", f"{self.nodes} leaves no replica, without which there is no global datastore; 2 or more"
            )
        if self.authentication != "iam":
            return Problem("authentication", "a password set in one region is not known in another; iam")
        return None
