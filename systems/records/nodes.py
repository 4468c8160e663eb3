"""Where the pods of the records system run: the cluster, its nodes and whatever makes more of them."""

import pulumi

from components.account import Account
from components.compute.self_managed_nodes import SelfManagedNodes
from components.data.log_bucket import LogBucket
from components.network.network import Network
from components.security.human_access import HumanAccess
from components.workloads.cluster_autoscaler import ClusterAutoscaler
from components.workloads.karpenter import Karpenter
from components.workloads.storage_class import StorageClass, StorageClassSettings
from systems.eks_platform import Compute, make_compute
from systems.foundation import Keys
from systems.records.settings import BACKED_UP, SystemSettings


def platform(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    people: HumanAccess,
    access_logs: LogBucket,
) -> tuple[Compute, list[pulumi.Resource]]:
    """The cluster, and the pool of nodes that the application's pods need where they name one."""
    compute = make_compute(
        "records",
        account,
        keys,
        network,
        people,
        cluster=settings.cluster,
        groups={"nodes": settings.nodes},
        addons=settings.addons,
        runner=settings.runner,
        access_logs=access_logs,
    )
    cluster, ready = compute.cluster, compute.ready
    if settings.self_managed_nodes is not None:
        SelfManagedNodes(
            "self-managed-nodes",
            settings.self_managed_nodes,
            account=account,
            network=network,
            cluster=cluster,
            key=compute.volumes_key,
        )
    if settings.autoscaler != "karpenter":
        ClusterAutoscaler("cluster-autoscaler", account=account, cluster=cluster, nodes=ready)
    pool: list[pulumi.Resource] = []
    if settings.autoscaler != "clusterAutoscaler":
        pool.append(
            Karpenter(
                "karpenter",
                settings.node_pool,
                account=account,
                network=network,
                cluster=cluster,
                nodes_group=cluster.nodes,
                nodes=ready,
                key=compute.volumes_key,
                queue_key=keys.logs,
            )
        )
    plain = StorageClassSettings(default=True, tags=BACKED_UP)
    for name, kind in (("volumes", plain), ("database-volumes", settings.database_volumes)):
        StorageClass(name, kind, account=account, cluster=cluster, key=compute.volumes_key)
    return compute, pool
