"""CloudWatch Container Insights for EKS: metrics and logs of nodes and pods."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.managed_addon import AddOnCluster, add_on
from components.compute.node_group import NodeGroup
from components.data.bucket import Bucket
from components.security.key import Key
from components.security.pod_role import PodRole
from components.statements import Grant, Statement

LOG_GROUPS = ("application", "dataplane", "host", "performance")

# What comes before the files that the add-on includes; its own [SERVICE] has to be said again, since this replaces it.
# https://github.com/aws-observability/helm-charts/blob/main/charts/amazon-cloudwatch-observability/values.yaml
# Whatever is not sent yet lies on the node, up to a limit, and outlives the pod. A file is of one tag, thus of one
# container, and so mostly too small for a lifecycle rule to move: it is put into its storage class at once.
# https://docs.fluentbit.io/manual/pipeline/outputs/s3, https://github.com/fluent/fluent-bit/issues/6876
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
_KEPT = """[SERVICE]
    Parsers_File               parsers.conf
    Flush                      5
    Grace                      30
    Log_Level                  error
    Daemon                     off
    storage.path               {state}/flb-storage/
    storage.sync               normal
    storage.checksum           off
    storage.backlog.mem_limit  5M

[OUTPUT]
    Name                  s3
    Match                 application.*
    region                {region}
    bucket                {bucket}
    s3_key_format         /application/%Y/%m/%d/%H/${{HOST_NAME}}-$UUID.gz
    compression           gzip
    use_put_object        On
    storage_class         {storage_class}
    total_file_size       10M
    upload_timeout        5m
    store_dir             {state}/s3
    store_dir_limit_size  1G
    Retry_Limit           10
"""
_STATE = "/var/fluent-bit/state"


class ContainerInsights(Component):
    """The CloudWatch agent and Fluent Bit as an add-on, with the log groups they write to.

    Application Signals, which changes the pods it watches, stays off:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html.
    Both run in the host's network, so that they reach instance metadata although the hop limit is 1.

    What containers log goes to ``kept`` as well, if it is given: a file every five minutes or 10 MB of each container.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: AddOnCluster,
        nodes: Sequence[NodeGroup],
        log_key: Key,
        kept: Bucket | None = None,
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
            # Fluent Bit's pods have the service account of the agent.
            grants=[_writes(account, prefix), *([kept.write] if kept else [])],
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
                **(_kept_in(kept, account) if kept else {}),
            },
        )
        self.register_outputs({})


def _kept_in(bucket: Bucket, account: Account) -> dict[str, Any]:
    at_once = (step.storage_class for step in bucket.settings.transitions if step.days == 0)
    told = {"state": _STATE, "region": account.region, "storage_class": next(at_once, "STANDARD")}
    service = pulumi.Output.from_input(bucket.bucket_name).apply(lambda name: _KEPT.format(bucket=name, **told))
    return {"containerLogs": {"fluentBit": {"config": {"service": service}}}}


def _writes(account: Account, prefix: str) -> Grant:
    """What CloudWatchAgentServerPolicy allows and this needs: own log groups, own namespace, names of volumes."""
    streams = [account.arn("logs", f"log-group:{prefix}/{kind}:*") for kind in LOG_GROUPS]
    return Grant(
        Statement("WriteLogGroups", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], streams),
        Statement(
            "PutMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringEquals": {"cloudwatch:namespace": "ContainerInsights"}},
        ),
        Statement("NameVolumes", ["ec2:DescribeTags", "ec2:DescribeVolumes"], ["*"]),
    )
