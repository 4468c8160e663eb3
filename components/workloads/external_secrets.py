"""External Secrets Operator: copies Secrets Manager values into one namespace."""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.account import Account
from components.security.pod_role import PodRole
from components.statements import Grant
from components.versions import EXTERNAL_SECRETS, EXTERNAL_SECRETS_IMAGE
from components.workloads.in_cluster import SYSTEM_NAMESPACE, InCluster, KubernetesCluster
from components.workloads.namespace import Namespace
from components.workloads.quantity import Amount, Resources

_NAME = "external-secrets"
_RESOURCES = Resources(requests=Amount(cpu="50m", memory="128Mi"), limits=Amount(cpu="250m", memory="256Mi"))

API_VERSION = "external-secrets.io/v1"
READY = {"pulumi.com/waitFor": "condition=Ready"}
"""Lets Pulumi wait until the operator reports success: https://www.pulumi.com/registry/packages/kubernetes/"""


class ExternalSecrets(InCluster):
    """External Secrets Operator for one namespace, and that namespace's store over Secrets Manager.

    It was chosen over the Secrets Store CSI driver, which writes a Kubernetes secret only while some pod mounts its
    volume, needs two privileged agents on every node, and cannot compose a value such as a URL out of several.

    The operator sees the objects and secrets of ``namespace`` alone and holds no cluster-wide right. In AWS it may do
    exactly what ``grants`` say (``read`` of the secrets, ``decrypt`` of their keys); pods of the namespace get none
    of it. Without webhook and certificate controller, which would need rights over the whole cluster and, when they are
    gone first, would refuse the deletion of what is left:
    https://external-secrets.io/latest/api/components/
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        cluster: KubernetesCluster,
        namespace: Namespace,
        nodes: Sequence[pulumi.Resource],
        grants: Sequence[Grant],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self.namespace = namespace.namespace
        self.store_name = "secrets-manager"
        role = PodRole(
            self.child("pods"),
            account=account,
            cluster=cluster,
            namespace=SYSTEM_NAMESPACE,
            service_account=_NAME,
            grants=grants,
            opts=self.child_options(),
        )
        release = self.release(
            "release",
            chart=_NAME,
            repository=EXTERNAL_SECRETS.repository,
            version=EXTERNAL_SECRETS.value,
            values=_values(self.namespace),
            # Its Kubernetes rights lie in the namespace; pods take their role when they start, and need nodes.
            depends_on=[role, namespace, *nodes],
        )
        CustomResource(
            self.child("store"),
            api_version=API_VERSION,
            kind="SecretStore",
            metadata=ObjectMetaArgs(name=self.store_name, namespace=self.namespace, annotations=READY),
            spec={"provider": {"aws": {"service": "SecretsManager", "region": account.region}}},
            # The operator brings the kind, and takes finalizers off when the store goes.
            opts=self.in_cluster(depends_on=[release, namespace]),
        )
        self.register_outputs({"storeName": self.store_name})


def _values(namespace: str) -> dict[str, Any]:
    """The chart's kinds are templates, so that Helm updates them and takes them away."""
    unused = ("ClusterExternalSecret", "ClusterGenerator", "ClusterPushSecret", "PushSecret")
    return {
        "scopedNamespace": namespace,
        "scopedRBAC": True,
        "installCRDs": True,
        "crds": {
            **{f"create{kind}": False for kind in unused},
            "createClusterSecretStore": False,
            "conversion": {"enabled": False},
        },
        **{f"process{kind}": False for kind in unused},
        "processClusterStore": False,
        "image": {"tag": EXTERNAL_SECRETS_IMAGE.tagged},
        "webhook": {"create": False},
        "certController": {"create": False},
        "replicaCount": 2,
        "leaderElect": True,
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "serviceAccount": {"create": True, "name": _NAME},
        "resources": _RESOURCES.as_dict(),
    }
