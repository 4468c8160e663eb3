"""awsx.ec2."""

from typing import Any

import pulumi

from pulumi_awsx.component import Component


class Vpc(Component):
    vpc_id: pulumi.Output[str]
    public_subnet_ids: pulumi.Output[list[str]]
    private_subnet_ids: pulumi.Output[list[str]]

    def __init__(self, resource_name: str, **given: Any) -> None:
        super().__init__("awsx:ec2:Vpc", resource_name, ("vpc_id", "public_subnet_ids", "private_subnet_ids"), given)
