"""What every system on EKS has in the same way: its cluster with nodes and add-ons, and the key of their volumes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.account import Account
from components.compute.access import ClusterAccess
from components.compute.addons import Addons, AddonsSettings
from components.compute.cluster import Cluster, ClusterSettings
from components.compute.node_group import NodeGroup, NodeGroupSettings
from components.network.network import Network
from components.security.human_access import HumanAccess
from components.security.key import Key, account_volumes
from components.security.operator_role import OPERATORS, OperatorRole
from components.statements import Statement
from components.workloads.operator_rights import OperatorRights
from systems.foundation import Keys


@dataclass(frozen=True)
class Compute:
    """A cluster that pods can run in."""

    cluster: Cluster
    volumes_key: Key
    """The key of nodes' and pods' volumes."""
    ready: list[pulumi.Resource]
    """What pods need before they can start."""
    operators: OperatorRole
    operator_rights: OperatorRights


def make_compute(
    system: str,
    account: Account,
    keys: Keys,
    network: Network,
    people: HumanAccess,
    *,
    cluster: ClusterSettings,
    groups: Mapping[str, NodeGroupSettings],
    addons: AddonsSettings,
    mounts: Sequence[Statement] = (),
) -> Compute:
    """A cluster, its managed node groups by logical name, and the add-ons; ``people`` may look at what runs there,
    operators also drain nodes and restart what a system names.

    ``mounts`` are file systems that pods mount through the EFS driver.
    """
    volumes = Key(
        "volumes-key",
        account=account,
        purpose=f"Volumes of the {system} system's nodes and pods",
        usable_by=account_volumes(account),
    )
    operators = OperatorRole("operators", account=account)
    made = Cluster(
        "cluster",
        cluster,
        account=account,
        network=network,
        key=keys.secrets,
        log_key=keys.logs,
        access={
            "people": ClusterAccess(people.arn, "AmazonEKSViewPolicy"),
            "operators": ClusterAccess(operators.arn, "AmazonEKSViewPolicy", groups=[OPERATORS]),
        },
    )
    nodes = [
        NodeGroup(name, settings, account=account, network=network, cluster=made, key=volumes)
        for name, settings in groups.items()
    ]
    running = Addons("addons", addons, account=account, cluster=made, nodes=nodes, log_key=keys.logs, mounts=mounts)
    rights = OperatorRights("operator-rights", cluster=made)
    return Compute(made, volumes, [*nodes, running], operators, rights)
