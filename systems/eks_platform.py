"""What every system on EKS has in the same way: its keys, its cluster with nodes and add-ons, its notices."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.account import Account
from components.compute.access import ClusterAccess
from components.compute.addons import Addons, AddonsSettings
from components.compute.cluster import Cluster, ClusterSettings
from components.compute.node_group import NodeGroup, NodeGroupSettings
from components.network.network import Network
from components.operations.metric import EDGE_REGION
from components.operations.topic import PUBLISHERS, Notices, NoticesSettings
from components.security.human_access import HumanAccess
from components.security.key import Key, account_volumes, log_groups, publishers


@dataclass(frozen=True)
class Keys:
    """One customer key a purpose, so that using one kind of thing opens no other."""

    data: Key
    secrets: Key
    volumes: Key
    logs: Key
    edge_logs: Key
    """Beside the logs of CloudFront, its web ACL and Route 53, which only exist in us-east-1."""


@dataclass(frozen=True)
class Compute:
    """A cluster that pods can run in."""

    cluster: Cluster
    nodes: NodeGroup
    ready: list[pulumi.Resource]
    """What pods need before they can start."""


def make_keys(system: str, account: Account, *, also_notices: Sequence[str] = ()) -> Keys:
    """The keys of a system; ``also_notices`` are services that publish beside alarms and budgets."""
    logs = Key(
        "logs-key",
        account=account,
        purpose=f"Log groups, notices and interruption notices of the {system} system",
        usable_by=[log_groups(account), publishers(account, *PUBLISHERS, *also_notices)],
    )
    return Keys(
        data=Key(
            "data-key",
            account=account,
            purpose=f"Databases, streams, buckets and images of the {system} system",
            usable_by=[log_groups(account)],
        ),
        secrets=Key("secrets-key", account=account, purpose=f"Secrets of the {system} system and its cluster"),
        volumes=Key(
            "volumes-key",
            account=account,
            purpose=f"Volumes of the {system} system's nodes and pods",
            usable_by=account_volumes(account),
        ),
        logs=logs,
        edge_logs=logs if account.region == EDGE_REGION else _edge_key(system, account),
    )


def make_compute(
    account: Account,
    keys: Keys,
    network: Network,
    people: HumanAccess,
    *,
    cluster: ClusterSettings,
    nodes: NodeGroupSettings,
    addons: AddonsSettings,
) -> Compute:
    """A cluster, one managed node group and the add-ons; ``people`` may look at what runs there."""
    made = Cluster(
        "cluster",
        cluster,
        account=account,
        network=network,
        key=keys.secrets,
        log_key=keys.logs,
        access={"people": ClusterAccess(people.arn, "AmazonEKSViewPolicy")},
    )
    group = NodeGroup("nodes", nodes, account=account, network=network, cluster=made, key=keys.volumes)
    running = Addons("addons", addons, account=account, cluster=made, nodes=[group], log_key=keys.logs)
    return Compute(made, group, [group, running])


def make_notices(settings: NoticesSettings, account: Account, keys: Keys) -> tuple[Notices, Notices | None]:
    """Where alarms go; a second topic for those of the edge, when the stack is not beside them."""
    notices = Notices("notices", settings, account=account, key=keys.logs)
    if account.region == EDGE_REGION:
        return notices, None
    return notices, Notices("edge-notices", settings, account=account, key=keys.edge_logs, region=EDGE_REGION)


def _edge_key(system: str, account: Account) -> Key:
    return Key(
        "edge-logs-key",
        account=account,
        purpose=f"Logs and notices of the {system} system's edge",
        usable_by=[log_groups(account, EDGE_REGION), publishers(account, *PUBLISHERS)],
        region=EDGE_REGION,
    )
