"""An EKS cluster whose API server has a private endpoint only."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes
from pydantic import Field, field_validator

from components.account import Account
from components.component import Component
from components.compute.access_entries import ClusterAccess
from components.compute.api_ingress import admit
from components.compute.cluster_security_groups import ControlPlane, open_api, open_nodes
from components.compute.node_addons import NodeAddons
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, service_trust, sid
from components.versions import KUBERNETES, MINORS
from settings import Name, Settings
from settings.services.ec2 import ApiClient

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


class ClusterSettings(Settings):
    """The cluster's name, its Kubernetes version, and who may call its API from outside the stack."""

    name: Name
    """The name in AWS, unique in account and region; the names of its roles and logs begin with it."""
    kubernetes_version: str = KUBERNETES.value
    """In EKS standard support, after which EKS upgrades the control plane by itself: docs/upgrading.md."""
    own_control_plane_group: bool = False
    """Puts a security group of this program around the API server, beside the one that EKS makes, for a design that
    lists its rules; it calls out freely and reaches the nodes on every unprivileged port."""
    api_clients: dict[Name, ApiClient] = Field(default_factory=dict)
    """Addresses and security groups that may open connections to the API on 443, such as those of a VPN, by what they
    are called. How packets get into the VPC is theirs: a VPN, a transit gateway, a peering."""
    pod_security_groups: bool = False
    """Lets the control plane manage network interfaces for pods with security groups of their own."""

    @field_validator("kubernetes_version")
    @classmethod
    def _supported(cls, value: str) -> str:
        if value not in MINORS:
            raise ValueError(
                f"{value!r} is no version that EKS still creates and this program has add-ons for: {', '.join(MINORS)}"
            )
        return value


