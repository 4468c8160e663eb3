"""A managed group of EKS nodes."""

import re
from typing import Annotated, Literal, Self

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
from pydantic import Field, field_validator, model_validator

from components.account import Account
from components.component import Component
from components.compute.cluster import Cluster
from components.network.network import Network
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust, sid
from settings import Name, Settings

_INSTANCE_TYPE = r"[a-z][a-z0-9-]*\.[a-z0-9-]+"
_GRAVITON = r"(a1|[a-z]+[0-9]+g[a-z]*)\..+"
_AMI_TYPES = {True: "AL2023_ARM_64_STANDARD", False: "AL2023_x86_64_STANDARD"}


class Taint(Settings):
    """Keeps pods without a matching toleration off the nodes."""

    key: str
    value: str = ""
    effect: Literal["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"] = "NO_SCHEDULE"


class NodeGroupSettings(Settings):
    """How many nodes of which kind. Graviton instance types get the ARM image."""

    name: Annotated[Name, Field(max_length=36)]
    """What the group's AWS name begins with; EKS allows 63 characters, of which the provider appends 26."""
    instance_types: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    min_size: int = Field(ge=0)
    max_size: int = Field(ge=1)
    desired_size: int = Field(ge=0)
    """At first; afterwards an autoscaler decides. Outside of the bounds an update asks for the nearer of them,
    since EKS takes no bounds that the group lies outside of."""
    disk_gib: int = Field(default=100, ge=20, le=16384)
    capacity_type: Literal["ON_DEMAND", "SPOT"] = "ON_DEMAND"
    labels: dict[str, str] = Field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    worker_policy: Literal["minimal", "standard"] = "minimal"
    """Which of AWS's policies the nodes have; the standard one also describes the network of the whole account:
    https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html"""
    session_manager: bool = False
    """Lets operators with the right to open a shell on a node by Session Manager; there is no SSH."""

    @property
    def is_graviton(self) -> bool:
        """Whether the instance types are ARM ones."""
        return re.fullmatch(_GRAVITON, self.instance_types[0]) is not None

    @property
    def size(self) -> int:
        """How many nodes an update asks for, unless it leaves their number alone."""
        return min(max(self.desired_size, self.min_size), self.max_size)

    @field_validator("instance_types")
    @classmethod
    def _kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for kind in value:
            if not re.fullmatch(_INSTANCE_TYPE, kind):
                raise ValueError(f"{kind!r} is not an instance type such as c5.2xlarge")
        if len({re.fullmatch(_GRAVITON, kind) is None for kind in value}) > 1:
            raise ValueError(f"{', '.join(value)} mix Graviton with x86; a group runs one image")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_size > self.max_size:
            raise ValueError(f"minSize {self.min_size} is above maxSize {self.max_size}")
        if self.capacity_type == "SPOT" and len(self.instance_types) < 2:
            raise ValueError("capacityType SPOT needs two instanceTypes or more, or one shortage stops the group")
        return self


class NodeGroup(Component):
    """Nodes on Amazon Linux 2023 in the private subnets, one subnet a zone.

    Instance metadata takes session tokens only and answers the node alone (hop limit 1); the root volume is encrypted
    with ``key``, whose policy must hold ``account_volumes``. The node's role can register the node, hand out Pod
    Identity and pull images; what pods may do is in roles of their own. EKS itself lets the role into the cluster.
    The nodes carry the cluster's shared security group: what they reach is granted once, to a group or to
    ``cluster.nodes``; what reaches them, by ``cluster.nodes.allow``.

    Autoscalers change the desired size, which later updates leave alone as long as ``desired_size`` is within bounds:
    docs/decisions/0030 says how bounds are moved. pulumi-eks takes no update configuration:
    EKS replaces one node at a time. Of the group's AWS name only the beginning is fixed, so that a group that must be
    replaced, for another instance type, stands beside the old one until pods have moved: docs/decisions/0012.
    """

    def __init__(
        self,
        name: str,
        settings: NodeGroupSettings,
        *,
        account: Account,
        network: Network,
        cluster: Cluster,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._cluster = cluster
        self._named = account.arn("eks", f"nodegroup/{cluster.cluster_name}/{settings.name}-*")
        self.security_group_id = cluster.nodes.security_group_id
        role = self._node_role(account, settings)
        self.role_arn = role.arn
        template = self._launch_template(settings, account, key)
        eks.ManagedNodeGroup(
            self.child("group"),
            cluster=cluster.component,
            cluster_name=cluster.cluster_name,
            node_group_name_prefix=f"{settings.name}-",
            node_role_arn=role.arn,
            # With a launch template pulumi-eks leaves the version to whatever the cluster had at first.
            version=cluster.kubernetes_version,
            ami_type=_AMI_TYPES[settings.is_graviton],
            capacity_type=settings.capacity_type,
            instance_types=list(settings.instance_types),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=settings.min_size, max_size=settings.max_size, desired_size=settings.size
            ),
            ignore_scaling_changes=settings.size == settings.desired_size,
            subnet_ids=[network.private_subnet_ids[zone] for zone in network.zones],
            labels=settings.labels,
            taints=[aws.eks.NodeGroupTaintArgs(key=t.key, value=t.value, effect=t.effect) for t in settings.taints],
            # Nodes join by their role's policies, through their group's rules and the routes to NAT, and become ready
            # with the CNI and its credentials; all of these must also outlive the nodes.
            opts=self.child_options(depends_on=[role, network, cluster.nodes, cluster.node_addons]),
        )
        self.register_outputs({"roleArn": self.role_arn, "securityGroupId": self.security_group_id})

    @property
    def operate(self) -> Statement:
        """Lets a role say at once how many nodes there are; labels and taints are in the same call."""
        return Statement(sid("Scale", self.name), ["eks:DescribeNodegroup", "eks:UpdateNodegroupConfig"], [self._named])

    def _node_role(self, account: Account, settings: NodeGroupSettings) -> Role:
        minimal = settings.worker_policy == "minimal"
        worker = "AmazonEKSWorkerNodeMinimalPolicy" if minimal else "AmazonEKSWorkerNodePolicy"
        policies = [worker, "AmazonEC2ContainerRegistryPullOnly"]
        # The image asks EC2 for its own DNS name when it starts, which the minimal policy leaves out:
        # https://github.com/awslabs/amazon-eks-ami/issues/2632
        itself = Statement("DescribeItself", ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"], ["*"])
        if settings.session_manager:
            policies.append("AmazonSSMManagedInstanceCore")
        return Role(
            self.child("node"),
            trust=service_trust("ec2.amazonaws.com"),
            statements=[itself] if minimal else [],
            managed_policies=[account.managed_policy(policy) for policy in policies],
            description=f"Nodes of {settings.name} in {self._cluster.cluster_name}",
            opts=self.child_options(),
        )

    def _launch_template(self, settings: NodeGroupSettings, account: Account, key: Key) -> aws.ec2.LaunchTemplate:
        # Auto Scaling makes the nodes and their volumes, so that the provider's default tags pass them by.
        tags = {**account.tags, "Name": f"{self._cluster.cluster_name}-{settings.name}"}
        return aws.ec2.LaunchTemplate(
            self.child("template"),
            description=f"Nodes of {settings.name} in {self._cluster.cluster_name}",
            update_default_version=True,
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_size=settings.disk_gib,
                        volume_type="gp3",
                        encrypted="true",
                        kms_key_id=key.arn,
                        delete_on_termination="true",
                    ),
                )
            ],
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=True),
            vpc_security_group_ids=[self.security_group_id],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
                for kind in ("instance", "volume", "network-interface")
            ],
            opts=self.child_options(),
        )
