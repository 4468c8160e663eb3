"""A namespace with the restricted Pod Security Standard and a default-deny network policy."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes.core.v1 import (
    LimitRange,
    LimitRangeItemArgs,
    LimitRangeSpecArgs,
    ResourceQuota,
    ResourceQuotaSpecArgs,
)
from pulumi_kubernetes.core.v1 import (
    Namespace as KubernetesNamespace,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

from components.workloads.in_cluster import SYSTEM_NAMESPACE, InCluster, KubernetesCluster
from components.workloads.quantity import Resources

_NAMESPACE_NAME = "kubernetes.io/metadata.name"


class Namespace(InCluster):
    """A namespace for workloads.

    Pods must meet the restricted Pod Security Standard
    (https://kubernetes.io/docs/concepts/security/pod-security-standards/). Network traffic is denied both ways but for
    DNS; the VPC CNI add-on enforces this when its network policies are on
    (https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html). Containers that say nothing get the
    resources of a small one. Services of type LoadBalancer are refused, because a load balancer that a controller made
    would stay behind and hold the VPC when the stack is destroyed.

    With ``readiness_gates`` new pods that are targets by their own address count as ready only once the load balancer
    finds them healthy. While the load balancer controller is away no pod starts in such a namespace, which is as it
    should be where pods would be reached by nobody, and nowhere else.

    With ``guaranteed`` such containers are promised all that they may take, as pods on Fargate have to be.

    ``pod_security`` is privileged only for agents that read the node's own files, which every other standard refuses.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: str,
        cluster: KubernetesCluster,
        nodes: Sequence[pulumi.Resource],
        pod_security: Literal["restricted", "privileged"] = "restricted",
        readiness_gates: bool = False,
        guaranteed: bool = False,
        labels: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self.namespace = namespace
        self.readiness_gates = readiness_gates
        made = KubernetesNamespace(
            self.child("namespace"),
            metadata=ObjectMetaArgs(name=namespace, labels=_labels(pod_security, readiness_gates, labels or {})),
            # Pods stop only where a kubelet runs: on destroy the nodes must outlive everything in here.
            opts=self.in_cluster(depends_on=list(nodes)),
        )
        # The children name their namespace in plain text, so that it is known at a first preview.
        inside = self.in_cluster(depends_on=[made])
        self._deny_all(inside)
        self._allow_dns(inside)
        self._bounds(inside, guaranteed=guaranteed)
        self.register_outputs({"namespace": namespace})

    def _deny_all(self, inside: pulumi.ResourceOptions) -> None:
        NetworkPolicy(
            self.child("default-deny"),
            metadata=ObjectMetaArgs(name="default-deny", namespace=self.namespace),
            spec=NetworkPolicySpecArgs(pod_selector=LabelSelectorArgs(), policy_types=["Ingress", "Egress"]),
            opts=inside,
        )

    def _allow_dns(self, inside: pulumi.ResourceOptions) -> None:
        resolver = NetworkPolicyPeerArgs(
            namespace_selector=LabelSelectorArgs(match_labels={_NAMESPACE_NAME: SYSTEM_NAMESPACE}),
            pod_selector=LabelSelectorArgs(match_labels={"k8s-app": "kube-dns"}),
        )
        ports = [NetworkPolicyPortArgs(port=53, protocol=protocol) for protocol in ("UDP", "TCP")]
        NetworkPolicy(
            self.child("allow-dns"),
            metadata=ObjectMetaArgs(name="allow-dns", namespace=self.namespace),
            spec=NetworkPolicySpecArgs(
                pod_selector=LabelSelectorArgs(),
                policy_types=["Egress"],
                egress=[NetworkPolicyEgressRuleArgs(to=[resolver], ports=ports)],
            ),
            opts=inside,
        )

    def _bounds(self, inside: pulumi.ResourceOptions, *, guaranteed: bool) -> None:
        small = Resources()
        promised = small.limits if guaranteed else small.requests
        LimitRange(
            self.child("limits"),
            metadata=ObjectMetaArgs(name="containers", namespace=self.namespace),
            spec=LimitRangeSpecArgs(
                limits=[
                    LimitRangeItemArgs(
                        type="Container", default=small.limits.as_dict(), default_request=promised.as_dict()
                    )
                ]
            ),
            opts=inside,
        )
        ResourceQuota(
            self.child("quota"),
            metadata=ObjectMetaArgs(name="load-balancers", namespace=self.namespace),
            spec=ResourceQuotaSpecArgs(hard={"services.loadbalancers": "0"}),
            opts=inside,
        )


def _labels(pod_security: str, readiness_gates: bool, labels: Mapping[str, str]) -> dict[str, str]:
    # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
    gates = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"} if readiness_gates else {}
    security = {f"pod-security.kubernetes.io/{mode}": pod_security for mode in ("enforce", "audit", "warn")}
    return {**security, **gates, **labels}
