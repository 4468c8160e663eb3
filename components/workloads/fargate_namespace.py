"""A namespace whose pods run on Fargate, behind a security group of the namespace."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.account import Account
from components.compute.cluster import Cluster
from components.data.registry import Registry
from components.drift import ignored
from components.network.network import Network
from components.network.security_group import SecurityGroup
from components.security.role import Role
from components.security.service_account_role import ServiceAccountRole
from components.statements import Grant, service_trust
from components.workloads.fargate_logs import FargateLogs
from components.workloads.in_cluster import InCluster
from components.workloads.namespace import Namespace

CONFIG_MAP = "platform"
_KUBELET = 10250
_DNS = 53


class FargateNamespace(InCluster):
    """A place for pods that others run, such as batch jobs, without a node to keep for them.

    NetworkPolicies hold on nodes alone. What stands in for them is ``security_group``, which every pod of the
    namespace gets by a SecurityGroupPolicy, and which is not the cluster's own: pods look up names, call HTTPS and
    what has ``allow`` for the namespace, and nobody reaches them but control plane and metrics-server, on the kubelet.
    A pod that Fargate does not take stays pending; no node takes it, for want of the interface that the policy asks
    for. https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html

    Pod Identity has no agent there either. ``grants`` go to a role that the service account, called like the
    namespace, takes by the cluster's OIDC provider, and ``config`` to the ConfigMap ``platform``. Another role starts
    pods: it pulls from ``registry`` and writes to ``logs``.

    ``team`` is the IAM role of whoever runs pods there. It may edit what is in the namespace, and neither the policy of
    the security group nor rights. EKS takes one entry for a role.

    A profile cannot be changed: another one takes its place, and the pods of the old one are recreated. EKS makes and
    deletes one at a time, so a second namespace comes ``after`` the first.
    https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: str,
        account: Account,
        network: Network,
        cluster: Cluster,
        registry: Registry,
        logs: FargateLogs,
        ready: Sequence[pulumi.Resource],
        grants: Sequence[Grant] = (),
        config: Mapping[str, pulumi.Input[str]] | None = None,
        team: str | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self._eks = cluster
        self._namespace = Namespace(
            self.child("namespace"),
            namespace=namespace,
            cluster=cluster,
            nodes=ready,
            guaranteed=True,
            opts=self.child_options(),
        )
        self.security_group = self._open(network)
        first = [
            logs,
            *after,
            self._group_policy(),
            *self._identity(grants),
            *([self._config(config)] if config else []),
        ]
        if team is not None:
            self._admit(team)
        self._profile(network, self._starter(account, registry, logs), first)
        self.register_outputs({"securityGroupId": self.security_group.security_group_id})

    @property
    def _where(self) -> str:
        return self._namespace.namespace

    def _inside(self) -> pulumi.ResourceOptions:
        return self.in_cluster(depends_on=[self._namespace])

    def _open(self, network: Network) -> SecurityGroup:
        """What AWS asks of a group that is not the cluster's own, and HTTPS; probes come from the pod's own kubelet.

        https://docs.aws.amazon.com/eks/latest/userguide/sg-pods-example-deployment.html
        """
        group = SecurityGroup(
            self.child("pods"),
            vpc_id=network.vpc_id,
            description=f"Pods of {self._where} on Fargate",
            opts=self.child_options(),
        )
        group.allow_egress("https", "0.0.0.0/0", 443, "AWS services, registries and partners")
        self._eks.allow(group)
        group.allow(self._eks.security_group, _KUBELET, "Control plane to kubelets")
        group.allow(self._eks.nodes, _KUBELET, "metrics-server to kubelets")
        for protocol in ("tcp", "udp"):
            self._eks.nodes.allow(group, _DNS, f"DNS of the cluster, {protocol}", protocol=protocol)
        return group

    def _group_policy(self) -> CustomResource:
        """EKS brings the kind. Pods that run keep the groups they have."""
        return CustomResource(
            self.child("groups"),
            api_version="vpcresources.k8s.aws/v1beta1",
            kind="SecurityGroupPolicy",
            metadata=ObjectMetaArgs(name=self._where, namespace=self._where),
            spec={"podSelector": {}, "securityGroups": {"groupIds": [self.security_group.security_group_id]}},
            opts=self._inside(),
        )

    def _identity(self, grants: Sequence[Grant]) -> list[pulumi.Resource]:
        role = None
        if grants:
            role = ServiceAccountRole(
                self.child("identity"),
                cluster=self._eks,
                namespace=self._where,
                service_account=self._where,
                grants=grants,
                opts=self.child_options(),
            )
        account = ServiceAccount(
            self.child("account"),
            metadata=ObjectMetaArgs(
                name=self._where, namespace=self._where, annotations=role.annotations if role else None
            ),
            automount_service_account_token=False,
            opts=self._inside(),
        )
        return [account, *([role] if role else [])]

    def _config(self, config: Mapping[str, pulumi.Input[str]]) -> ConfigMap:
        return ConfigMap(
            self.child("config"),
            metadata=ObjectMetaArgs(name=CONFIG_MAP, namespace=self._where),
            data=config,
            opts=self._inside(),
        )

    def _admit(self, team: str) -> None:
        entry = aws.eks.AccessEntry(
            self.child("team"),
            cluster_name=self._eks.component.eks_cluster.name,
            principal_arn=team,
            type="STANDARD",
            opts=self.child_options(),
        )
        partition = team.split(":")[1]
        aws.eks.AccessPolicyAssociation(
            self.child("team", "edits"),
            cluster_name=entry.cluster_name,
            principal_arn=entry.principal_arn,
            policy_arn=f"arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
            access_scope={"type": "namespace", "namespaces": [self._where]},
            opts=self.child_options(),
        )

    def _starter(self, account: Account, registry: Registry, logs: FargateLogs) -> Role:
        """https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html"""
        profiles = account.arn("eks", f"fargateprofile/{self._eks.cluster_name}/*")
        return Role(
            self.child("starter"),
            trust=service_trust("eks-fargate-pods.amazonaws.com", source_arn=profiles),
            grants=[registry.login, registry.pull, logs.write],
            description=f"Starts pods of {self._where} in {self._eks.cluster_name} on Fargate",
            opts=self.child_options(),
        )

    def _profile(self, network: Network, starter: Role, first: Sequence[pulumi.Resource]) -> None:
        aws.eks.FargateProfile(
            self.child("profile"),
            cluster_name=self._eks.component.eks_cluster.name,
            pod_execution_role_arn=starter.arn,
            selectors=[aws.eks.FargateProfileSelectorArgs(namespace=self._where)],
            subnet_ids=[network.private_subnet_ids[zone] for zone in network.zones],
            # Pods take groups, role, logs and configuration as they start, and start by the profile. They need the
            # network's ways out; and EKS refuses a second profile while it makes or deletes a first.
            opts=self.child_options(
                depends_on=[self._namespace, self.security_group, starter, network, *first],
                ignore_changes=ignored("aws:eks/fargateProfile:FargateProfile"),
            ),
        )
