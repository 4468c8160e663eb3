"""The pod of an OpenTelemetry collector."""

from pulumi_kubernetes.core.v1 import (
    ConfigMapEnvSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EnvFromSourceArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    PodSpecArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    TopologySpreadConstraintArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs

from components.operations.otel_collector import HEALTH_PORT, OTLP_PORT, PEER_PORT, USER
from components.workloads.quantity import Amount, Resources
from components.workloads.restricted import container_security, pod_security

MEMORY_MIB = 512
_RESOURCES = Resources(requests=Amount(cpu="100m", memory="256Mi"), limits=Amount(cpu="500m", memory=f"{MEMORY_MIB}Mi"))
_STOP_SECONDS = 30
"""A collector that is told to stop decides on the traces it has, and sends them."""


def collector_pod(name: str, image: str) -> PodSpecArgs:
    """A pod that meets the restricted Pod Security Standard; its configuration is the ConfigMap of its name."""
    return PodSpecArgs(
        service_account_name=name,
        automount_service_account_token=False,
        enable_service_links=False,
        termination_grace_period_seconds=_STOP_SECONDS,
        security_context=pod_security(USER),
        topology_spread_constraints=[
            TopologySpreadConstraintArgs(
                max_skew=1,
                topology_key=key,
                # When a zone is down both must still run somewhere.
                when_unsatisfiable="ScheduleAnyway",
                label_selector=LabelSelectorArgs(match_labels={"app": name}),
                match_label_keys=["pod-template-hash"],
                node_taints_policy="Honor",
            )
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
        containers=[_container(name, image)],
    )


def _container(name: str, image: str) -> ContainerArgs:
    return ContainerArgs(
        name=name,
        image=image,
        ports=[
            ContainerPortArgs(name=port_name, container_port=port)
            for port_name, port in {"otlp": OTLP_PORT, "otlp-peers": PEER_PORT, "health": HEALTH_PORT}.items()
        ],
        # What Go may use before it collects garbage in earnest, above what the memory limiter lets in.
        env=[EnvVarArgs(name="GOMEMLIMIT", value=f"{MEMORY_MIB * 9 // 10}MiB")],
        env_from=[EnvFromSourceArgs(config_map_ref=ConfigMapEnvSourceArgs(name=name))],
        resources=ResourceRequirementsArgs(requests=_RESOURCES.requests.as_dict(), limits=_RESOURCES.limits.as_dict()),
        liveness_probe=_probe(failures=3),
        readiness_probe=_probe(failures=1),
        security_context=container_security(),
    )


def _probe(*, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path="/", port="health"),
        period_seconds=10,
        timeout_seconds=3,
        failure_threshold=failures,
    )
