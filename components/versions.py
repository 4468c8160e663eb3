"""The versions that this program asks for, in one place: what AWS and Kubernetes run, and the charts of Helm.

An upgrade is one change here, or in a stack file where a setting names another; docs/upgrading.md has the order of each
kind. ``ends`` is the last day of support, as far as anybody has said one.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Version:
    """One version of one thing, and where it says for how long it is supported."""

    of: str
    value: str
    source: str
    ends: date | None = None


_EKS = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"
_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html"
_REDIS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html"

KUBERNETES = Version("Kubernetes on EKS", "1.35", _EKS, date(2027, 3, 27))
KUBERNETES_OLDEST = Version("Kubernetes on EKS", "1.34", _EKS, date(2026, 12, 2))
POSTGRES = Version(
    "PostgreSQL on RDS",
    "15",
    "https://www.postgresql.org/support/versioning/: the community's, RDS ends later",
    date(2027, 11, 11),
)
POSTGRES_OLDEST = Version("PostgreSQL on RDS", "14", _RDS, date(2027, 2, 28))
REDIS = Version("Redis on ElastiCache", "7.1", _REDIS)
KAFKA = Version(
    "Kafka on MSK", "3.9.x.kraft", "https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html"
)
OPENSEARCH = Version(
    "OpenSearch", "OpenSearch_2.19", "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html"
)
CLUSTER_AUTOSCALER = Version(
    "chart cluster-autoscaler", "9.59.0", "https://github.com/kubermatic/kubermatic/pull/16253"
)
"""The chart carries 1.35.0, for Kubernetes of the same minor."""
EXTERNAL_SECRETS = Version(
    "chart external-secrets",
    "2.12.0",
    "https://github.com/external-secrets/external-secrets/releases/tag/helm-chart-2.12.0",
)
KARPENTER = Version("chart karpenter", "1.14.1", "https://karpenter.sh/v1.15/upgrading/compatibility/")
"""Kubernetes 1.35 takes 1.9 or later."""
LOAD_BALANCER_CONTROLLER = Version(
    "chart aws-load-balancer-controller", "3.4.2", "https://github.com/aws/eks-charts/pull/1347"
)
VERTICAL_AUTOSCALER = Version(
    "chart vertical-pod-autoscaler",
    "0.9.0",
    "https://github.com/kubernetes/autoscaler/releases/tag/vertical-pod-autoscaler-chart-0.9.0",
)
"""The chart carries 1.6.0."""

FLUENT_BIT = Version(
    "image aws-for-fluent-bit", "3.4.15", "https://github.com/aws/aws-for-fluent-bit/releases/tag/v3.4.15"
)
"""Fluent Bit 5.0."""
PSQL = Version(
    "image postgres, for psql",
    "sha256:b0f9560a2de083e2cc7382e75f808c7381a32852a7ec49117deedb300e552b24",
    "https://hub.docker.com/_/postgres",
)
"""17.11-alpine3.24 for all platforms; the same on Docker Hub and ECR Public."""

VERSIONS = (
    KUBERNETES, KUBERNETES_OLDEST, POSTGRES, POSTGRES_OLDEST, REDIS, KAFKA, OPENSEARCH, CLUSTER_AUTOSCALER,
    EXTERNAL_SECRETS, KARPENTER, LOAD_BALANCER_CONTROLLER, VERTICAL_AUTOSCALER, FLUENT_BIT,
    PSQL,
)  # fmt: skip
