"""Cluster Autoscaler: resizes the managed node groups of one cluster."""

from collections.abc import Sequence
from typing import Protocol

import pulumi

from components.account import Account
from components.security.pod_role import PodRole
from components.statements import Grant, Statement
from components.versions import CLUSTER_AUTOSCALER, MINORS
from components.workloads.in_cluster import SYSTEM_NAMESPACE, InCluster, KubernetesCluster
from components.workloads.quantity import Amount, Resources

_NAME = "cluster-autoscaler"
_RESOURCES = Resources(requests=Amount(cpu="100m", memory="300Mi"), limits=Amount(cpu="500m", memory="600Mi"))


class VersionedCluster(KubernetesCluster, Protocol):
    """A cluster with a known Kubernetes version."""

    @property
    def kubernetes_version(self) -> str:
        """Major and minor version, such as 1.35."""
        ...


class ClusterAutoscaler(InCluster):
    """Adds nodes for pods that find no room and takes away those that stay empty, between each group's bounds.

    It finds groups by the tags that EKS puts on the Auto Scaling groups of its managed node groups
    (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html) and may resize only those of its own
    cluster. Nodes that Karpenter launched are in no such group. Its image follows the Kubernetes minor version:
    https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/README.md#releases
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: VersionedCluster,
        nodes: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        role = PodRole(
            self.child("pods"),
            account=account,
            cluster=cluster,
            namespace=SYSTEM_NAMESPACE,
            service_account=_NAME,
            grants=[_statements(account, cluster.cluster_name)],
            opts=self.child_options(),
        )
        self.release(
            "release",
            chart=_NAME,
            repository=CLUSTER_AUTOSCALER.repository,
            version=CLUSTER_AUTOSCALER.value,
            values=_values(cluster, account.region),
            # Pods take their role when they start, and need nodes to start on.
            depends_on=[role, *nodes],
        )
        self.register_outputs({})


def _statements(account: Account, cluster_name: str) -> Grant:
    """https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#iam-policy"""
    groups = account.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")
    return Grant(
        Statement(
            "DescribeGroups",
            [
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "autoscaling:DescribeTags",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ],
            ["*"],
        ),
        Statement(
            "DescribeNodeGroups", ["eks:DescribeNodegroup"], [account.arn("eks", f"nodegroup/{cluster_name}/*/*")]
        ),
        Statement(
            "ResizeOwnGroups",
            ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            [groups],
            {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster_name}": "owned"}},
        ),
    )


def _values(cluster: VersionedCluster, region: str) -> dict[str, object]:
    return {
        "fullnameOverride": _NAME,
        "cloudProvider": "aws",
        "awsRegion": region,
        "autoDiscovery": {"clusterName": cluster.cluster_name},
        "image": {"tag": MINORS[cluster.kubernetes_version].cluster_autoscaler.tagged},
        "replicaCount": 2,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "rbac": {"serviceAccount": {"create": True, "name": _NAME}},
        "resources": _RESOURCES.as_dict(),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "fsGroup": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "extraArgs": {
            "balance-similar-node-groups": True,
            "expander": "least-waste",
            # Scratch directories of the workloads are no reason to keep a node.
            "skip-nodes-with-local-storage": False,
            "skip-nodes-with-system-pods": False,
        },
    }
