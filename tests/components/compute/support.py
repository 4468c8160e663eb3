"""A whole cluster as the systems build it, with no setting that has a default."""

import functools
from collections.abc import Sequence
from typing import Any

from analyser.graph import Graph, Node
from components.account import Account
from components.compute.access_entries import ClusterAccess
from components.compute.addons import Addons, AddonsSettings
from components.compute.cluster import Cluster, ClusterSettings
from components.compute.node_group import NodeGroup
from components.compute.node_settings import NodeGroupSettings
from components.security.key import Key, account_volumes, log_groups
from components.statements import Statement
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, record

OPERATORS = ClusterAccess("arn:aws:iam::123456789012:role/operators", "AmazonEKSViewPolicy")
ON_CALL = ClusterAccess("arn:aws:iam::123456789012:role/on-call", "AmazonEKSEditPolicy", namespaces=("records",))

SETTINGS = ClusterSettings(name="microservice-prod")


def node_settings(**changes: Any) -> NodeGroupSettings:
    """Three to ten compute-optimized nodes."""
    given: dict[str, Any] = {
        "name": "compute",
        "instance_types": ("c5.2xlarge",),
        "min_size": 3,
        "max_size": 10,
        "desired_size": 3,
    }
    return NodeGroupSettings(**given | changes)


def build(
    account: Account = ACCOUNT,
    addons: AddonsSettings | None = None,
    mounts: Sequence[Statement] = (),
    settings: ClusterSettings = SETTINGS,
    **node_changes: Any,
) -> Cluster:
    """A network, a cluster, a group of nodes and the add-ons."""
    key = Key("key", account=account, purpose="Secrets and volumes", usable_by=account_volumes(account))
    log_key = Key("log-key", account=account, purpose="Logs", usable_by=[log_groups(account)])
    network = Subnets("net")
    cluster = Cluster(
        "cluster",
        settings,
        account=account,
        network=network,
        key=key,
        log_key=log_key,
        access={"operators": OPERATORS, "on-call": ON_CALL},
    )
    nodes = NodeGroup(
        "nodes", node_settings(**node_changes), account=account, network=network, cluster=cluster, key=key
    )
    Addons(
        "addons",
        addons or AddonsSettings(),
        account=account,
        cluster=cluster,
        nodes=[nodes],
        log_key=log_key,
        mounts=mounts,
    )
    return cluster


def graph(**arguments: Any) -> Graph:
    """The graph of ``build``."""
    return record(lambda: build(**arguments)) if arguments else _standard()


@functools.cache
def _standard() -> Graph:
    return record(build)


def addon(found: Graph, name: str) -> Node:
    """The one add-on of an AWS name."""
    (node,) = [node for node in found.of_type("aws:eks/addon:Addon") if node.inputs["addonName"] == name]
    return node


def waits_for(found: Graph, node: Node) -> set[str]:
    """The logical names of all that must be there before ``node``, directly or through others."""
    waiting, seen = list(node.dependencies), set()
    while waiting:
        urn = waiting.pop()
        if urn not in seen and found.get(urn) is not None:
            seen.add(urn)
            waiting += found[urn].dependencies
    return {found[urn].name for urn in seen}
