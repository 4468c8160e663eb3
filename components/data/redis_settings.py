"""What may be said about an ElastiCache for Redis replication group."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from components.data.windows import DailyWindow, WeeklyWindow, minutes, overlap
from components.versions import REDIS_VERSION
from resource_types.machines import known
from settings import Name, Settings

NodeType = Annotated[str, AfterValidator(lambda name: known(name, "elasticache")), Field(examples=["cache.r6g.xlarge"])]
"""What a node runs on, with failover and snapshots."""
_HOME_ONLY = ("t3", "t4g")


class RedisSettings(Settings):
    """Name, version, shape and times of a replication group; windows are in UTC, retention is in days.

    ``nodes`` counts those of one shard, the primary among them. Cluster mode cannot do without failover, so needs a
    second node; without cluster mode there is one shard. IAM authentication begins with Redis 7.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    """

    replication_group_id: Name = Field(max_length=32)
    """ElastiCache takes 40 characters; the ids of its users are this one's with a suffix."""
    description: str = Field(default="Redis", min_length=1)
    engine_version: Literal["6.2", "7.1"] = REDIS_VERSION
    """The last minors of their majors: ElastiCache raises others by itself, and only a replacement would lower them."""
    node_type: NodeType
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
        if self.engine_version == "6.2" and self.authentication == "iam":
            raise ValueError("engineVersion 6.2 knows no sign-in by IAM; 7.1, or authentication: password")
        if not self.cluster_mode and self.shards > 1:
            raise ValueError(f"shards can be {self.shards} only with clusterMode; without it there is one shard")
        return self

    @property
    def parameter_family(self) -> str:
        """The family of parameters that goes with the version."""
        return "redis6.x" if self.engine_version == "6.2" else "redis7"

    @property
    def parameter_group(self) -> str:
        """The default group of the family, of which cluster mode has one of its own."""
        return f"default.{self.parameter_family}{'.cluster.on' if self.cluster_mode else ''}"

    @property
    def bound_to_one_region(self) -> str | None:
        """Why such a group cannot be replicated to another region; None when it can.

        https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html
        """
        if self.node_type.split(".")[1] in _HOME_ONLY:
            return f"nodeType {self.node_type} cannot be in a global datastore; M5, R5 or newer families of these can"
        if self.nodes < 2:
            return f"a global datastore takes no group without a replica (nodes is {self.nodes}); 2 or more"
        if self.authentication != "iam":
            return "a password set in one region is not known in another; authentication: iam"
        return None
