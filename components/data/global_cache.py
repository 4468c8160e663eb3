"""A secondary replication group of an ElastiCache Global Datastore."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.redis import Redis
from components.data.redis_base import RedisBase
from components.data.redis_settings import RedisSettings
from components.drift import GLOBAL_COPY, GLOBAL_MEMBER
from components.network.network import Network
from components.security.key import Key
from settings import MisfitError


class GlobalDatastore(Component):
    """What ``primary`` is copied to other regions by; a recovery stack adds the copy (``GlobalCache``).

    Version, node type and shards follow the settings of ``primary``, for all regions at once. Raises ValueError when
    ``primary`` was not made with ``replicated_elsewhere``.
    """

    def __init__(self, name: str, *, primary: Redis, opts: pulumi.ResourceOptions | None = None) -> None:
        if not primary.replicated_elsewhere:
            raise ValueError(f"{name}: the primary {primary.name} must be made with replicated_elsewhere")
        # The datastore was a child of its copy once.
        before = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=GlobalCache.token)])
        super().__init__(name, pulumi.ResourceOptions.merge(opts, before))
        settings = primary.settings
        datastore = aws.elasticache.GlobalReplicationGroup(
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
        self.datastore_id = datastore.global_replication_group_id
        """With the letters that ElastiCache puts before the name."""
        self.register_outputs({"datastoreId": self.datastore_id})


class GlobalCache(RedisBase):
    """A copy, in a recovery region, of the primary of the datastore ``datastore_id``; read-only until it is promoted.

    Version, node type, shards, parameters and both encryptions are the primary's; it has a key, users and logs of its
    own, and clients there sign in by IAM as the copy's user (``connect``). What the primary writes arrives within a
    second, as a rule:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastore.html

    An operator promotes it by taking it out of the datastore, which needs nothing of the home region; from then on
    updates leave it alone.
    """

    def __init__(
        self,
        name: str,
        settings: RedisSettings,
        *,
        datastore_id: pulumi.Input[str],
        account: Account,
        network: Network,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.bound_to_one_region:
            raise MisfitError(settings.bound_to_one_region)
        super().__init__(name, settings, account=account, network=network, key=key, opts=opts)
        # Whatever else a group can be told, ElastiCache takes from the primary and refuses to hear again:
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-CLI.html
        self._group = self._member(conditions=(GLOBAL_MEMBER, GLOBAL_COPY), global_replication_group_id=datastore_id)
        self.replication_group_id = self._group.replication_group_id
        self.register_outputs({"endpoint": self.endpoint, "replicationGroupId": self.replication_group_id})
