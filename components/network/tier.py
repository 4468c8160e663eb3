"""The subnets of one tier of a VPC, one in each zone."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component

_EVERY_ZONE = "all"


class Tier(Component):
    """One subnet a zone, with route tables that start with no way out; gives out public addresses only where asked to.

    The zones share a route table unless ``table_per_zone``.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        vpc_id: pulumi.Input[str],
        cidrs: Mapping[str, str],
        table_per_zone: bool = False,
        public_addresses: bool = False,
        tags: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._vpc_id = vpc_id
        keys = cidrs if table_per_zone or not cidrs else [_EVERY_ZONE]
        self.subnet_ids: dict[str, pulumi.Output[str]] = {}
        self.route_table_ids: dict[str, pulumi.Output[str]] = {key: self._table(key).id for key in keys}
        for zone, cidr in cidrs.items():
            subnet = aws.ec2.Subnet(
                self.child(zone),
                vpc_id=vpc_id,
                cidr_block=cidr,
                availability_zone=f"{account.region}{zone}",
                map_public_ip_on_launch=public_addresses,
                tags={"Name": self.child(zone), **(tags or {})},
                opts=self.child_options(),
            )
            aws.ec2.RouteTableAssociation(
                self.child("association", zone),
                subnet_id=subnet.id,
                route_table_id=self.route_table_ids[zone if table_per_zone else _EVERY_ZONE],
                opts=self.child_options(),
            )
            self.subnet_ids[zone] = subnet.id
        self.register_outputs({"subnetIds": self.subnet_ids})

    def route_to_gateway(self, gateway_id: pulumi.Input[str]) -> None:
        """Sends every zone's traffic for the internet to an internet gateway."""
        for key, table in self.route_table_ids.items():
            aws.ec2.Route(
                self.child("internet", key),
                route_table_id=table,
                destination_cidr_block="0.0.0.0/0",
                gateway_id=gateway_id,
                opts=self.child_options(),
            )

    def route_to_nat(self, zone: str, nat_gateway_id: pulumi.Input[str]) -> None:
        """Sends one zone's traffic for the internet to a NAT gateway; for a tier with a table for each zone."""
        aws.ec2.Route(
            self.child("nat", zone),
            route_table_id=self.route_table_ids[zone],
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat_gateway_id,
            opts=self.child_options(),
        )

    def _table(self, key: str) -> aws.ec2.RouteTable:
        label = self.name if key == _EVERY_ZONE else self.child(key)
        return aws.ec2.RouteTable(
            self.child("routes", key), vpc_id=self._vpc_id, tags={"Name": label}, opts=self.child_options()
        )
