"""Kubernetes RBAC of operators: drain nodes, restart named deployments."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRuleArgs,
    Role,
    RoleBinding,
    RoleRefArgs,
    SubjectArgs,
)

from components.security.operator_role import OPERATORS
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.namespace import Namespace

_NAME = "strata-operators"
_LOOK = ("get", "list", "watch")
# What kubectl cordon, uncordon and drain ask the API for, and what describe vpa and top show:
# https://github.com/kubernetes/kubectl/blob/master/pkg/drain/drain.go
_NODES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("", ("nodes",), (*_LOOK, "patch")),
    ("", ("pods",), _LOOK),
    ("", ("pods/eviction",), ("create",)),
    ("apps", ("daemonsets",), _LOOK),
    ("autoscaling.k8s.io", ("verticalpodautoscalers",), _LOOK),
    ("metrics.k8s.io", ("nodes", "pods"), ("get", "list")),
)


class OperatorRights(InCluster):
    """Lets the group of operators drain nodes, beside what EKS's own view policy shows; ``restart`` adds a namespace's.

    Nobody enters a pod by it: a shell has the pod's credentials.
    """

    def __init__(self, name: str, *, cluster: KubernetesCluster, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        role = ClusterRole(
            self.child("nodes"),
            metadata=ObjectMetaArgs(name=_NAME),
            rules=[
                PolicyRuleArgs(api_groups=[group], resources=list(resources), verbs=list(verbs))
                for group, resources, verbs in _NODES
            ],
            opts=self.in_cluster(),
        )
        ClusterRoleBinding(
            self.child("nodes", "binding"),
            metadata=ObjectMetaArgs(name=_NAME),
            **_bound("ClusterRole"),
            opts=self.in_cluster(depends_on=[role]),
        )

    def restart(self, namespace: Namespace, deployments: Sequence[str]) -> None:
        """Lets operators restart these deployments, and reach their pods by port-forward."""
        metadata = ObjectMetaArgs(name=_NAME, namespace=namespace.namespace)
        role = Role(
            self.child("workloads"),
            metadata=metadata,
            rules=[
                PolicyRuleArgs(
                    api_groups=["apps"], resources=["deployments"], resource_names=list(deployments), verbs=["patch"]
                ),
                PolicyRuleArgs(api_groups=[""], resources=["pods/portforward"], verbs=["create"]),
            ],
            opts=self.in_cluster(depends_on=[namespace]),
        )
        RoleBinding(
            self.child("workloads", "binding"),
            metadata=metadata,
            **_bound("Role"),
            opts=self.in_cluster(depends_on=[namespace, role]),
        )


def _bound(kind: str) -> Mapping[str, Any]:
    group = "rbac.authorization.k8s.io"
    return {
        "role_ref": RoleRefArgs(api_group=group, kind=kind, name=_NAME),
        "subjects": [SubjectArgs(api_group=group, kind="Group", name=OPERATORS)],
    }
