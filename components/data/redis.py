"""An ElastiCache for Redis replication group."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.data.final_snapshot import final_snapshot
from components.data.redis_base import RedisBase
from components.data.redis_settings import RedisSettings
from components.drift import GLOBAL_MEMBER, GLOBAL_PRIMARY
from components.network.network import Network
from components.security.key import Key
from components.statements import Grant, Statement, sid
from settings import MisfitError

_NOWHERE = "standing-by.invalid"
"""https://www.rfc-editor.org/rfc/rfc2606"""


class Redis(RedisBase):
    """A replication group in the data tier, encrypted with ``key`` at rest and by TLS in transit.

    The only user is the application's; it may do everything but what Redis calls dangerous. It signs in with a token
    that IAM signs (``connect``), or with a password: the first one, in the state as a secret, opens the cache until
    whoever was granted ``set_password`` has replaced it. The ``default`` user is switched off. Where the environment
    requires a standby, there are at least two nodes unless ``single_node`` says otherwise; two or more fail over
    between zones. The slow and the engine log go to CloudWatch, so
    ``key`` must let CloudWatch Logs use it (``log_groups``).
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html

    When its memory is full it drops keys that have a time to live, those that were not used for longest; with
    ``refuses_when_full`` it refuses writes instead, for what exists nowhere else; the alarm on memory comes before. The
    parameter group is then its own, and differs from the service's in this only.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html

    With ``replicated_elsewhere`` a ``GlobalCache`` can copy it to another region; its version, node type and shards are
    then changed there, for all regions at once. Raises ValueError when the settings do not allow such a copy.

    In a recovery stack ``promoted`` says whether the group is there already. Until then everything else is: users,
    logs, its place in the network, and its name, by which roles are granted it.
    """

    def __init__(
        self,
        name: str,
        settings: RedisSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        refuses_when_full: bool = False,
        replicated_elsewhere: bool = False,
        promoted: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if replicated_elsewhere and settings.bound_to_one_region:
            raise MisfitError(settings.bound_to_one_region)
        super().__init__(name, settings, account=account, network=network, key=key, opts=opts)
        self.replicated_elsewhere = replicated_elsewhere
        self._by_name = promoted is not None
        self._there = promoted is not False
        self.replication_group_id: pulumi.Input[str] = settings.replication_group_id
        if promoted is False:
            self.register_outputs({"replicationGroupId": self.replication_group_id})
            return
        kept = account.safeguards.keeps_data
        self._group = self._member(
            engine="redis",
            engine_version=settings.engine_version,
            node_type=settings.node_type,
            parameter_group_name=self._parameters(refuses_when_full),
            num_node_groups=settings.shards if settings.cluster_mode else None,
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            final_snapshot_identifier=self._final_snapshot() if kept else None,
            conditions=(GLOBAL_MEMBER, GLOBAL_PRIMARY) if replicated_elsewhere else (),
        )
        self.replication_group_id = self._group.replication_group_id
        self.created_id = self._group.id
        """The same, but known only once the group is there."""
        self.register_outputs({"endpoint": self.endpoint, "replicationGroupId": self.replication_group_id})

    @property
    def endpoint(self) -> pulumi.Output[str]:
        """Where clients connect; a name that leads nowhere while the group is not there."""
        return super().endpoint if self._there else pulumi.Output.from_input(_NOWHERE)

    @property
    def group_arn(self) -> pulumi.Input[str]:
        """The group's ARN; in a recovery stack the same whether it is there or not."""
        if self._by_name:
            return self.account.arn("elasticache", f"replicationgroup:{self.settings.replication_group_id}")
        return super().group_arn

    def _final_snapshot(self) -> pulumi.Output[str]:
        made_with = {"version": self.settings.engine_version, "key": self._key.arn}
        if self.settings.subnet_group_name is not None:
            made_with["subnets"] = self.settings.subnet_group_name
        return final_snapshot(self, self.settings.replication_group_id, made_with)

    def _parameters(self, refuses_when_full: bool) -> pulumi.Input[str]:
        """The parameter group, which is also what switches cluster mode."""
        if not refuses_when_full:
            return self.settings.parameter_group
        parameters = {
            "cluster-enabled": "yes" if self.settings.cluster_mode else "no",
            "maxmemory-policy": "noeviction",
        }
        group = aws.elasticache.ParameterGroup(
            self.child("parameter-group"),
            family=self.settings.parameter_family,
            description=f"{self._purpose} refuses writes when it is full",
            parameters=[{"name": name, "value": value} for name, value in parameters.items()],
            opts=self.child_options(),
        )
        return group.name

    @property
    def set_password(self) -> Grant:
        """Lets a role replace the passwords of the application's user, of which there may be two at a time."""
        return Statement(
            sid("SetPassword", self.name), ["elasticache:DescribeUsers", "elasticache:ModifyUser"], [self._user.arn]
        )
