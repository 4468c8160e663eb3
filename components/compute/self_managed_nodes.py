"""Self-managed EKS nodes in an Auto Scaling group, with group metrics enabled."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
from pydantic import field_validator

from components.account import Account
from components.component import Component
from components.compute.cluster import Cluster
from components.compute.launch_template import node_role, node_template
from components.compute.node_settings import NodeGroupSettings, Taint
from components.drift import WITHIN_BOUNDS, ignored
from components.network.network import Network
from components.security.key import Key
from components.versions import MINORS

GROUP_METRICS = (
    aws.autoscaling.Metric.GROUP_DESIRED_CAPACITY,
    aws.autoscaling.Metric.GROUP_IN_SERVICE_INSTANCES,
    aws.autoscaling.Metric.GROUP_MAX_SIZE,
    aws.autoscaling.Metric.GROUP_MIN_SIZE,
    aws.autoscaling.Metric.GROUP_PENDING_INSTANCES,
    aws.autoscaling.Metric.GROUP_STANDBY_INSTANCES,
    aws.autoscaling.Metric.GROUP_TERMINATING_INSTANCES,
    aws.autoscaling.Metric.GROUP_TOTAL_INSTANCES,
)
"""Those that count instances; the others count weights, of which these groups have none:
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html"""
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
_MACHINES = {True: "arm64", False: "x86_64"}
_BOUNDARY = "strata"


class SelfManagedNodesSettings(NodeGroupSettings):
    """How many nodes of which kind, started and replaced by EC2 Auto Scaling and not by EKS."""

    @field_validator("capacity_type")
    @classmethod
    def _stays(cls, value: str) -> str:
        if value == "SPOT":
            raise ValueError("SPOT is for managed groups: nobody drains a self-managed node that AWS takes back")
        return value


class SelfManagedNodes(Component):
    """Nodes as ``NodeGroup`` has them, but in a group of this program: every metric of it, every minute, is declared.

    EKS lets their role in by an access entry for nodes, and each node joins by what its user data says of the cluster.
    Cluster Autoscaler finds the group by its tags. The image is the release that ``components.versions`` has for the
    cluster's version; nobody replaces nodes that run, so a new template, release or version reaches the nodes that are
    started after it: drain and terminate the others one by one. Zones are not evened out by terminating nodes.
    https://docs.aws.amazon.com/eks/latest/userguide/worker.html
    """

    def __init__(
        self,
        name: str,
        settings: SelfManagedNodesSettings,
        *,
        account: Account,
        network: Network,
        cluster: Cluster,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = node_role(self, settings, account=account, cluster_name=cluster.cluster_name)
        profile = aws.iam.InstanceProfile(self.child("profile"), role=role.role_name, opts=self.child_options())
        entry = aws.eks.AccessEntry(
            self.child("entry"),
            cluster_name=cluster.component.eks_cluster.name,
            principal_arn=role.arn,
            type="EC2_LINUX",
            opts=self.child_options(),
        )
        template = node_template(
            self,
            settings,
            account=account,
            cluster_name=cluster.cluster_name,
            security_group_id=cluster.nodes.security_group_id,
            key=key,
            image_id=f"resolve:ssm:{_image(cluster.kubernetes_version, graviton=settings.is_graviton)}",
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile.arn),
            user_data=_user_data(cluster, settings),
        )
        tags = {
            f"kubernetes.io/cluster/{cluster.cluster_name}": "owned",
            "k8s.io/cluster-autoscaler/enabled": "true",
            f"k8s.io/cluster-autoscaler/{cluster.cluster_name}": "owned",
        }
        aws.autoscaling.Group(
            self.child("group"),
            name_prefix=f"{settings.name}-",
            min_size=settings.min_size,
            max_size=settings.max_size,
            desired_capacity=settings.size,
            vpc_zone_identifiers=[network.private_subnet_ids[zone] for zone in network.zones],
            mixed_instances_policy=_instances(template, settings),
            health_check_type="EC2",
            enabled_metrics=list(GROUP_METRICS),
            metrics_granularity="1Minute",
            # Cluster Autoscaler takes nodes away drained; evening out zones would take them as they are.
            suspended_processes=["AZRebalance"],
            tags=[
                aws.autoscaling.GroupTagArgs(key=tag, value=value, propagate_at_launch=True)
                for tag, value in tags.items()
            ],
            # Nodes join by the entry and their role's policies, and become ready with the CNI and its credentials; all
            # of these must also outlive the nodes.
            opts=self.child_options(
                depends_on=[role, entry, network, cluster.nodes, cluster.node_addons],
                ignore_changes=ignored("aws:autoscaling/group:Group", WITHIN_BOUNDS)
                if settings.size == settings.desired_size
                else None,
            ),
        )
        self.register_outputs({"roleArn": role.arn})


def _instances(
    template: aws.ec2.LaunchTemplate, settings: NodeGroupSettings
) -> aws.autoscaling.GroupMixedInstancesPolicyArgs:
    policy = aws.autoscaling.GroupMixedInstancesPolicyArgs
    launch = aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateArgs
    return policy(
        instances_distribution=aws.autoscaling.GroupMixedInstancesPolicyInstancesDistributionArgs(
            on_demand_percentage_above_base_capacity=100
        ),
        launch_template=launch(
            launch_template_specification=aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecificationArgs(
                launch_template_id=template.id, version=template.latest_version.apply(str)
            ),
            overrides=[
                aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateOverrideArgs(instance_type=kind)
                for kind in settings.instance_types
            ],
        ),
    )


def _image(version: str, *, graviton: bool) -> str:
    """The public parameter of one release, as Karpenter asks for it:
    https://github.com/aws/karpenter-provider-aws/blob/main/pkg/providers/amifamily/al2023.go"""
    machine = _MACHINES[graviton]
    release = MINORS[version].node_image.rpartition("-")[2]
    name = f"amazon-eks-node-al2023-{machine}-standard-{version}-v{release}"
    return f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{machine}/standard/{name}/image_id"


def _user_data(cluster: Cluster, settings: NodeGroupSettings) -> pulumi.Output[str]:
    """What nodeadm reads: https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/"""
    eks_cluster = cluster.component.eks_cluster
    return pulumi.Output.all(
        endpoint=eks_cluster.endpoint,
        authority=eks_cluster.certificate_authority.data,
        cidr=eks_cluster.kubernetes_network_config.service_ipv4_cidr,
    ).apply(lambda known: _joined(cluster.cluster_name, known, settings))


def _joined(cluster_name: str, known: Mapping[str, Any], settings: NodeGroupSettings) -> str:
    labels = ",".join(f"{key}={value}" for key, value in sorted(settings.labels.items()))
    taints = ",".join(map(_taint, settings.taints))
    config = {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {
            "cluster": {
                "name": cluster_name,
                "apiServerEndpoint": known["endpoint"],
                "certificateAuthority": known["authority"],
                "cidr": known["cidr"],
            },
            "kubelet": {
                "flags": [
                    *([f"--node-labels={labels}"] if labels else []),
                    *([f"--register-with-taints={taints}"] if taints else []),
                ]
            },
        },
    }
    lines = (
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"',
        "",
        f"--{_BOUNDARY}",
        "Content-Type: application/node.eks.aws",
        "",
        json.dumps(config),
        f"--{_BOUNDARY}--",
        "",
    )
    return base64.b64encode("\n".join(lines).encode()).decode()


def _taint(taint: Taint) -> str:
    return f"{taint.key}={taint.value}:{_EFFECTS[taint.effect]}"
