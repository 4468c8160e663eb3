"""A managed group of EKS nodes."""

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from components.account import Account
from components.component import Component
from components.compute.cluster import Cluster
from components.compute.launch_template import node_role, node_template
from components.compute.node_settings import NodeGroupSettings
from components.network.network import Network
from components.security.key import Key
from components.statements import Grant, Statement, sid
from components.versions import MINORS

_AMI_TYPES = {True: "AL2023_ARM_64_STANDARD", False: "AL2023_x86_64_STANDARD"}


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
        self._named = account.arn("eks", f"nodegroup/{cluster.cluster_name}/{settings.name}-*")
        self.security_group_id = cluster.nodes.security_group_id
        role = node_role(self, settings, account=account, cluster_name=cluster.cluster_name)
        self.role_arn = role.arn
        template = node_template(
            self,
            settings,
            account=account,
            cluster_name=cluster.cluster_name,
            security_group_id=self.security_group_id,
            key=key,
        )
        eks.ManagedNodeGroup(
            self.child("group"),
            cluster=cluster.component,
            cluster_name=cluster.cluster_name,
            node_group_name_prefix=f"{settings.name}-",
            node_role_arn=role.arn,
            # With a launch template pulumi-eks leaves the version to whatever the cluster had at first.
            version=cluster.kubernetes_version,
            # EKS moves no node to a newer image by itself, and takes no group back to an older one.
            release_version=MINORS[cluster.kubernetes_version].node_image,
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
    def operate(self) -> Grant:
        """Lets a role say at once how many nodes there are; labels and taints are in the same call."""
        return Statement(sid("Scale", self.name), ["eks:DescribeNodegroup", "eks:UpdateNodegroupConfig"], [self._named])
