"""Who may call the Kubernetes API from outside the stack."""

import ipaddress
import re
from typing import Annotated

import pulumi_aws as aws
from pydantic import AfterValidator, Field

from components.component import Component
from components.network.security_group import HasSecurityGroup

_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
# RFC 1918, and RFC 6598, which VPCs and VPNs use as well.
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def _private(value: str) -> str:
    if _GROUP.fullmatch(value):
        return value
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(
            f"{value!r} is neither a security group such as sg-0123456789abcdef0 nor an IPv4 CIDR ({error})"
        ) from None
    if not any(network.subnet_of(private) for private in _PRIVATE):
        raise ValueError(
            f"{value} holds public addresses: the API has no public endpoint, so only private ones ever reach it; "
            f"give the range of the VPN, within {', '.join(map(str, _PRIVATE))}"
        )
    return value


ApiClient = Annotated[str, AfterValidator(_private), Field(examples=["10.200.0.0/16", "sg-0123456789abcdef0"])]
"""A private IPv4 range, or a security group of the VPC or of one that is peered with it."""


def admit(cluster: Component, control_plane: HasSecurityGroup, who: str, client: ApiClient) -> None:
    """Lets exactly this range or group open connections to the API; a group's own way out is its owner's."""
    group = _GROUP.fullmatch(client)
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
