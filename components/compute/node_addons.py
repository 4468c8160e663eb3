"""The EKS managed add-ons that a node needs before it becomes Ready."""

import pulumi

from components.account import Account
from components.component import Component
from components.compute.managed_addon import AddOnCluster, add_on
from components.security.pod_role import PodRole


class NodeAddons(Component):
    """Pod Identity agent, VPC CNI with network policy, and kube-proxy: DaemonSets that are active without a node.

    The CNI has a role of its own, so that nodes need no right over network interfaces.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: AddOnCluster,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        add_on(self, "eks-pod-identity-agent", cluster=cluster)
        role = PodRole(
            self.child("vpc-cni", "pods"),
            account=account,
            cluster=cluster,
            namespace="kube-system",
            service_account="aws-node",
            managed_policies=[account.managed_policy("AmazonEKS_CNI_Policy")],
            opts=self.child_options(),
        )
        add_on(
            self,
            "vpc-cni",
            cluster=cluster,
            # Its pods take their role when they start. They get it from the agent, for which it need not wait: no pod
            # of either starts before there is a node, and node groups wait for all add-ons of this component.
            after=[role],
            configuration={"enableNetworkPolicy": "true"},
        )
        add_on(self, "kube-proxy", cluster=cluster)
        self.register_outputs({})
