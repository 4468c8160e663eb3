"""What components inside an EKS cluster share: the Kubernetes provider, and Helm releases."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pulumi
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs

from components.component import Component

SYSTEM_NAMESPACE = "kube-system"


class KubernetesCluster(Protocol):
    """The cluster that objects are made in."""

    @property
    def cluster_name(self) -> str:
        """The name of the cluster in EKS."""
        ...

    @property
    def arn(self) -> pulumi.Output[str]:
        """The ARN of the cluster."""
        ...

    @property
    def provider(self) -> pulumi.ProviderResource:
        """The Kubernetes provider that talks to the cluster's API."""
        ...


class InCluster(Component):
    """A building block whose Kubernetes objects go to one cluster, whatever provider surrounds it."""

    def __init__(self, name: str, *, cluster: KubernetesCluster, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.cluster = cluster

    def in_cluster(self, **options: Any) -> pulumi.ResourceOptions:
        """Options of a child that is a Kubernetes object."""
        return self.child_options(provider=self.cluster.provider, **options)

    def release(
        self,
        suffix: str,
        *,
        chart: str,
        version: str,
        values: Mapping[str, Any],
        depends_on: Sequence[pulumi.Resource],
        repository: str | None = None,
        skip_crds: bool = False,
    ) -> Release:
        """A chart in kube-system under its own name, all of it ready before the release counts as made.

        A release that fails is taken away again (``atomic``), and so is what a failed upgrade added. Waiting is left
        on: custom resources need the CRDs and the webhooks of their controller to answer, at the first deployment and
        at destruction, when finalizers run.
        """
        return Release(
            self.child(suffix),
            name=chart.rsplit("/", 1)[-1],
            namespace=SYSTEM_NAMESPACE,
            chart=chart,
            version=version,
            repository_opts=None if repository is None else RepositoryOptsArgs(repo=repository),
            values=values,
            skip_crds=skip_crds,
            atomic=True,
            cleanup_on_fail=True,
            max_history=5,
            timeout=600,
            opts=self.in_cluster(depends_on=list(depends_on)),
        )
