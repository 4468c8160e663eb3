"""What EKS Auto Mode adds to a cluster."""

from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from analyser.run.eks.service_role import ServiceRole, service_role
from analyser.run.remote_components import Expansion, Traced, applied, id_of, output_of

_NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
_INSTANCE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly")


def node_role(expansion: Expansion) -> ServiceRole:
    """The role of the nodes that EKS starts by itself."""
    return service_role(expansion, "nodeRole", service="ec2.amazonaws.com", policies=_NODE_POLICIES)


@dataclass(frozen=True)
class Instances:
    """The role of a default group's nodes, and the profile by which they have it."""

    role: Node
    profile: Node


def default_instances(expansion: Expansion) -> Instances | None:
    """What nodes of a default group need; pulumi-eks makes it in Auto Mode and for Fargate too, unless told."""
    if {"instanceRole", "instanceRoles"} & expansion.component.inputs.keys():
        return None
    if not expansion.plain("createInstanceRole", not expansion.plain("skipDefaultNodeGroup")):
        return None
    made = service_role(expansion, "instanceRole", service="ec2.amazonaws.com", policies=_INSTANCE_POLICIES)
    profile = expansion.resource(
        "aws:iam/instanceProfile:InstanceProfile",
        f"{expansion.name}-instanceProfile",
        {"role": id_of(made.role)},
        after=made.resolved,
    )
    return Instances(made.role, profile)


def compute_config(expansion: Expansion, nodes: ServiceRole | None) -> Traced:
    """Which nodes EKS starts in Auto Mode."""
    if nodes is None:
        return Traced({"enabled": True, **((expansion.plain("autoMode") or {}).get("computeConfig") or {})})
    own = (expansion.plain("autoMode") or {}).get("computeConfig") or {}
    return applied(
        lambda arn: {"enabled": True, "nodePools": ["general-purpose", "system"], "nodeRoleArn": arn, **own},
        output_of(nodes.role, "arn"),
    )


def storage_config(auto: bool) -> dict[str, Any] | None:
    """Block storage belongs to Auto Mode."""
    return {"blockStorage": {"enabled": True}} if auto else None


def network_config(expansion: Expansion, auto: bool) -> dict[str, Any] | None:
    """Addresses of services, and load balancing in Auto Mode; None where nothing is said about them."""
    services, family = expansion.given("kubernetesServiceIpAddressRange"), expansion.given("ipFamily")
    if services.value is None and family.value is None and not auto:
        return None
    return {
        "elasticLoadBalancing": {"enabled": True} if auto else None,
        "ipFamily": family if family.value is not None else "ipv4",
        "serviceIpv4Cidr": services if family.value in (None, "ipv4") else None,
    }
