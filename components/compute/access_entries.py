"""EKS access entries: which IAM roles may use the Kubernetes API of a cluster, and with which access policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from components.account import Account

AccessPolicy = Literal[
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
]


@dataclass(frozen=True)
class ClusterAccess:
    """An IAM role that EKS lets into the Kubernetes API; with ``namespaces`` in those only.

    What each policy allows: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """

    role_arn: pulumi.Input[str]
    policy: AccessPolicy
    namespaces: Sequence[str] = ()
    groups: Sequence[str] = ()
    """Of Kubernetes, which bindings in the cluster give rights of their own."""

    def entry(self, account: Account) -> eks.AccessEntryArgs:
        """The access entry of the role with its one policy."""
        scope = aws.eks.AccessPolicyAssociationAccessScopeArgs(
            type="namespace" if self.namespaces else "cluster",
            namespaces=list(self.namespaces) or None,
        )
        policy_arn = f"arn:{account.partition}:eks::aws:cluster-access-policy/{self.policy}"
        return eks.AccessEntryArgs(
            principal_arn=self.role_arn,
            kubernetes_groups=list(self.groups) or None,
            access_policies={
                "policy": eks.AccessPolicyAssociationArgs(access_scope=scope, policy_arn=policy_arn),
            },
        )
