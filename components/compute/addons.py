"""The EKS managed add-ons that run on nodes: CoreDNS, metrics-server, CSI drivers, Container Insights."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.account import Account
from components.component import Component
from components.compute.container_insights import ContainerInsights
from components.compute.managed_addon import AddOnCluster, add_on
from components.compute.node_group import NodeGroup
from components.data.bucket import Bucket
from components.security.key import Key
from components.security.pod_role import PodRole
from components.statements import Grant
from settings import Settings


class AddonsSettings(Settings):
    """What runs in the cluster beside DNS, metrics and EBS volumes."""

    efs: bool = False
    """Shared volumes on EFS, for pods that write the same files from several zones."""
    container_insights: bool = True
    """Metrics and logs of nodes and pods in CloudWatch."""


class Addons(Component):
    """CoreDNS, metrics-server, the EBS driver and, by setting, the EFS driver and Container Insights.

    Each driver may call AWS by a role of its own service account, with the policy that AWS keeps for it:
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html (only volumes that
    the driver made itself) and
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEFSCSIDriverPolicy.html.
    Volumes under a customer key need ``account_volumes`` in the key's policy. It is the EFS driver on the nodes that
    mounts file systems for all their pods: ``mounts`` is what it may mount.
    https://github.com/kubernetes-sigs/aws-efs-csi-driver/issues/1759
    With Container Insights, what containers log is kept in ``kept_logs`` as well, if it is given.

    Raises ValueError for ``mounts`` without the driver.
    """

    def __init__(
        self,
        name: str,
        settings: AddonsSettings,
        *,
        account: Account,
        cluster: AddOnCluster,
        nodes: Sequence[NodeGroup],
        log_key: Key,
        mounts: Sequence[Grant] = (),
        kept_logs: Bucket | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if mounts and not settings.efs:
            raise ValueError(f"{name}: mounts are for the EFS driver, which efs switches on")
        self._account = account
        self._cluster = cluster
        self._nodes = nodes
        # Their Deployments have nowhere to run before there are nodes, and EKS waits for them.
        add_on(self, "coredns", cluster=cluster, after=nodes)
        add_on(self, "metrics-server", cluster=cluster, after=nodes)
        self._driver(
            "aws-ebs-csi-driver",
            "ebs-csi-controller-sa",
            "AmazonEBSCSIDriverPolicyV2",
            # The driver makes the volumes, so that the provider's default tags pass them by.
            configuration={"controller": {"extraVolumeTags": dict(account.tags)}} if account.tags else None,
        )
        if settings.efs:
            mounting = [self._mounting_role(mounts)] if mounts else []
            policy = "service-role/AmazonEFSCSIDriverPolicy"
            self._driver("aws-efs-csi-driver", "efs-csi-controller-sa", policy, after=mounting)
        if settings.container_insights:
            ContainerInsights(
                self.child("container-insights"),
                account=account,
                cluster=cluster,
                nodes=nodes,
                log_key=log_key,
                kept=kept_logs,
                opts=self.child_options(),
            )
        self.register_outputs({})

    def _mounting_role(self, mounts: Sequence[Grant]) -> PodRole:
        return PodRole(
            self.child("efs-mounts", "pods"),
            account=self._account,
            cluster=self._cluster,
            namespace="kube-system",
            service_account="efs-csi-node-sa",
            grants=mounts,
            opts=self.child_options(),
        )

    def _driver(
        self,
        name: str,
        service_account: str,
        policy: str,
        *,
        after: Sequence[PodRole] = (),
        configuration: Mapping[str, Any] | None = None,
    ) -> None:
        role = PodRole(
            self.child(name, "pods"),
            account=self._account,
            cluster=self._cluster,
            namespace="kube-system",
            service_account=service_account,
            managed_policies=[self._account.managed_policy(policy)],
            opts=self.child_options(),
        )
        # Pods take their role when they start.
        add_on(self, name, cluster=self._cluster, after=[*self._nodes, role, *after], configuration=configuration)
