"""Karpenter with one node pool, beside the managed node groups."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.account import Account
from components.network.security_group import HasSecurityGroup
from components.security.key import Key
from components.security.pod_role import PodRole
from components.security.role import Role
from components.statements import Statement, service_trust
from components.versions import KARPENTER
from components.workloads.in_cluster import SYSTEM_NAMESPACE, InCluster, KubernetesCluster
from components.workloads.interruption_queue import InterruptionQueue
from components.workloads.karpenter_rights import controller_rights
from components.workloads.node_pool import NodePoolSettings, node_class, node_pool
from components.workloads.quantity import Amount, Resources

_NAME = "karpenter"
_RESOURCES = Resources(requests=Amount(cpu="500m", memory="512Mi"), limits=Amount(cpu="1", memory="1Gi"))


class PrivateNetwork(Protocol):
    """A network with private subnets."""

    @property
    def private_subnet_ids(self) -> Mapping[str, pulumi.Output[str]]:
        """Zone to the id of its private subnet."""
        ...


class Karpenter(InCluster):
    """Karpenter with one pool of nodes, for the workloads that name the pool and for nobody else.

    It launches, replaces and ends only instances with its own tags, which those of managed groups do not carry, and
    Cluster Autoscaler sees only Auto Scaling groups, which these nodes are not in. A workload of the pool asks for the
    pool's label and tolerates its taint, so that one pending pod never makes both act.

    The nodes carry the security group ``nodes_group`` and run in the private subnets, both given to Karpenter by id.
    Their role can register the node and pull images. ``key``'s policy must hold ``account_volumes``, that of
    ``queue_key`` ``publishers(account, "events")``. The two controllers need two nodes of a managed group (``nodes``).
    """

    def __init__(
        self,
        name: str,
        settings: NodePoolSettings,
        *,
        account: Account,
        network: PrivateNetwork,
        cluster: KubernetesCluster,
        nodes_group: HasSecurityGroup,
        nodes: Sequence[pulumi.Resource],
        key: Key,
        queue_key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self._account = account
        self._settings = settings
        self.node_pool_name = settings.name
        queue = InterruptionQueue(self.child("interruptions"), key=queue_key, opts=self.child_options())
        node_role = self._node_role()
        profile = aws.iam.InstanceProfile(self.child("profile"), role=node_role.role_name, opts=self.child_options())
        entry = aws.eks.AccessEntry(
            self.child("access"),
            cluster_name=cluster.cluster_name,
            principal_arn=node_role.arn,
            type="EC2_LINUX",
            # The cluster's name is plain text; its ARN carries that there is a cluster.
            opts=self.child_options(depends_on=[cluster.provider]),
        )
        controller = self._controller(queue, node_role, profile, nodes)
        template = CustomResource(
            self.child("node-class"),
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata=ObjectMetaArgs(name=settings.name),
            spec=node_class(
                settings,
                cluster_name=cluster.cluster_name,
                tags=account.tags,
                instance_profile=profile.name,
                subnet_ids=[network.private_subnet_ids[zone] for zone in sorted(network.private_subnet_ids)],
                security_group_id=nodes_group.security_group_id,
                key_arn=key.arn,
            ),
            # The controller answers for the kind and takes its finalizer off at the end.
            opts=self.in_cluster(depends_on=[controller]),
        )
        CustomResource(
            self.child("node-pool"),
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata=ObjectMetaArgs(name=settings.name),
            spec=node_pool(settings),
            opts=self.in_cluster(
                # A pool that goes drains and ends its nodes first, for which all of these must still be there.
                depends_on=[template, entry, node_role],
                custom_timeouts=pulumi.CustomTimeouts(delete="45m"),
            ),
        )
        self.register_outputs({"nodePoolName": self.node_pool_name, "nodeRoleArn": node_role.arn})

    def _node_role(self) -> Role:
        # As for managed node groups: pods have roles of their own, the CNI too, and the image asks EC2 for its name.
        policies = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
        return Role(
            self.child("node"),
            trust=service_trust("ec2.amazonaws.com"),
            grants=[Statement("DescribeItself", ["ec2:DescribeInstanceTypes", "ec2:DescribeInstances"], ["*"])],
            managed_policies=[self._account.managed_policy(policy) for policy in policies],
            description=f"Nodes of pool {self._settings.name} in {self.cluster.cluster_name}",
            opts=self.child_options(),
        )

    def _controller(
        self,
        queue: InterruptionQueue,
        node_role: Role,
        profile: aws.iam.InstanceProfile,
        nodes: Sequence[pulumi.Resource],
    ) -> Release:
        rights = controller_rights(
            self._account, self.cluster.cluster_name, node_role_arn=node_role.arn, profile_arn=profile.arn
        )
        role = PodRole(
            self.child("pods"),
            account=self._account,
            cluster=self.cluster,
            namespace=SYSTEM_NAMESPACE,
            service_account=_NAME,
            grants=[rights, queue.consume],
            opts=self.child_options(),
        )
        kinds = self.release(
            "kinds", chart=f"{KARPENTER.repository}/karpenter-crd", version=KARPENTER.value, values={}, depends_on=[]
        )
        return self.release(
            "release",
            chart=f"{KARPENTER.repository}/karpenter",
            version=KARPENTER.value,
            values={
                "replicas": 2,
                "serviceAccount": {"create": True, "name": _NAME},
                "settings": {"clusterName": self.cluster.cluster_name, "interruptionQueue": queue.queue_name},
                "controller": {
                    "env": [{"name": "AWS_REGION", "value": self._account.region}],
                    "resources": _RESOURCES.as_dict(),
                },
            },
            # Helm never updates kinds that a chart brings along, so they are a release of their own.
            skip_crds=True,
            # Pods take their role when they start, and need nodes to start on.
            depends_on=[kinds, role, *nodes],
        )
