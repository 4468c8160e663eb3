"""OpenTelemetry collectors of a cluster, which export the workloads' traces to X-Ray."""

import hashlib
from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PodTemplateSpecArgs,
    Service,
    ServiceAccount,
    ServicePortArgs,
    ServiceSpecArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components.account import Account
from components.operations.otel_collector import (
    CONFIG_VARIABLE,
    OTLP_PORT,
    PEER_PORT,
    client_variables,
    cluster_config,
    image,
)
from components.operations.tracing import Tracing
from components.security.pod_role import PodRole
from components.workloads.collector_pod import MEMORY_MIB, collector_pod
from components.workloads.in_cluster import InCluster, KubernetesCluster
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination, answer, ask, own_policy, pods

_NAME = "trace-collector"
_PEERS = f"{_NAME}-peers"
_NAMESPACE = "tracing"
_LABELS = {"app": _NAME}
_REPLICAS = 2
"""So that one may go with its node; what it had not decided on yet, ten seconds of its traces, goes with it."""


class TraceCollector(InCluster):
    """Two collectors in a namespace of their own, which sample by what they see of whole traces.

    A client sends its spans to either by HTTP on 4318; that one passes each to the one of the two which has the rest
    of its trace, and that one sends to X-Ray what ``policies`` of its configuration keep. The collectors alone may
    send, and reach nothing but each other, DNS and HTTPS, by which X-Ray is reached. Nobody reaches them but the
    workloads of ``admit``; between pods spans are not encrypted.
    """

    def __init__(
        self,
        name: str,
        *,
        tracing: Tracing,
        account: Account,
        cluster: KubernetesCluster,
        nodes: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self._namespace = Namespace(
            self.child("namespace"), namespace=_NAMESPACE, cluster=cluster, nodes=nodes, opts=self.child_options()
        )
        role = PodRole(
            self.child("pods"),
            account=account,
            cluster=cluster,
            namespace=_NAMESPACE,
            service_account=_NAME,
            grants=[tracing.write],
            opts=self.child_options(),
        )
        # Every name is plain text, so that it is known at a first preview.
        config = cluster_config(
            tracing.settings, account.region, MEMORY_MIB, f"{_PEERS}.{_NAMESPACE}.svc.cluster.local"
        )
        first = [
            role,
            ServiceAccount(
                self.child("account"),
                metadata=self._metadata(),
                automount_service_account_token=False,
                opts=self._inside(),
            ),
            ConfigMap(
                self.child("config"), metadata=self._metadata(), data={CONFIG_VARIABLE: config}, opts=self._inside()
            ),
            *self._policies(),
            self._service("service", _NAME, "otlp", OTLP_PORT),
            # Without an address of its own its name is resolved to those of the pods, as the collectors divide by.
            self._service("peers", _PEERS, "otlp-peers", PEER_PORT, cluster_ip="None"),
        ]
        self._deployment(image(tracing.settings), config, first)
        PodDisruptionBudget(
            self.child("disruption"),
            metadata=self._metadata(),
            spec=PodDisruptionBudgetSpecArgs(
                max_unavailable=1,
                selector=LabelSelectorArgs(match_labels=_LABELS),
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
            opts=self._inside(),
        )
        self.host = f"{_NAME}.{_NAMESPACE}.svc.cluster.local"
        self.register_outputs({"host": self.host, "port": OTLP_PORT})

    def variables(self, workload: str) -> dict[str, str]:
        """Environment variables by which a workload's OpenTelemetry SDK exports to this collector."""
        return client_variables(workload, self.host)

    def admit(self, workload: str, namespace: Namespace) -> NetworkPolicy:
        """Opens the port to the pods of a workload: ingress here, and egress there, which it returns."""
        NetworkPolicy(
            self.child("from", workload),
            metadata=self._metadata(f"{_NAME}-from-{workload}"),
            spec=answer(_NAME, OTLP_PORT, pods(workload, namespace.namespace)),
            opts=self._inside(),
        )
        return NetworkPolicy(
            self.child("to", workload),
            metadata=ObjectMetaArgs(name=f"{workload}-to-{_NAME}", namespace=namespace.namespace),
            spec=ask(workload, OTLP_PORT, pods(_NAME, _NAMESPACE)),
            opts=self._inside(namespace),
        )

    def _inside(self, *others: pulumi.Resource) -> pulumi.ResourceOptions:
        return self.in_cluster(depends_on=[self._namespace, *others])

    def _metadata(self, name: str = _NAME) -> ObjectMetaArgs:
        labels = {**_LABELS, "app.kubernetes.io/component": "collector"}
        return ObjectMetaArgs(name=name, namespace=_NAMESPACE, labels=labels)

    def _policies(self) -> list[NetworkPolicy]:
        own = pods(_NAME, _NAMESPACE)
        specs = {
            # X-Ray, and the credentials of the role.
            "network": own_policy(
                _NAME, OTLP_PORT, clients=(), destinations={"aws": Destination(443, ["0.0.0.0/0"])}, has_role=True
            ),
            "from-peers": answer(_NAME, PEER_PORT, own),
            "to-peers": ask(_NAME, PEER_PORT, own),
        }
        return [
            NetworkPolicy(
                self.child(suffix),
                metadata=self._metadata(_NAME if suffix == "network" else f"{_NAME}-{suffix}"),
                spec=spec,
                opts=self._inside(),
            )
            for suffix, spec in specs.items()
        ]

    def _service(self, suffix: str, name: str, port_name: str, port: int, cluster_ip: str | None = None) -> Service:
        metadata = self._metadata(name)
        # The provider would wait for pods that answer, which come after it.
        metadata.annotations = {"pulumi.com/skipAwait": "true"}
        return Service(
            self.child(suffix),
            metadata=metadata,
            spec=ServiceSpecArgs(
                type="ClusterIP",
                cluster_ip=cluster_ip,
                selector=_LABELS,
                ports=[ServicePortArgs(name=port_name, port=port, target_port=port_name)],
            ),
            opts=self._inside(),
        )

    def _deployment(self, image: str, config: str, first: Sequence[pulumi.Resource]) -> None:
        checksum = hashlib.sha256(config.encode()).hexdigest()
        Deployment(
            self.child("deployment"),
            metadata=self._metadata(),
            spec=DeploymentSpecArgs(
                replicas=_REPLICAS,
                revision_history_limit=5,
                selector=LabelSelectorArgs(match_labels=_LABELS),
                strategy=DeploymentStrategyArgs(
                    type="RollingUpdate", rolling_update=RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0)
                ),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=_LABELS, annotations={"checksum/config": checksum}),
                    spec=collector_pod(_NAME, image),
                ),
            ),
            # Pods name these in plain text, and get their role only when they start.
            opts=self._inside(*first),
        )
