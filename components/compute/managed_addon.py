"""One EKS managed add-on, in the version pinned for the cluster's Kubernetes version."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from components.component import Component
from components.security.pod_role import PodCluster
from components.versions import MINORS


class AddOnCluster(PodCluster, Protocol):
    """The cluster that add-ons go into."""

    @property
    def kubernetes_version(self) -> str:
        """Its minor, such as 1.35."""
        ...

    @property
    def component(self) -> eks.Cluster:
        """The cluster as pulumi-eks makes it."""
        ...


def add_on(
    parent: Component,
    name: str,
    *,
    cluster: AddOnCluster,
    after: Sequence[pulumi.Resource] = (),
    configuration: Mapping[str, Any] | None = None,
) -> aws.eks.Addon:
    """An add-on under its AWS name, in the version that ``components.versions`` has for the cluster's Kubernetes.

    This program owns what is in the add-on: settings changed by hand in the cluster are put back at an update.
    """
    return aws.eks.Addon(
        parent.child(name),
        addon_name=name,
        # EKS moves no add-on by itself: without a version each would stay at that of its creation.
        addon_version=MINORS[cluster.kubernetes_version].add_ons[name],
        cluster_name=cluster.cluster_name,
        configuration_values=pulumi.Output.json_dumps(configuration) if configuration else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        # The cluster is named by plain text, which carries no order.
        opts=parent.child_options(depends_on=[cluster.component, *after]),
    )
