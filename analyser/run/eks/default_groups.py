"""The security groups that pulumi-eks puts around a cluster and its nodes, and its OIDC provider.

``nodes/securitygroup.ts`` and ``cluster/cluster.ts`` of https://github.com/pulumi/pulumi-eks
"""

from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from analyser.run.remote_components import Expansion, Traced, applied, id_of, output_of

_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_ALL: dict[str, Any] = {"fromPort": 0, "toPort": 0, "protocol": "-1"}
_EVERYWHERE = ["0.0.0.0/0"]
_THUMBPRINT = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"
"""Of the root that signs EKS's issuers; the component fetches it from the network.
https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html"""


@dataclass(frozen=True)
class NodeGroupRules:
    """The security group of nodes, and the rule that lets them in at the API server."""

    group: Node
    ingress: Node


def cluster_group(expansion: Expansion, vpc: Traced) -> Node:
    """The group around the API server, open to the outside."""
    group = expansion.resource(
        _GROUP,
        f"{expansion.name}-eksClusterSecurityGroup",
        {
            "vpcId": vpc,
            "revokeRulesOnDelete": True,
            "tags": _tags(expansion, f"{expansion.name}-eksClusterSecurityGroup", "clusterSecurityGroupTags"),
        },
    )
    _rule(expansion, "eksClusterInternetEgressRule", "Allow internet access.", "egress", group,
          {**_ALL, "cidrBlocks": _EVERYWHERE})  # fmt: skip
    return group


def node_group_rules(expansion: Expansion, cluster: Node, vpc: Traced, api: Traced) -> NodeGroupRules:
    """The group of nodes: open among themselves, to the control plane (``api``) and to the internet."""
    label = f"{expansion.name}-nodeSecurityGroup"
    tags = applied(
        lambda own, name: {**own, f"kubernetes.io/cluster/{name}": "owned"},
        _tags(expansion, label, "nodeSecurityGroupTags"),
        output_of(cluster, "name"),
    )
    group = expansion.resource(_GROUP, label, {"vpcId": vpc, "revokeRulesOnDelete": True, "tags": tags})
    _rule(expansion, "eksNodeIngressRule", "Allow nodes to communicate with each other", "ingress", group,
          {**_ALL, "self": True})  # fmt: skip
    for name, says, first, last in (
        (
            "eksNodeClusterIngressRule",
            "Allow worker Kubelets and pods to receive communication from the cluster control plane",
            1025,
            65535,
        ),
        (
            "eksExtApiServerClusterIngressRule",
            "Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
            443,
            443,
        ),
    ):
        ports = {"fromPort": first, "toPort": last, "protocol": "tcp", "sourceSecurityGroupId": api}
        _rule(expansion, name, says, "ingress", group, ports)
    _rule(expansion, "eksNodeInternetEgressRule", "Allow internet access.", "egress", group,
          {**_ALL, "cidrBlocks": _EVERYWHERE})  # fmt: skip
    ingress = expansion.resource(
        _RULE,
        f"{expansion.name}-eksClusterIngressRule",
        {
            "description": "Allow pods to communicate with the cluster API Server",
            "type": "ingress",
            "fromPort": 443,
            "toPort": 443,
            "protocol": "tcp",
            "securityGroupId": api,
            "sourceSecurityGroupId": id_of(group),
        },
    )
    return NodeGroupRules(group, ingress)


def oidc_provider(expansion: Expansion, cluster: Node) -> Node | None:
    """The provider by which pods' service accounts take roles; None where none is asked for."""
    if not expansion.plain("createOidcProvider"):
        return None
    return expansion.resource(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        f"{expansion.name}-oidcProvider",
        {
            "clientIdLists": ["sts.amazonaws.com"],
            "url": applied(lambda found: found[0]["oidcs"][0]["issuer"], output_of(cluster, "identities")),
            "thumbprintLists": [_THUMBPRINT],
        },
    )


def _rule(expansion: Expansion, name: str, says: str, way: str, group: Node, rule: dict[str, Any]) -> None:
    given = {"description": says, "type": way, "securityGroupId": id_of(group), **rule}
    expansion.resource(_RULE, f"{expansion.name}-{name}", given)


def _tags(expansion: Expansion, label: str, own: str) -> Traced:
    return applied(
        lambda those, all_: {"Name": label, **(those or {}), **(all_ or {})},
        expansion.given(own),
        expansion.given("tags"),
    )
