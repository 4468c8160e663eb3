"""What EKS Auto Mode adds to a cluster."""

from typing import Any

from analyser.graph import Node
from analyser.run.eks.service_role import ServiceRole, service_role
from analyser.run.remote_components import Expansion, Traced, applied, id_of, output_of

_NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
_INSTANCE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly")


def node_role(expansion: Expansion) -> ServiceRole:
    """The role of the nodes that EKS starts by itself."""
    return service_role(expansion, "nodeRole", service="ec2.amazonaws.com", policies=_NODE_POLICIES)


def default_instances(expansion: Expansion, auto: bool) -> Node | None:
    """The role, with a profile, for nodes of a default group; pulumi-eks makes it in Auto Mode too, unless told."""
    wanted = expansion.plain("createInstanceRole", auto and not expansion.plain("skipDefaultNodeGroup"))
    if not wanted:
        return None
    made = service_role(expansion, "instanceRole", service="ec2.amazonaws.com", policies=_INSTANCE_POLICIES)
    expansion.resource(
        "aws:iam/instanceProfile:InstanceProfile",
        f"{expansion.name}-instanceProfile",
        {"role": id_of(made.role)},
        after=made.resolved,
    )
    return made.role


def compute_config(expansion: Expansion, nodes: ServiceRole | None) -> Traced | None:
    """Which nodes EKS starts; None outside Auto Mode."""
    if nodes is None:
        return None
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
