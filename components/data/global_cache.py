"""A Redis replication group in one region, copied to another."""

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.data.redis import Redis
from components.data.redis_members import RedisMember
from components.drift import GLOBAL_MEMBER
from components.network.network import Network
from components.security.key import Key
from settings import Name, Settings


class GlobalCacheSettings(Settings):
    """The id of the copy and the nodes of each of its shards, which may be fewer than at home but not one alone."""

    replication_group_id: Name = Field(max_length=32)
    nodes: int = Field(default=2, ge=2, le=6)
    snapshot_days: int | None = Field(default=None, ge=1, le=35)
    """How long daily snapshots of the copy are kept; without it, as long as the environment says."""


class GlobalCache(RedisMember):
    """A global datastore of ``primary`` with one copy, read-only until it is promoted by hand, in another region.

    ``account``, ``network`` and ``key`` are those of the other region, and so are the options (``in_region``). The copy
    takes version, node type, shards, parameters and both encryptions over from the primary, and has a key, users and
    logs of its own; clients there sign in by IAM as the copy's user (``connect``). Version, node type and shards
    follow the settings of ``primary``, for both regions at once. What the primary writes arrives within a second, as
    a rule:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastore.html

    Raises ValueError when ``primary`` was not made with ``replicated_elsewhere``, or lives in the same region.
    """

    def __init__(
        self,
        name: str,
        settings: GlobalCacheSettings,
        *,
        primary: Redis,
        account: Account,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not primary.replicated_elsewhere:
            raise ValueError(f"{name}: the primary {primary.name} must be made with replicated_elsewhere")
        if account.region == primary.account.region:
            raise ValueError(f"{name}: the copy would lie in {account.region}, like its primary")
        own = {**settings.model_dump(), "subnet_group_name": None}
        copied = primary.settings.model_copy(update=own)
        super().__init__(name, copied, account=account, network=network, key=key, opts=opts)
        datastore = self._datastore(primary)
        # Whatever else a group can be told, ElastiCache takes from the primary and refuses to hear again:
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-CLI.html
        self._group = self._member(
            conditions=(GLOBAL_MEMBER,), global_replication_group_id=datastore.global_replication_group_id
        )
        self.replication_group_id = self._group.replication_group_id
        self.register_outputs({"endpoint": self.endpoint, "replicationGroupId": self.replication_group_id})

    def _datastore(self, primary: Redis) -> aws.elasticache.GlobalReplicationGroup:
        settings = primary.settings
        return aws.elasticache.GlobalReplicationGroup(
            self.child("datastore"),
            global_replication_group_id_suffix=settings.replication_group_id,
            global_replication_group_description=settings.description,
            primary_replication_group_id=primary.created_id,
            engine_version=settings.engine_version,
            cache_node_type=settings.node_type,
            num_node_groups=settings.shards if settings.cluster_mode else None,
            region=primary.account.region,
            opts=self.child_options(),
        )
