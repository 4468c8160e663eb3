"""awsx.lb."""

from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_awsx.component import Component


class ApplicationLoadBalancer(Component):
    load_balancer: pulumi.Output[aws.lb.LoadBalancer]
    default_target_group: pulumi.Output[aws.lb.TargetGroup]

    def __init__(self, resource_name: str, **given: Any) -> None:
        outputs = ("load_balancer", "default_target_group", "vpc_id")
        super().__init__("awsx:lb:ApplicationLoadBalancer", resource_name, outputs, given)
