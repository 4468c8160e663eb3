"""An IAM role for a Kubernetes service account, by EKS Pod Identity."""

from collections.abc import Sequence
from typing import Protocol

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.security.role import Role
from components.statements import Grant, Statement


class PodCluster(Protocol):
    """What a pod's role has to know of the EKS cluster it runs in."""

    @property
    def cluster_name(self) -> str:
        """The name of the cluster."""
        ...

    @property
    def arn(self) -> pulumi.Output[str]:
        """The ARN of the cluster."""
        ...


class PodRole(Role):
    """A role that EKS Pod Identity gives to one service account of one cluster; no other pod or cluster gets it.

    Pod Identity names cluster, namespace and service account as session tags:
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: PodCluster,
        namespace: str,
        service_account: str,
        grants: Sequence[Grant] = (),
        managed_policies: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        trust = Statement(
            "AssumeByPods",
            ["sts:AssumeRole", "sts:TagSession"],
            [],
            {
                "StringEquals": {
                    "aws:SourceAccount": account.id,
                    "aws:RequestTag/eks-cluster-arn": cluster.arn,
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": service_account,
                },
            },
            principals={"Service": ["pods.eks.amazonaws.com"]},
        )
        super().__init__(
            name,
            trust=trust,
            grants=grants,
            managed_policies=managed_policies,
            description=f"Pods of {namespace}/{service_account} in {cluster.cluster_name}",
            opts=opts,
        )
        self.namespace = namespace
        self.service_account = service_account
        aws.eks.PodIdentityAssociation(
            self.child("association"),
            cluster_name=cluster.cluster_name,
            namespace=namespace,
            service_account=service_account,
            role_arn=self.arn,
            opts=self.child_options(),
        )
