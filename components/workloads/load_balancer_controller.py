"""AWS Load Balancer Controller, which registers pods in this program's target groups."""

from collections.abc import Sequence

import pulumi

from components.account import Account
from components.security.pod_role import PodRole
from components.statements import Grant, Statement
from components.versions import LOAD_BALANCER_CONTROLLER, LOAD_BALANCER_CONTROLLER_IMAGE
from components.workloads.in_cluster import SYSTEM_NAMESPACE, InCluster, KubernetesCluster
from components.workloads.quantity import Amount, Resources

_NAME = "aws-load-balancer-controller"
_RESOURCES = Resources(requests=Amount(cpu="100m", memory="128Mi"), limits=Amount(cpu="500m", memory="256Mi"))


class LoadBalancerController(InCluster):
    """The AWS Load Balancer Controller, for target group bindings only.

    Load balancers, listeners and security group rules are this program's own, so that they show in its preview and
    leave with it; the controller may register and deregister targets of this account's target groups and nothing more:
    https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/#option-b-attach-iam-policies-to-nodes
    Region and VPC are told to it, since pods cannot ask the instance metadata. The control plane must reach the nodes
    on 9443, where its webhook listens.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: KubernetesCluster,
        vpc_id: pulumi.Input[str],
        nodes: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        role = PodRole(
            self.child("pods"),
            account=account,
            cluster=cluster,
            namespace=SYSTEM_NAMESPACE,
            service_account=_NAME,
            grants=[_statements(account)],
            opts=self.child_options(),
        )
        self.release(
            "release",
            chart=_NAME,
            repository=LOAD_BALANCER_CONTROLLER.repository,
            version=LOAD_BALANCER_CONTROLLER.value,
            values=_values(cluster.cluster_name, account.region, vpc_id),
            # Pods take their role when they start, and need nodes to start on.
            depends_on=[role, *nodes],
        )
        self.register_outputs({})


def _statements(account: Account) -> Grant:
    return Grant(
        Statement(
            "FindTargets",
            [
                "ec2:DescribeInstances",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeVpcs",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            ["*"],
        ),
        Statement(
            "RegisterTargets",
            [
                "elasticloadbalancing:DeregisterTargets",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:RegisterTargets",
            ],
            [account.arn("elasticloadbalancing", "targetgroup/*")],
        ),
    )


def _values(cluster_name: str, region: str, vpc_id: pulumi.Input[str]) -> dict[str, object]:
    return {
        "clusterName": cluster_name,
        "region": region,
        "vpcId": vpc_id,
        "image": {"tag": LOAD_BALANCER_CONTROLLER_IMAGE.tagged},
        "replicaCount": 2,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "serviceAccount": {"create": True, "name": _NAME},
        "resources": _RESOURCES.as_dict(),
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "enableBackendSecurityGroup": False,
        "enableServiceMutatorWebhook": False,
        # Else each upgrade makes another authority, which pods that still run the version before do not serve by.
        "keepTLSSecret": True,
        # Asked for pods of namespaces with readiness gates only: a pod that began without its gate would let a rollout
        # take the old ones away before anybody sends it a request.
        "podMutatorWebhookConfig": {"failurePolicy": "Fail"},
        "createIngressClassResource": False,
        "ingressClassParams": {"create": False},
    }
