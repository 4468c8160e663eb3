"""Helm releases."""

import re
from collections.abc import Iterator

from policy.credentials import is_credential, texts
from policy.model import Finding, Resource, Severity, known, rule

RELEASE = "kubernetes:helm.sh/v3:Release"
CHARTS = (RELEASE, "kubernetes:helm.sh/v4:Chart")
_LINK = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/"
_VERSION = re.compile(r"^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$")
_LOCAL = (".", "/")


@rule(
    "helm-version",
    title="Charts are of one version",
    severity=Severity.MEDIUM,
    types=CHARTS,
    frameworks={"Well-Architected": "SEC11-BP04"},
    remedy="Set version to one exact version, and leave devel off.",
    link=_LINK,
)
def version(release: Resource) -> Iterator[Finding]:
    """A chart that moves by itself changes the cluster with the next unrelated deployment."""
    wanted, chart = release.get("version"), release.get("chart")
    if not known(wanted) or not known(chart) or str(chart).startswith(_LOCAL):
        return
    if not wanted or not _VERSION.match(str(wanted)):
        yield Finding("takes whatever version is newest", "version")


@rule(
    "helm-repository",
    title="Charts come by HTTPS or OCI",
    severity=Severity.HIGH,
    types=CHARTS,
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy="Name the repository by https:// or oci://.",
    link="https://helm.sh/docs/topics/registries/",
)
def repository(release: Resource) -> Iterator[Finding]:
    """Who sits on the way replaces the chart, and with it what runs as the controller's account."""
    for path in ("chart", "repositoryOpts.repo"):
        address = release.get(path)
        if isinstance(address, str) and address.startswith("http://"):
            yield Finding("is fetched in clear", path)


@rule(
    "helm-no-plain-secrets",
    title="Values of charts hold no credentials",
    severity=Severity.HIGH,
    types=CHARTS,
    frameworks={"CIS EKS 1.5": "4.4.2", "Checkov": "CKV_K8S_35"},
    remedy="Use the chart's existingSecret, with a Secret that is filled from Secrets Manager.",
    link="https://helm.sh/docs/chart_best_practices/values/",
)
def no_plain_secrets(release: Resource) -> Iterator[Finding]:
    """Helm keeps the values of every revision in the cluster, readable to whoever reads the namespace's secrets."""
    for path, key, value in texts(release.get("values"), "values"):
        if is_credential(key, value):
            yield Finding("is given a credential", path)
