"""All pinned versions: engines, Kubernetes, runtimes, Helm charts, and images by digest.

An upgrade is one change here, or in a stack file where a setting names another; docs/upgrading.md has the order of each
kind, and the commands that say what there is. Until when something is supported is no choice of this program's, and
stands in ``policy/support.yaml``, by the names that ``of`` has here. ``make versions`` puts the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Version:
    """One pinned version, and the source that it was released."""

    of: str
    value: str
    source: str


@dataclass(frozen=True)
class Chart(Version):
    """A Helm chart of a repository; ``kind`` is one that it has in ``crds/``, where Helm never updates."""

    repository: str
    kind: str = ""

    @property
    def name(self) -> str:
        """What the repository calls it."""
        return self.of.removeprefix("chart ")


@dataclass(frozen=True)
class Image(Version):
    """A container image by the digest of all its platforms; ``tag`` is what it was called when it was looked up.

    Where no public page was found that names the digest, ``value`` is the tag, and ``WITHOUT_DIGEST`` says so.
    """

    repository: str
    tag: str

    @property
    def tagged(self) -> str:
        """What a chart takes for a tag: the tag, and by which content."""
        return self.tag if self.value == self.tag else f"{self.tag}@{self.value}"

    def at(self, tag: str) -> str:
        """What a pod or a task pulls for a tag or a digest."""
        return f"{self.repository}{'@' if tag.startswith('sha256:') else ':'}{tag}"


@dataclass(frozen=True)
class Minor:
    """What goes with one minor of Kubernetes: its node images' release, add-ons, Cluster Autoscaler's image."""

    node_image: str
    add_ons: Mapping[str, str]
    cluster_autoscaler: Image


def _autoscaler(tag: str) -> Image:
    """As its releasers wrote it down when they promoted the image; registry.k8s.io moves no tag.

    By its tag alone: the chart makes a label of it, and Kubernetes takes none with a digest.
    https://github.com/kubernetes/autoscaler/blob/master/charts/cluster-autoscaler/templates/_helpers.tpl
    """
    promoted = "https://github.com/kubernetes/k8s.io/pull/9760"
    return Image("image cluster-autoscaler", tag, promoted, f"{_KUBERNETES}/cluster-autoscaler", tag)


_ECR = "public.ecr.aws"
_KUBERNETES = "registry.k8s.io/autoscaling"
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"

KUBERNETES = Version(
    "Kubernetes on EKS", "1.36", "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"
)
# What EKS gives by default, or the newest, in September 2026, as public configurations of these minors have it. Before
# 1.22.4 vpc-cni lets some pods past network policies: https://github.com/aws/aws-network-policy-agent/pull/576.
_OF_EACH = {
    "amazon-cloudwatch-observability": "v6.7.0-eksbuild.1",
    "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
    "aws-efs-csi-driver": "v3.4.2-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "metrics-server": "v0.9.0-eksbuild.11",
    "vpc-cni": "v1.22.4-eksbuild.3",
}
MINORS: Mapping[str, Minor] = {
    "1.34": Minor(
        "1.34.11-20260930",
        {**_OF_EACH, "coredns": "v1.12.4-eksbuild.38", "kube-proxy": "v1.34.6-eksbuild.29"},
        _autoscaler("v1.34.5"),
    ),
    "1.35": Minor(
        "1.35.7-20260911",
        {**_OF_EACH, "coredns": "v1.13.2-eksbuild.31", "kube-proxy": "v1.35.3-eksbuild.29"},
        _autoscaler("v1.35.2"),
    ),
    "1.36": Minor(
        "1.36.4-20260923",
        {**_OF_EACH, "coredns": "v1.14.3-eksbuild.23", "kube-proxy": "v1.36.0-eksbuild.25"},
        _autoscaler("v1.36.1"),
    ),
}
"""Each minor that a cluster may have. Releases of node images: https://github.com/awslabs/amazon-eks-ami/releases"""

