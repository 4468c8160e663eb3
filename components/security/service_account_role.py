"""An IAM role for a Kubernetes service account (IRSA), for pods on Fargate, where Pod Identity is unavailable."""

from collections.abc import Sequence
from typing import Protocol

import pulumi

from components.security.role import Role
from components.statements import Grant, Statement

_AUDIENCE = "sts.amazonaws.com"


class IssuingCluster(Protocol):
    """What such a role has to know of the EKS cluster whose tokens it trusts."""

    @property
    def cluster_name(self) -> str:
        """The name of the cluster."""
        ...

    @property
    def oidc_provider_arn(self) -> pulumi.Output[str]:
        """The ARN of what makes IAM trust the cluster's tokens."""
        ...

    @property
    def oidc_issuer(self) -> pulumi.Output[str]:
        """Who signs them, without the scheme."""
        ...


class ServiceAccountRole(Role):
    """A role that the token of one service account of one cluster takes; no other pod or cluster gets it.

    The cluster puts token and role into every pod whose service account names the role in ``annotations``.
    https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    """

    def __init__(
        self,
        name: str,
        *,
        cluster: IssuingCluster,
        namespace: str,
        service_account: str,
        grants: Sequence[Grant] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        who = f"system:serviceaccount:{namespace}:{service_account}"
        trust = Statement(
            "AssumeByPods",
            ["sts:AssumeRoleWithWebIdentity"],
            [],
            {
                "StringEquals": cluster.oidc_issuer.apply(
                    lambda issuer: {f"{issuer}:aud": _AUDIENCE, f"{issuer}:sub": who}
                )
            },
            principals={"Federated": [cluster.oidc_provider_arn]},
        )
        super().__init__(
            name,
            trust=trust,
            grants=grants,
            description=f"Pods of {namespace}/{service_account} in {cluster.cluster_name}",
            opts=opts,
        )

    @property
    def annotations(self) -> dict[str, pulumi.Input[str]]:
        """The annotations of the Kubernetes service account that assumes the role."""
        return {"eks.amazonaws.com/role-arn": self.arn}