class Cluster(Component):
    """An EKS cluster with all control plane logs, secrets encrypted with a customer key, and access entries only.

    The API server has no public endpoint. Deploying Kubernetes objects and using kubectl therefore happen from inside
    the VPC: ``allow`` opens the API to a runner there, ``api_clients`` to what comes by a VPN. docs/deploying.md says
    in which order a first deployment goes.
    pulumi-eks always makes the IAM principal that creates the cluster its administrator, which this program needs to
    deploy into it; run it as a role made for that. Everybody else comes in by ``access``.

    Nodes of every group share the security group ``nodes``: pods of one group must reach DNS on another. It opens to
    the nodes themselves and to the control plane, and to nobody outside. ``key``'s policy need only delegate to IAM;
    ``log_key``'s must let CloudWatch Logs use it.

    ``arn`` and ``provider`` make what uses them wait for the cluster. Pods need nodes and add-ons as well: give such
    components ``depends_on`` the node groups and Addons.
    """

    def __init__(
        self,
        name: str,
        settings: ClusterSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        log_key: Key,
        access: Mapping[str, ClusterAccess] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.cluster_name = settings.name
        self.kubernetes_version = settings.kubernetes_version
        arn = account.arn("eks", f"cluster/{settings.name}")
        logs = aws.cloudwatch.LogGroup(
            self.child("logs"),
            name=f"/aws/eks/{settings.name}/cluster",
            kms_key_id=log_key.arn,
            retention_in_days=account.safeguards.log_days,
            opts=self.child_options(),
        )
        role, rights = self._service_role(account, arn, settings)
        own = self._own_group(network) if settings.own_control_plane_group else None
        self.component = eks.Cluster(
            self.child("eks"),
            name=settings.name,
            version=settings.kubernetes_version,
            vpc_id=network.vpc_id,
            private_subnet_ids=[network.private_subnet_ids[zone] for zone in network.zones],
            service_role=role,
            authentication_mode=eks.AuthenticationMode.API,
            access_entries={who: entry.entry(account) for who, entry in (access or {}).items()},
            endpoint_private_access=True,
            endpoint_public_access=False,
            enabled_cluster_log_types=list(LOG_TYPES),
            encryption_config_key_arn=key.arn,
            deletion_protection=account.safeguards.deletion_protection,
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            skip_default_node_group=True,
            skip_default_security_groups=True,
            cluster_security_group=own.group if own else None,
            # Its provider would fetch a certificate while previewing.
            create_oidc_provider=False,
            # The add-ons are this program's own: NodeAddons and Addons.
            bootstrap_self_managed_addons=False,
            use_default_vpc_cni=True,
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            # EKS makes a missing log group itself, unencrypted and kept for ever; and it must be able to use its
            # role for as long as there is a cluster.
            opts=self.child_options(depends_on=[logs, *rights]),
        )
        # Known beforehand, but of use only once there is a cluster.
        self.arn: pulumi.Output[str] = self.component.urn.apply(lambda _: arn)
        self.security_group = own or ControlPlane(self.child("control-plane"), self.component.cluster_security_group_id)
        self.nodes = SecurityGroup(
            self.child("nodes"),
            vpc_id=network.vpc_id,
            description=f"Nodes of {settings.name}",
            opts=self.child_options(),
        )
        open_nodes(self.nodes, self.security_group)
        for who, client in settings.api_clients.items():
            admit(self, self.security_group, who, client)
        if own:
            own.allow_all_egress("Control plane to nodes, webhooks and AWS")
            self.nodes.allow_ports(own, 1025, 65535, "Control plane to every unprivileged port of the nodes")
        self.oidc_provider_arn = self._oidc_provider().arn
        self.oidc_issuer: pulumi.Output[str] = self.component.oidc_provider_url.apply(
            lambda url: url.removeprefix("https://")
        )
        self.provider = kubernetes.Provider(
            self.child("kubernetes"),
            kubeconfig=self.component.kubeconfig_json,
            # A new endpoint or certificate must not make everything in the cluster anew.
            cluster_identifier=self.arn,
            opts=self.child_options(),
        )
        self.node_addons = NodeAddons(
            self.child("node-addons"), account=account, cluster=self, opts=self.child_options()
        )
        self.register_outputs({"arn": self.arn, "name": settings.name, "oidcProviderArn": self.oidc_provider_arn})

    @property
    def describe(self) -> Grant:
        """Lets a role find the cluster's endpoint, as ``aws eks update-kubeconfig`` does, and its groups of nodes."""
        return Statement(sid("Describe", self.name), ["eks:DescribeCluster", "eks:ListNodegroups"], [self.arn])

    def allow(self, client: HasSecurityGroup) -> None:
        """Opens the Kubernetes API to ``client``, such as a build runner in the VPC."""
        open_api(self, self.security_group, client)

    def _own_group(self, network: Network) -> SecurityGroup:
        return SecurityGroup(
            self.child("control-plane"),
            vpc_id=network.vpc_id,
            description=f"Control plane of {self.cluster_name}",
            opts=self.child_options(),
        )

    def _service_role(
        self, account: Account, arn: str, settings: ClusterSettings
    ) -> tuple[aws.iam.Role, list[aws.iam.RolePolicyAttachment]]:
        """The role of the control plane, for this cluster only, which the role that pulumi-eks makes is not.

        https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html
        """
        role = aws.iam.Role(
            self.child("role"),
            description=f"EKS control plane of {self.cluster_name}",
            assume_role_policy=policy_document(
                [service_trust("eks.amazonaws.com", account_id=account.id, source_arn=arn)]
            ),
            opts=self.child_options(),
        )
        policies = {"cluster-policy": "AmazonEKSClusterPolicy"}
        if settings.pod_security_groups:
            policies["vpc-resource-controller"] = "AmazonEKSVPCResourceController"
        rights = [
            aws.iam.RolePolicyAttachment(
                self.child("role", suffix),
                role=role.name,
                policy_arn=account.managed_policy(policy),
                opts=self.child_options(),
            )
            for suffix, policy in policies.items()
        ]
        return role, rights

    def _oidc_provider(self) -> aws.iam.OpenIdConnectProvider:
        """Trusts the cluster's service accounts, for software that cannot use Pod Identity.

        IAM trusts EKS's own certificate authority, so there is no thumbprint to fetch.
        """
        return aws.iam.OpenIdConnectProvider(
            self.child("oidc"),
            url=self.component.oidc_provider_url,
            client_id_lists=["sts.amazonaws.com"],
            opts=self.child_options(),
        )
