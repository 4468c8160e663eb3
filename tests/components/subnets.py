"""A network for what only stands in its subnets: a tenth of the resources of a whole one."""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.network.network import Network

ZONES = ("a", "b", "c")


class Subnets(Network):
    """A VPC and its private and data subnets, by the names that they have in a network, and nothing that routes.

    Ids are outputs as a network's are: unknown before it is made. What asks for its endpoints, its public tier or a way
    out takes a whole ``Network``; here it raises AttributeError.
    """

    token = Network.token

    def __init__(
        self, name: str, *, zones: tuple[str, ...] = ZONES, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Three zones unless others are given, in that order."""
        Component.__init__(self, name, opts)
        self.cidr = "10.1.0.0/16"
        self.zones = zones
        vpc = aws.ec2.Vpc(self.child("vpc"), cidr_block=self.cidr, opts=self.child_options())
        self.vpc_id = vpc.id
        self._ids = {tier: self._subnets(tier, place) for place, tier in enumerate(("private", "data"))}

    def _subnets(self, tier: str, place: int) -> dict[str, pulumi.Output[str]]:
        return {
            zone: aws.ec2.Subnet(
                self.child(tier, zone),
                vpc_id=self.vpc_id,
                cidr_block=f"10.1.{16 * place + number}.0/24",
                opts=self.child_options(),
            ).id
            for number, zone in enumerate(self.zones)
        }

    @property
    def private_subnet_ids(self) -> dict[str, pulumi.Output[str]]:
        """As a network's."""
        return self._ids["private"]

    @property
    def data_subnet_ids(self) -> dict[str, pulumi.Output[str]]:
        """As a network's."""
        return self._ids["data"]
