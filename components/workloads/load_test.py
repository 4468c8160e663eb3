"""The ConfigMap with the k6 load test's script."""

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.namespace import Namespace
from settings.project_files import below_root

TARGET = "https://api.cloudpartner.pro/health"
"""What the scripts ask for when nobody tells them otherwise."""


class LoadTest(InCluster):
    """A k6 script of the project as the ConfigMap load-test-script, asking ``url`` unless TARGET_URL says otherwise.

    Nothing runs it by itself. Raises ValueError when the project has no such script, or one with another target.
    """

    def __init__(
        self,
        name: str,
        *,
        script: str,
        url: str,
        cluster: KubernetesCluster,
        namespace: Namespace,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        ConfigMap(
            self.child("script"),
            metadata=ObjectMetaArgs(name="load-test-script", namespace=namespace.namespace, labels={"app": name}),
            data={"script.js": _script(script, url)},
            # The namespace is named in plain text.
            opts=self.in_cluster(depends_on=[namespace]),
        )
        self.register_outputs({})


def _script(path: str, url: str) -> str:
    file = below_root(path)
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if TARGET not in text:
        raise ValueError(f"{path} is no script that asks for {TARGET}")
    return text.replace(TARGET, url)
