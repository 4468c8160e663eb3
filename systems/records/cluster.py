"""The EKS cluster of the records system, its node group and Karpenter."""

import pulumi

from components.compute.self_managed_nodes import SelfManagedNodes
from components.network.network import Network
from components.security.human_access import HumanAccess
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.karpenter import Karpenter
from components.workloads.storage_class import StorageClass, StorageClassSettings
from systems.eks_platform import Compute, make_compute
from systems.foundation import Stack
from systems.records.parts import Stores
from systems.records.settings import SystemSettings


def platform(
    stack: Stack[SystemSettings], *, network: Network, people: HumanAccess, data: Stores
) -> tuple[Compute, list[pulumi.Resource]]:
    """The cluster, and the pool of nodes that the application's pods need where they name one."""
    compute = make_compute(
        stack,
        system="records",
        network=network,
        people=people,
        cluster=stack.settings.cluster,
        groups={"nodes": stack.settings.nodes},
        addons=stack.settings.addons,
        runner=stack.settings.runner,
        access_logs=data.access_logs,
        kept_logs=data.logs,
    )
    cluster, ready = compute.cluster, compute.ready
    if stack.settings.self_managed_nodes is not None:
        SelfManagedNodes(
            "self-managed-nodes",
            stack.settings.self_managed_nodes,
            account=stack.account,
            network=network,
            cluster=cluster,
            key=compute.volumes_key,
        )
    if stack.settings.autoscaler != "karpenter":
        ClusterAutoscaler("cluster-autoscaler", account=stack.account, cluster=cluster, nodes=ready)
    pool: list[pulumi.Resource] = []
    if stack.settings.autoscaler != "clusterAutoscaler":
        pool.append(
            Karpenter(
                "karpenter",
                stack.settings.node_pool,
                account=stack.account,
                network=network,
                cluster=cluster,
                nodes_group=cluster.nodes,
                nodes=ready,
                key=compute.volumes_key,
                queue_key=stack.keys.logs,
            )
        )
    plain, tags = StorageClassSettings(default=True), snapshot_tags(compute)
    for name, kind in (("volumes", plain), ("database-volumes", stack.settings.database_volumes)):
        StorageClass(name, kind, account=stack.account, cluster=cluster, key=compute.volumes_key, tags=tags)
    return compute, pool


def snapshot_tags(compute: Compute) -> dict[str, str]:
    """The tag by which the snapshot policy finds the cluster's volumes, and those of no other in the account."""
    return {"snapshot-policy": compute.cluster.cluster_name}
