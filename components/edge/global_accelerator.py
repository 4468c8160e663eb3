"""A Global Accelerator: two static addresses for the load balancers of one or more regions."""

from typing import Protocol

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.data.log_bucket import LogBucket
from components.edge.zone import AliasTarget
from components.statements import Statement
from settings import Region, Settings
from settings.services.edge import BalancerArn

_HTTPS = 443
_WHOLE = 100


class HasArn(Protocol):
    """A load balancer as an accelerator sees it."""

    @property
    def arn(self) -> pulumi.Input[str]:
        """Its ARN."""
        ...


class GlobalAcceleratorSettings(Settings):
    """What shares the requests with this stack's own load balancer.

    ``elsewhere`` are load balancers of other regions, by region: those of stacks of the same system, whose listeners
    take the same header of the same distribution. ``own_percent`` is how much of what comes nearest to this region
    goes to this stack; the rest goes to the others.
    """

    own_percent: int = Field(default=_WHOLE, ge=0, le=_WHOLE)
    """How much of what comes nearest to this region goes to this stack."""
    elsewhere: dict[Region, BalancerArn] = Field(default_factory=dict, max_length=9)
    """The load balancers of other regions, by region."""


class GlobalAccelerator(Component):
    """An accelerator that hands TCP on 443 to the nearest load balancer that is healthy, and logs every flow.

    It keeps the address of whoever calls, so a load balancer's security group judges callers as it does without: one
    that admits CloudFront alone still does, and nobody gets past the distribution and its web ACL by the accelerator's
    addresses. Flows are logged to ``access_logs``.
    https://docs.aws.amazon.com/global-accelerator/latest/dg/preserve-client-ip-address.html
    """

    def __init__(
        self,
        name: str,
        settings: GlobalAcceleratorSettings,
        *,
        account: Account,
        balancer: HasArn,
        access_logs: LogBucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if account.region in settings.elsewhere:
            raise ValueError(f"globalAccelerator.elsewhere: {account.region} is this stack's own region")
        access_logs.allow(*_deliveries(account, access_logs))
        accelerator = aws.globalaccelerator.Accelerator(
            self.child("accelerator"),
            ip_address_type="IPV4",
            enabled=True,
            attributes=aws.globalaccelerator.AcceleratorAttributesArgs(
                flow_logs_enabled=True, flow_logs_s3_bucket=access_logs.bucket_name, flow_logs_s3_prefix=f"{name}/flows"
            ),
            opts=self.child_options(),
        )
        listener = aws.globalaccelerator.Listener(
            self.child("listener"),
            accelerator_arn=accelerator.arn,
            protocol="TCP",
            port_ranges=[aws.globalaccelerator.ListenerPortRangeArgs(from_port=_HTTPS, to_port=_HTTPS)],
            opts=self.child_options(),
        )
        balancers: dict[str, pulumi.Input[str]] = {account.region: balancer.arn, **settings.elsewhere}
        for where, arn in balancers.items():
            aws.globalaccelerator.EndpointGroup(
                self.child("to", where),
                listener_arn=listener.arn,
                endpoint_group_region=where,
                traffic_dial_percentage=settings.own_percent if where == account.region else _WHOLE,
                # A load balancer's own health checks count, whatever is said of a path here.
                endpoint_configurations=[
                    aws.globalaccelerator.EndpointGroupEndpointConfigurationArgs(
                        endpoint_id=arn, weight=128, client_ip_preservation_enabled=True
                    )
                ],
                opts=self.child_options(),
            )
        self.alias_target = AliasTarget(accelerator.dns_name, accelerator.hosted_zone_id, evaluate_health=True)
        self.register_outputs({"dnsName": accelerator.dns_name})


def _deliveries(account: Account, logs: LogBucket) -> list[Statement]:
    """https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html"""
    ours = {
        "StringEquals": {"aws:SourceAccount": account.id},
        "ArnLike": {"aws:SourceArn": account.arn("logs", "*", region="*")},
    }
    delivery = {"Service": ["delivery.logs.amazonaws.com"]}
    folder = logs.arn.apply(lambda arn: f"{arn}/*/AWSLogs/{account.id}/*")
    owned = {**ours, "StringEquals": {**ours["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}}
    return [
        Statement("AcceleratorFlowLogs", ["s3:PutObject"], [folder], owned, principals=delivery),
        Statement("AcceleratorFlowLogsCheck", ["s3:GetBucketAcl"], [logs.arn], ours, principals=delivery),
    ]
