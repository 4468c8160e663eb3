"""A security group without rules, to which components add the ingress and egress that they need."""

from typing import Any, Protocol

import pulumi
import pulumi_aws as aws

from components.component import Component
from settings.services.ec2 import described


class HasSecurityGroup(Protocol):
    """Anything that sits behind a security group of its own."""

    @property
    def name(self) -> str:
        """The logical name, which the names of rules carry."""
        ...

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The id of the group."""
        ...


class SecurityGroup(Component):
    """A group with standalone rules only, so that both ends of a connection can be granted from anywhere.

    With no rule it lets nothing in and nothing out.
    """

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        description: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.group = aws.ec2.SecurityGroup(
            self.child("group"),
            vpc_id=vpc_id,
            description=described(description),
            tags={"Name": name},
            opts=self.child_options(),
        )
        self.security_group_id = self.group.id
        self.register_outputs({"securityGroupId": self.security_group_id})

    def allow(self, client: HasSecurityGroup, port: int, purpose: str, *, protocol: str = "tcp") -> None:
        """Opens one port from ``client``: an ingress rule here and the egress rule there."""
        self.allow_ports(client, port, port, purpose, protocol=protocol)

    def allow_ports(
        self, client: HasSecurityGroup, first: int, last: int, purpose: str, *, protocol: str = "tcp"
    ) -> None:
        """Opens a range of ports from ``client``, which may be this group itself."""
        ports = str(first) if first == last else f"{first}-{last}"
        suffix = ports if protocol == "tcp" else f"{protocol}-{ports}"
        aws.vpc.SecurityGroupIngressRule(
            self.child("from", client.name, suffix),
            security_group_id=self.security_group_id,
            referenced_security_group_id=client.security_group_id,
            ip_protocol=protocol,
            from_port=first,
            to_port=last,
            description=described(purpose),
            opts=self.child_options(),
        )
        aws.vpc.SecurityGroupEgressRule(
            self.child("to", client.name, suffix),
            security_group_id=client.security_group_id,
            referenced_security_group_id=self.security_group_id,
            ip_protocol=protocol,
            from_port=first,
            to_port=last,
            description=described(purpose),
            opts=self.child_options(),
        )

    def allow_all(self, purpose: str) -> None:
        """Opens every port and protocol between the members of the group."""
        own: dict[str, Any] = {
            "security_group_id": self.security_group_id,
            "referenced_security_group_id": self.security_group_id,
            "ip_protocol": "-1",
            "description": described(purpose),
        }
        aws.vpc.SecurityGroupIngressRule(self.child("from-itself"), **own, opts=self.child_options())
        aws.vpc.SecurityGroupEgressRule(self.child("to-itself"), **own, opts=self.child_options())

    def allow_all_egress_to(self, server: HasSecurityGroup, purpose: str) -> None:
        """Lets members open connections to every port of ``server``; which ones it answers on is for ``server``."""
        aws.vpc.SecurityGroupEgressRule(
            self.child("egress-to", server.name),
            security_group_id=self.security_group_id,
            referenced_security_group_id=server.security_group_id,
            ip_protocol="-1",
            description=described(purpose),
            opts=self.child_options(),
        )

    def allow_all_egress(self, purpose: str) -> None:
        """Lets members open any connection over IPv4, whatever the address."""
        aws.vpc.SecurityGroupEgressRule(
            self.child("egress-anywhere"),
            security_group_id=self.security_group_id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="-1",
            description=described(purpose),
            opts=self.child_options(),
        )

    def allow_prefix_list(self, prefix_list_id: pulumi.Input[str], port: int, purpose: str) -> None:
        """Opens one TCP port to the addresses of a managed prefix list."""
        aws.vpc.SecurityGroupIngressRule(
            self.child("from-prefix-list", str(port)),
            security_group_id=self.security_group_id,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=described(purpose),
            opts=self.child_options(),
        )

    def allow_cidr(self, suffix: str, cidr: str, port: int, purpose: str) -> None:
        """Opens one TCP port to the addresses of ``cidr``."""
        aws.vpc.SecurityGroupIngressRule(
            self.child("from-cidr", suffix),
            security_group_id=self.security_group_id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=described(purpose),
            opts=self.child_options(),
        )

    def allow_egress(self, suffix: str, cidr: str, port: int, purpose: str, *, protocol: str = "tcp") -> None:
        """Lets members open connections to one port of ``cidr``."""
        aws.vpc.SecurityGroupEgressRule(
            self.child("egress", suffix),
            security_group_id=self.security_group_id,
            cidr_ipv4=cidr,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
            description=described(purpose),
            opts=self.child_options(),
        )
