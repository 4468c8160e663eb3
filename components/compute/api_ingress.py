"""Ingress to the Kubernetes API server from outside the stack, such as a VPN's address range."""

import pulumi_aws as aws

from components.component import Component
from components.network.security_group import HasSecurityGroup
from settings.services.ec2 import ApiClient


def admit(cluster: Component, control_plane: HasSecurityGroup, who: str, client: ApiClient) -> None:
    """Adds ingress to the Kubernetes API for exactly this CIDR range or security group; the group's egress is its
    owner's."""
    group = client.startswith("sg-")
    aws.vpc.SecurityGroupIngressRule(
        cluster.child("api-from-client", who),
        security_group_id=control_plane.security_group_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description=f"Kubernetes API for {who}",
        referenced_security_group_id=client if group else None,
        cidr_ipv4=None if group else client,
        opts=cluster.child_options(),
    )