POSTGRES = Version(
    "PostgreSQL on RDS",
    "15",
    "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
)
REDIS_VERSION: Final = "7.1"
REDIS = Version(
    "Redis on ElastiCache",
    REDIS_VERSION,
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html",
)
KAFKA = Version(
    "Kafka on MSK", "3.9.x.kraft", "https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html"
)
OPENSEARCH = Version(
    "OpenSearch Service",
    "OpenSearch_2.19",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html",
)
PYTHON_RUNTIME: Final = "python3.13"
PYTHON = Version("Lambda", PYTHON_RUNTIME, _LAMBDA)
MDREADER_RUNTIME: Final = "python3.11"
MDREADER = Version("Lambda", MDREADER_RUNTIME, _LAMBDA)
"""The plan's, and what the libraries of mdreader's functions are built for (``make packages``)."""
CLOUDFRONT_FUNCTIONS = Version(
    "CloudFront Functions",
    "cloudfront-js-2.0",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html",
)
BUILD_IMAGES: Mapping[str, Version] = {
    machine: Version(
        "CodeBuild",
        image,
        "https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html",
    )
    for machine, image in (
        ("arm64", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
        ("x86_64", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    )
}
"""By machine; CodeBuild mends what is behind the name."""

CLUSTER_AUTOSCALER = Chart(
    "chart cluster-autoscaler",
    "9.59.0",
    "https://github.com/kubermatic/kubermatic/pull/16253",
    "https://kubernetes.github.io/autoscaler",
)
EXTERNAL_SECRETS = Chart(
    "chart external-secrets",
    "2.12.0",
    "https://github.com/external-secrets/external-secrets/releases/tag/helm-chart-2.12.0",
    "https://charts.external-secrets.io",
)
KARPENTER = Chart(
    "chart karpenter",
    "1.14.1",
    "https://karpenter.sh/v1.15/upgrading/compatibility/",
    f"oci://{_ECR}/karpenter",
)
"""Kubernetes 1.35 takes 1.9 or later, 1.36 takes 1.13."""
LOAD_BALANCER_CONTROLLER = Chart(
    "chart aws-load-balancer-controller",
    "3.4.2",
    "https://github.com/aws/eks-charts/pull/1347",
    "https://aws.github.io/eks-charts",
    "targetgroupbindings.elbv2.k8s.aws",
)
VERTICAL_AUTOSCALER = Chart(
    "chart vertical-pod-autoscaler",
    "0.9.0",
    "https://github.com/kubernetes/autoscaler/releases/tag/vertical-pod-autoscaler-chart-0.9.0",
    "https://kubernetes.github.io/autoscaler",
    "verticalpodautoscalers.autoscaling.k8s.io",
)
"""The chart carries 1.6.0."""

FLUENT_BIT = Image(
    "image aws-for-fluent-bit",
    "sha256:88e1b56cedb230486afeca6eeb26c5f6bd59c48879d0054d1674d5a58838c607",
    "https://github.com/aws/aws-for-fluent-bit/releases/tag/v3.4.15",
    f"{_ECR}/aws-observability/aws-for-fluent-bit",
    "3.4.15",
)
"""Fluent Bit 5.0."""
COLLECTOR = Image(
    "image aws-otel-collector",
    "sha256:d2bdfff2c377c3d71d78bd5d9ce9862fd535b12134a5739d87a07801297cf9fd",
    "https://github.com/aws-observability/aws-otel-collector/releases/tag/v0.49.0",
    f"{_ECR}/aws-observability/aws-otel-collector",
    "v0.49.0",
)
PSQL = Image(
    "image postgres",
    "sha256:b0f9560a2de083e2cc7382e75f808c7381a32852a7ec49117deedb300e552b24",
    "https://hub.docker.com/_/postgres",
    f"{_ECR}/docker/library/postgres",
    "17.11-alpine3.24",
)
"""For psql, of which a newer major works with every server that RDS still offers; the same on Docker Hub."""
PYTHON_IMAGE = Image(
    "image python",
    "sha256:cbd229d7b9bd041012af758ce5ffd807a6518d76493ce9035d208f1db9ceff1e",
    "https://github.com/docker-library/repo-info/blob/bc9bbb47fc709dc4b29d3b128d66823b953b97a7/repos/python/remote/3.13-slim-bookworm.md",
    f"{_ECR}/docker/library/python",
    "3.13-slim-bookworm",
)
"""What the Dockerfiles of the servers build on: Python 3.13.15; the same on Docker Hub."""
LOAD_BALANCER_CONTROLLER_IMAGE = Image(
    "image aws-load-balancer-controller",
    "sha256:3d2c0cddc6cb80e85ca0d9487d8363736fe283501505726491593beb7be2aff9",
    "https://github.com/rapticore/ore-heaphound-deploy/blob/ca1241c0aafaed70e5a77748fc428141b9f899c3/infra/aws-central/main.tf",
    f"{_ECR}/eks/aws-load-balancer-controller",
    "v3.4.2",
)
EXTERNAL_SECRETS_IMAGE = Image(
    "image external-secrets",
    "v2.12.0",
    "https://github.com/external-secrets/external-secrets/releases/tag/v2.12.0",
    "ghcr.io/external-secrets/external-secrets",
    "v2.12.0",
)
VERTICAL_AUTOSCALER_IMAGE = Image(
    "image vpa-recommender",
    "1.6.0",
    "https://github.com/kubernetes/k8s.io/pull/9107",
    f"{_KUBERNETES}/vpa-recommender",
    "1.6.0",
)

_NO_PAGE = "no page that can be named here says its digest"
WITHOUT_DIGEST: Mapping[str, str] = {
    EXTERNAL_SECRETS_IMAGE.at(EXTERNAL_SECRETS_IMAGE.value): _NO_PAGE,
    VERTICAL_AUTOSCALER_IMAGE.at(VERTICAL_AUTOSCALER_IMAGE.value): f"{_NO_PAGE}; registry.k8s.io moves no tag",
    f"{_KUBERNETES}/cluster-autoscaler": (
        "its chart makes a label of the tag, which takes no digest; registry.k8s.io moves no tag"
    ),
    f"{_ECR}/karpenter/controller": "the chart itself has it by digest",
    "aws/codebuild/": "CodeBuild mends what is behind the name, and caches that alone",
    "<account>.dkr.ecr.<region>.amazonaws.com/": "the stack's own repositories, whose tags nobody can move",
}
"""Images that are not by digest, by how they begin, and why; docs/upgrading.md has the same table."""

VERSIONS: tuple[Version, ...] = (
    KUBERNETES, POSTGRES, REDIS, KAFKA, OPENSEARCH, PYTHON, MDREADER, CLOUDFRONT_FUNCTIONS, *BUILD_IMAGES.values(),
    CLUSTER_AUTOSCALER, EXTERNAL_SECRETS, KARPENTER, LOAD_BALANCER_CONTROLLER, VERTICAL_AUTOSCALER,
    FLUENT_BIT, COLLECTOR, PSQL, PYTHON_IMAGE, LOAD_BALANCER_CONTROLLER_IMAGE, EXTERNAL_SECRETS_IMAGE,
    VERTICAL_AUTOSCALER_IMAGE, *(minor.cluster_autoscaler for minor in MINORS.values()),
)  # fmt: skip
