"""Security group rules between the nodes and the control plane of an EKS cluster."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.network.security_group import HasSecurityGroup, SecurityGroup

_FROM_CONTROL_PLANE = {
    443: "Control plane to webhooks on 443",
    4443: "Control plane to aggregated APIs on 4443",
    8443: "Control plane to webhooks on 8443",
    9443: "Control plane to webhooks of the load balancer controller and CloudWatch",
    10250: "Control plane to kubelets",
    10251: "Control plane to metrics-server",
}


@dataclass(frozen=True)
class ControlPlane:
    """The security group that EKS puts around the API server's network interfaces."""

    name: str
    security_group_id: pulumi.Output[str]


def open_api(parent: Component, control_plane: HasSecurityGroup, client: HasSecurityGroup) -> None:
    """Opens the Kubernetes API to ``client``: ingress at the control plane, egress at the client."""
    aws.vpc.SecurityGroupIngressRule(
        parent.child("api-from", client.name),
        security_group_id=control_plane.security_group_id,
        referenced_security_group_id=client.security_group_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="Kubernetes API",
        opts=parent.child_options(),
    )
    aws.vpc.SecurityGroupEgressRule(
        parent.child("api-to", client.name),
        security_group_id=client.security_group_id,
        referenced_security_group_id=control_plane.security_group_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="Kubernetes API",
        opts=parent.child_options(),
    )


def open_nodes(nodes: SecurityGroup, control_plane: HasSecurityGroup) -> None:
    """Opens nodes and control plane to each other as far as EKS needs it, and lets nodes out over HTTPS.

    The minimum: https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html. The webhooks' ports are those
    that the controllers listen on; metrics-server as an add-on listens on 10251:
    https://docs.aws.amazon.com/eks/latest/userguide/metrics-server.html. Pods share their node's group, so what pods
    may say to each other is narrowed by NetworkPolicy. The VPC's DNS, time and instance metadata pass no group:
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
    """
    for protocol in ("tcp", "udp"):
        nodes.allow_ports(nodes, 0, 65535, f"Nodes and pods to each other, {protocol}", protocol=protocol)
    for port, purpose in _FROM_CONTROL_PLANE.items():
        nodes.allow(control_plane, port, purpose)
    open_api(nodes, control_plane, nodes)
    nodes.allow_egress("https", "0.0.0.0/0", 443, "AWS APIs, registries and partners, through NAT")
