"""EKS node groups, Fargate profiles and add-ons."""

from collections.abc import Iterator
from typing import Any

from policy.exposure import SUBNET, public_subnet
from policy.json_text import decoded
from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule
from policy.rules.ec2 import LAUNCH_TEMPLATE
from policy.rules.eks import CLUSTER
from policy.rules.kubernetes_network import NETWORK_POLICY
from policy.rules.kubernetes_rbac import POD_IDENTITY

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
FARGATE_PROFILE = "aws:eks/fargateProfile:FargateProfile"
ADD_ON = "aws:eks/addon:Addon"
_LINK = "https://docs.aws.amazon.com/eks/latest/userguide/"
_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices/"
# Add-ons that call AWS, and the service account that does:
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
_CALLERS = {
    "vpc-cni": "aws-node",
    "aws-ebs-csi-driver": "ebs-csi-controller-sa",
    "aws-efs-csi-driver": "efs-csi-controller-sa",
    "aws-mountpoint-s3-csi-driver": "s3-csi-driver-sa",
    "amazon-cloudwatch-observability": "cloudwatch-agent",
}


@rule(
    "eks-node-ssh",
    title="Nodes have no SSH access",
    severity=Severity.HIGH,
    types=[NODE_GROUP],
    frameworks={"Checkov": "CKV_AWS_100"},
    remedy="Leave remoteAccess out; reach nodes by Session Manager.",
    link=_LINK + "managed-node-groups.html",
)
def node_ssh(group: Resource) -> Iterator[Finding]:
    """With a key and no source security group EKS opens port 22 to the internet; with one the key can still be lost."""
    if group.has("remoteAccess.ec2SshKey"):
        whom = "the internet" if group.lacks("remoteAccess.sourceSecurityGroupIds") else "whoever holds the key"
        yield Finding(f"lets {whom} in by SSH", "remoteAccess")


@stack_rule(
    "eks-node-metadata",
    title="Pods cannot take the role of their node",
    severity=Severity.HIGH,
    types=[NODE_GROUP],
    frameworks={"FSBP": "EC2.170", "CIS": "6.7", "Checkov": "CKV_AWS_341"},
    remedy="Give the group a launch template with metadataOptions httpTokens required and httpPutResponseHopLimit 1.",
    link=_PRACTICES + "identity-and-access-management.html",
)
def node_metadata(group: Resource, graph: Graph) -> Iterator[Finding]:
    """By default answers of the metadata service travel two hops, which is as far as the pods."""
    if group.lacks("launchTemplate"):
        yield Finding("has no launch template: its metadata service answers pods", "launchTemplate")
    for template in graph.refers(group, "launchTemplate.id", LAUNCH_TEMPLATE):
        if template.lacks("metadataOptions.httpPutResponseHopLimit", 1):
            yield Finding(f"its launch template {template.name} lets metadata answers travel to pods", "launchTemplate")


@rule(
    "eks-node-image",
    title="Nodes run a system that is still maintained",
    severity=Severity.MEDIUM,
    types=[NODE_GROUP],
    frameworks={"Well-Architected": "SEC06-BP01"},
    remedy="Set amiType to AL2023_x86_64_STANDARD, AL2023_ARM_64_STANDARD or a Bottlerocket type.",
    link=_LINK + "eks-ami-deprecation-faqs.html",
)
def node_image(group: Resource) -> Iterator[Finding]:
    """EKS has published no Amazon Linux 2 image, and so no fix of its flaws, since November 2025."""
    image = group.get("amiType")
    if isinstance(image, str) and image.startswith("AL2_"):
        yield Finding(f"runs {image}", "amiType")


@stack_rule(
    "eks-on-demand-nodes",
    title="Clusters in production have nodes that AWS does not take back",
    severity=Severity.LOW,
    types=[CLUSTER],
    frameworks={"Well-Architected": "REL11-BP02"},
    remedy="Set capacityType of at least one node group to ON_DEMAND.",
    link=_LINK + "managed-node-groups.html#managed-node-group-capacity-types",
    level=Level.ADVISORY,
)
def on_demand_nodes(cluster: Resource, graph: Graph) -> Iterator[Finding]:
    """Spot nodes go at two minutes' notice, all of a kind together; production needs others to stand on."""
    groups = graph.companions(cluster, NODE_GROUP, by="clusterName")
    if graph.production and groups and all(group.has("capacityType", "SPOT") for group in groups):
        yield Finding("has Spot nodes only")


@stack_rule(
    "eks-private-nodes",
    title="Nodes and Fargate pods run in private subnets",
    severity=Severity.HIGH,
    types=[NODE_GROUP, FARGATE_PROFILE],
    frameworks={"Well-Architected": "SEC05-BP01"},
    remedy="Name subnets whose route table leads to a NAT gateway or nowhere. EKS refuses public ones for Fargate.",
    link=_PRACTICES + "subnets.html",
)
def private_nodes(group: Resource, graph: Graph) -> Iterator[Finding]:
    """A node in a subnet with a way in is one address and one security group rule away from the internet."""
    for subnet in graph.refers(group, "subnetIds", SUBNET):
        if public_subnet(subnet, graph):
            yield Finding(f"runs in the public subnet {subnet.name}", "subnetIds")


@stack_rule(
    "eks-addon-role",
    title="Add-ons call AWS by a role of their own",
    severity=Severity.MEDIUM,
    types=[ADD_ON],
    frameworks={"Well-Architected": "SEC03-BP02"},
    remedy="Add a PodIdentityAssociation for the add-on's service account, or podIdentityAssociations to the add-on.",
    link=_LINK + "add-ons-iam.html",
)
def addon_role(addon: Resource, graph: Graph) -> Iterator[Finding]:
    """Otherwise they use the node's role, which every pod on the node's network can take."""
    name = addon.get("addonName")
    account = _CALLERS.get(name) if isinstance(name, str) else None
    own = ("serviceAccountRoleArn", "podIdentityAssociations")
    if account is None or not all(addon.lacks(key) for key in own):
        return
    associations = graph.of(POD_IDENTITY)
    if not any(each.unknown("serviceAccount") or each.has("serviceAccount", account) for each in associations):
        yield Finding(f"calls AWS by the node's role: {account} has none")


@stack_rule(
    "eks-network-policies-enforced",
    title="The network plugin enforces NetworkPolicies",
    severity=Severity.HIGH,
    types=[ADD_ON],
    frameworks={"CIS EKS 1.5": "4.3.1"},
    remedy='Set configurationValues of the vpc-cni add-on to {"enableNetworkPolicy": "true"}.',
    link=_LINK + "cni-network-policy-configure.html",
)
def network_policies_enforced(addon: Resource, graph: Graph) -> Iterator[Finding]:
    """The VPC CNI ignores NetworkPolicies until told otherwise: they are there and stop nothing."""
    values = addon.get("configurationValues", "{}")
    if not addon.has("addonName", "vpc-cni") or not known(values) or not graph.of(NETWORK_POLICY):
        return
    if str(_parsed(values).get("enableNetworkPolicy")).lower() != "true":
        yield Finding("does not enforce the stack's NetworkPolicies", "configurationValues")


def _parsed(values: Any) -> dict[str, Any]:
    content = decoded(values)
    return content if isinstance(content, dict) else {}
