"""A DynamoDB Accelerator (DAX) cluster."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.data.table import Table
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.security.role import Role
from components.statements import Grant, Statement, service_trust, sid
from settings import Settings
from settings.services.dax import ClusterName, NodeType
from settings.services.windows import WeeklyHour

PORT = 9111
"""Where DAX takes TLS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionInTransit.html"""
_READ = ("BatchGetItem", "ConditionCheckItem", "GetItem", "Query", "Scan")
_WRITE = ("BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem")
_STANDBY_NODES = 3


class AcceleratorSettings(Settings):
    """Name, size and weekly maintenance (UTC) of a cluster; the name is AWS's own, in lower case.

    An environment that requires a standby has three nodes at least, one in each of three zones, as AWS advises:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html
    """

    cluster_name: ClusterName
    """The cluster's name in AWS, in lower case."""
    node_type: NodeType = "dax.t3.small"
    """The instance class of each node."""
    nodes: int = Field(default=1, ge=1, le=11)
    """How many nodes, the primary among them."""
    maintenance_window: WeeklyHour = "sun:04:30-sun:05:30"
    """When AWS may work on it, in UTC; an hour at least."""


class Accelerator(Component):
    """A cache in the data tier, in front of ``tables``, that speaks DynamoDB's own API over TLS and nothing else.

    Its disks are encrypted with AWS's key, as DAX takes no other:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionAtRest.html

    Its own role reads and writes the tables, so whoever may use the cluster reaches all of them: a client needs
    ``allow`` and one of ``read``, ``write`` and ``read_write``. Reads are eventually consistent from the cache, up to
    five minutes old when an item is changed behind its back.
    """

    def __init__(
        self,
        name: str,
        settings: AcceleratorSettings,
        *,
        account: Account,
        network: Network,
        tables: Mapping[str, Table],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._purpose = f"DAX {settings.cluster_name}"
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=self._purpose, opts=self.child_options()
        )
        self._security_group.allow_all("DAX nodes among themselves")
        role = Role(
            self.child("service"),
            trust=service_trust("dax.amazonaws.com"),
            grants=[table.read_write for _, table in sorted(tables.items())],
            description=f"{self._purpose} reads and writes its tables",
            opts=self.child_options(),
        )
        subnets = aws.dax.SubnetGroup(
            self.child("subnet-group"),
            description=f"Data tier for {self._purpose}",
            subnet_ids=list(network.data_subnet_ids.values()),
            opts=self.child_options(),
        )
        nodes = max(settings.nodes, _STANDBY_NODES) if account.safeguards.multi_az else settings.nodes
        cluster = aws.dax.Cluster(
            self.child("cluster"),
            cluster_name=settings.cluster_name,
            description=self._purpose,
            node_type=settings.node_type,
            replication_factor=nodes,
            iam_role_arn=role.arn,
            subnet_group_name=subnets.name,
            security_group_ids=[self._security_group.security_group_id],
            cluster_endpoint_encryption_type="TLS",
            server_side_encryption={"enabled": True},
            maintenance_window=settings.maintenance_window,
            # DAX tries the role's rights as it makes the cluster.
            opts=self.child_options(depends_on=[role]),
        )
        self.arn = cluster.arn
        self.endpoint = pulumi.Output.concat("daxs://", cluster.cluster_address)
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to every node."""
        self._security_group.allow(client, PORT, self._purpose)

    @property
    def read(self) -> Grant:
        """Lets a role read items through the cache."""
        return self._grant("Read", _READ)

    @property
    def write(self) -> Grant:
        """Lets a role put, change and delete items through the cache."""
        return self._grant("Write", _WRITE)

    @property
    def read_write(self) -> Grant:
        """Lets a role read, put, change and delete items through the cache."""
        return self._grant("ReadWrite", sorted({*_READ, *_WRITE}))

    def _grant(self, verb: str, actions: Sequence[str]) -> Grant:
        return Statement(sid(verb, self.name), [f"dax:{action}" for action in actions], [self.arn])
