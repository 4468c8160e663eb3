"""Vertical Pod Autoscaler in recommendation mode."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.versions import VERTICAL_AUTOSCALER, VERTICAL_AUTOSCALER_IMAGE
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.quantity import Amount, Resources
from components.workloads.workload import Workload

_NAME = "vertical-pod-autoscaler"
_RESOURCES = Resources(requests=Amount(cpu="50m", memory="500Mi"), limits=Amount(cpu="200m", memory="1Gi"))


class VerticalAutoscaler(InCluster):
    """The recommender of the Vertical Pod Autoscaler, which watches pods and says how much CPU and memory they need.

    Nothing is changed by it: updater and admission controller, which replace pods and rewrite their requests, are not
    installed, and each object is in mode Off. A workload that the Horizontal Pod Autoscaler scales on CPU and memory
    must not be resized on the same metrics as well:
    https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/known-limitations.md.
    Read the advice by ``kubectl describe vpa`` and put it into the workload's settings. It takes the metrics-server
    add-on.
    """

    def __init__(
        self,
        name: str,
        *,
        cluster: KubernetesCluster,
        nodes: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self._release = self.release(
            "release",
            chart=_NAME,
            repository=VERTICAL_AUTOSCALER.repository,
            version=VERTICAL_AUTOSCALER.value,
            values=_values(),
            depends_on=nodes,
        )
        self.register_outputs({})

    def advise(self, workload: Workload) -> None:
        """Watches a workload's pods and recommends what they should request."""
        CustomResource(
            self.child(workload.name),
            api_version="autoscaling.k8s.io/v1",
            kind="VerticalPodAutoscaler",
            metadata=ObjectMetaArgs(name=workload.name, namespace=workload.namespace),
            spec={
                "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
                "updatePolicy": {"updateMode": "Off"},
            },
            # The chart brings the kind; the Deployment is named in plain text.
            opts=self.in_cluster(depends_on=[self._release, workload]),
        )


def _values() -> dict[str, object]:
    """https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/charts/vertical-pod-autoscaler/values.yaml"""
    return {
        "fullnameOverride": _NAME,
        "admissionController": {"enabled": False, "certGen": {"enabled": False}},
        "updater": {"enabled": False},
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "recommender": {
            "image": {"tag": VERTICAL_AUTOSCALER_IMAGE.tagged},
            "replicas": 2,
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
            "resources": _RESOURCES.as_dict(),
        },
    }
