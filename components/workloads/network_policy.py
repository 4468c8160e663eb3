"""A workload's Kubernetes NetworkPolicy: its clients and its destinations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs
from pulumi_kubernetes.networking.v1 import (
    IPBlockArgs,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

# The Pod Identity agent: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
_POD_IDENTITY = "169.254.170.23/32"


@dataclass(frozen=True)
class Destination:
    """Addresses outside the cluster and the TCP port to reach there.

    The security group of the nodes must let the same traffic out; both apply.
    """

    port: int
    cidrs: Sequence[pulumi.Input[str]]


def addresses(cidrs: Sequence[pulumi.Input[str]]) -> list[NetworkPolicyPeerArgs]:
    """Peers outside the cluster."""
    return [NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=cidr)) for cidr in cidrs]


def pods(name: str, namespace: str) -> NetworkPolicyPeerArgs:
    """The pods of one workload."""
    return NetworkPolicyPeerArgs(
        namespace_selector=LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": namespace}),
        pod_selector=LabelSelectorArgs(match_labels={"app": name}),
    )


def own_policy(
    name: str,
    port: int,
    *,
    clients: Sequence[pulumi.Input[str]],
    destinations: Mapping[str, Destination],
    has_role: bool,
) -> NetworkPolicySpecArgs:
    """Lets ``clients`` (CIDRs) in on the port, and out to the destinations and to the credentials of a role."""
    outside = [destinations[key] for key in sorted(destinations)]
    if has_role:
        outside.append(Destination(80, [_POD_IDENTITY]))
    return NetworkPolicySpecArgs(
        pod_selector=LabelSelectorArgs(match_labels={"app": name}),
        policy_types=["Ingress", "Egress"],
        ingress=[_ingress(addresses(clients), port)] if clients else [],
        egress=[NetworkPolicyEgressRuleArgs(to=addresses(to.cidrs), ports=_tcp(to.port)) for to in outside],
    )


def answer(name: str, port: int, client: NetworkPolicyPeerArgs) -> NetworkPolicySpecArgs:
    """Lets other pods in on the port."""
    return NetworkPolicySpecArgs(
        pod_selector=LabelSelectorArgs(match_labels={"app": name}),
        policy_types=["Ingress"],
        ingress=[_ingress([client], port)],
    )


def ask(name: str, port: int, server: NetworkPolicyPeerArgs) -> NetworkPolicySpecArgs:
    """Lets pods out to the port of other pods."""
    return NetworkPolicySpecArgs(
        pod_selector=LabelSelectorArgs(match_labels={"app": name}),
        policy_types=["Egress"],
        egress=[NetworkPolicyEgressRuleArgs(to=[server], ports=_tcp(port))],
    )


def _ingress(peers: Sequence[NetworkPolicyPeerArgs], port: int) -> NetworkPolicyIngressRuleArgs:
    # An ingress rule names its peers "from", a word that Python keeps to itself.
    return NetworkPolicyIngressRuleArgs(from_=peers, ports=_tcp(port))


def _tcp(port: int) -> list[NetworkPolicyPortArgs]:
    return [NetworkPolicyPortArgs(port=port, protocol="TCP")]
