"""CloudWatch Container Insights for EKS: metrics and logs of nodes and pods."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.managed_addon import AddOnCluster, add_on
from components.compute.node_group import NodeGroup
from components.security.key import Key
from components.security.pod_role import PodRole
from components.statements import Grant, Statement

LOG_GROUPS = ("application", "dataplane", "host", "performance")


class ContainerInsights(Component):
    """The CloudWatch agent and Fluent Bit as an add-on, with the log groups they write to.

    Application Signals, which changes the pods it watches, stays off:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html.
    Both run in the host's network, so that they reach instance metadata although the hop limit is 1.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: AddOnCluster,
        nodes: Sequence[NodeGroup],
        log_key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        prefix = f"/aws/containerinsights/{cluster.cluster_name}"
        groups = [
            aws.cloudwatch.LogGroup(
                self.child(kind),
                name=f"{prefix}/{kind}",
                kms_key_id=log_key.arn,
                retention_in_days=account.safeguards.log_days,
                opts=self.child_options(),
            )
            for kind in LOG_GROUPS
        ]
        role = PodRole(
            self.child("pods"),
            account=account,
            cluster=cluster,
            namespace="amazon-cloudwatch",
            service_account="cloudwatch-agent",
            grants=[_writes(account, prefix)],
            opts=self.child_options(),
        )
        add_on(
            self,
            "amazon-cloudwatch-observability",
            cluster=cluster,
            # The agents may not make log groups, which would be neither encrypted nor ever emptied; their pods take
            # their role when they start; and EKS waits for pods, which need nodes.
            after=[*nodes, *groups, role],
            configuration={
                "agent": {
                    "config": {"logs": {"metrics_collected": {"kubernetes": {"enhanced_container_insights": True}}}}
                },
                "manager": {"applicationSignals": {"autoMonitor": {"monitorAllServices": False}}},
            },
        )
        self.register_outputs({})


def _writes(account: Account, prefix: str) -> Grant:
    """What CloudWatchAgentServerPolicy allows and this needs: own log groups, own namespace, names of volumes."""
    streams = [account.arn("logs", f"log-group:{prefix}/{kind}:*") for kind in LOG_GROUPS]
    return Grant(
        Statement("WriteLogs", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], streams),
        Statement(
            "PutMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringEquals": {"cloudwatch:namespace": "ContainerInsights"}},
        ),
        Statement("NameVolumes", ["ec2:DescribeTags", "ec2:DescribeVolumes"], ["*"]),
    )
