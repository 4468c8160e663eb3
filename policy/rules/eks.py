"""EKS clusters."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Level, Resource, RuleConfig, Severity, rule

CLUSTER = "aws:eks/cluster:Cluster"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
ACCESS_POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_LINK = "https://docs.aws.amazon.com/eks/latest/userguide/"
_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@rule(
    "eks-private-endpoint",
    title="Cluster endpoints are private",
    severity=Severity.HIGH,
    types=[CLUSTER],
    frameworks={
        "FSBP": "EKS.1",
        "cdk-nag": "AwsSolutions-EKS1",
        "Checkov": ("CKV_AWS_38", "CKV_AWS_39"),
    },
    remedy="Set vpcConfig.endpointPublicAccess to false and endpointPrivateAccess to true.",
    link=_LINK + "cluster-endpoint.html",
)
def private_endpoint(cluster: Resource) -> Iterator[Finding]:
    """A public endpoint exposes the API server to every stolen token and every flaw. EKS makes it public by default."""
    if cluster.lacks("vpcConfig.endpointPublicAccess", False):
        yield Finding("has a public endpoint", "vpcConfig.endpointPublicAccess")
    if cluster.lacks("vpcConfig.endpointPrivateAccess", True):
        yield Finding("has no private endpoint", "vpcConfig.endpointPrivateAccess")


@rule(
    "eks-secrets-encrypted",
    title="Kubernetes secrets are encrypted with a customer key",
    severity=Severity.HIGH,
    types=[CLUSTER],
    frameworks={"FSBP": "EKS.3", "Checkov": "CKV_AWS_58"},
    remedy="Set encryptionConfig with resources secrets and provider.keyArn.",
    link=_LINK + "enable-kms.html",
)
def secrets_encrypted(cluster: Resource) -> Iterator[Finding]:
    """Envelope encryption keeps secrets unreadable in etcd and its backups without the key."""
    if cluster.lacks("encryptionConfig"):
        yield Finding("does not encrypt secrets with a customer key", "encryptionConfig")
    for config in cluster.blocks("encryptionConfig"):
        if config.omits("resources", "secrets"):
            yield Finding("does not encrypt secrets with a customer key", config.path("resources"))
        if config.lacks("provider.keyArn"):
            yield Finding("names no key for its secrets", config.path("provider.keyArn"))


@rule(
    "eks-control-plane-logs",
    title="All control plane logs are delivered",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={
        "FSBP": "EKS.8",
        "cdk-nag": "AwsSolutions-EKS2",
        "Checkov": "CKV_AWS_37",
    },
    remedy=f"Set enabledClusterLogTypes to {', '.join(_LOGS)}.",
    link=_LINK + "control-plane-logs.html",
)
def control_plane_logs(cluster: Resource) -> Iterator[Finding]:
    """The audit log tells who did what; authenticator and scheduler logs explain why it was possible."""
    missing = [log for log in _LOGS if cluster.omits("enabledClusterLogTypes", log)]
    if missing:
        yield Finding(f"delivers no {', '.join(missing)} log", "enabledClusterLogTypes")


@rule(
    "eks-access-entries",
    title="Access to clusters is by access entries",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"Well-Architected": "SEC03-BP02"},
    remedy="Set accessConfig.authenticationMode to API.",
    link=_LINK + "access-entries.html",
)
def access_entries(cluster: Resource) -> Iterator[Finding]:
    """The aws-auth ConfigMap can be edited from inside the cluster and locks everybody out when it is wrong."""
    if cluster.lacks("accessConfig.authenticationMode", "API"):
        yield Finding("still reads the aws-auth ConfigMap", "accessConfig.authenticationMode")


@rule(
    "eks-deletion-protection",
    title="Clusters are protected from deletion",
    severity=Severity.MEDIUM,
    types=[CLUSTER],
    frameworks={"Well-Architected": "REL09-BP01"},
    remedy="Set deletionProtection.",
    link=_LINK + "deletion-protection.html",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(cluster: Resource) -> Iterator[Finding]:
    """A deleted cluster takes everything it runs along."""
    if cluster.lacks("deletionProtection", True):
        yield Finding("can be deleted in one call", "deletionProtection")


class Versions(RuleConfig):
    """Which Kubernetes versions EKS supports."""

    oldest_minor: int = Field(34, ge=30, description="Oldest 1.x in standard support (1.33 left it in July 2026)")


@rule(
    "eks-supported-version",
    title="Clusters run a version in standard support",
    severity=Severity.HIGH,
    types=[CLUSTER],
    frameworks={"FSBP": "EKS.2", "Checkov": "CKV_AWS_339"},
    remedy="Upgrade one minor version at a time, add-ons and nodes after the control plane.",
    link=_LINK + "kubernetes-versions.html",
    config=Versions,
)
def supported_version(cluster: Resource, config: Versions) -> Iterator[Finding]:
    """Extended support costs six times as much, and its end upgrades the cluster on a day that AWS chooses."""
    version = cluster.get("version")
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    if major == "1" and minor.isdigit() and int(minor) < config.oldest_minor:
        yield Finding(f"runs Kubernetes {version}, which is out of standard support", "version")


@rule(
    "eks-no-cluster-admin",
    title="People and roles get less than the whole cluster",
    severity=Severity.HIGH,
    types=[ACCESS_POLICY, ACCESS_ENTRY],
    frameworks={"CIS EKS 1.5": ("4.1.1", "4.1.7")},
    remedy="Associate AmazonEKSViewPolicy, EditPolicy or AdminPolicy with the namespaces they work in.",
    link=_LINK + "access-policy-permissions.html",
)
def no_cluster_admin(access: Resource) -> Iterator[Finding]:
    """A cluster administrator reads every secret and takes every pod's IAM role."""
    policy = access.get("policyArn")
    if isinstance(policy, str) and policy.endswith("/AmazonEKSClusterAdminPolicy"):
        yield Finding("makes its principal administrator of the cluster", "policyArn")
    if access.contains("kubernetesGroups", "system:masters"):
        yield Finding("puts its principal into system:masters", "kubernetesGroups")
