"""Settings of a pod that serves HTTP, and the pod template that they result in."""

import re
from collections.abc import Sequence
from typing import Literal, Self

import pulumi
from pulumi_kubernetes.core.v1 import (
    ConfigMapEnvSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvFromSourceArgs,
    EnvVarArgs,
    EnvVarSourceArgs,
    HTTPGetActionArgs,
    LifecycleArgs,
    LifecycleHandlerArgs,
    PersistentVolumeClaimVolumeSourceArgs,
    PodSpecArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    SecretKeySelectorArgs,
    SleepActionArgs,
    TolerationArgs,
    TopologySpreadConstraintArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs
from pydantic import Field, model_validator

from components.workloads.quantity import Resources
from components.workloads.restricted import container_security, pod_security
from settings import MisfitError, Name, Problem, Settings
from settings.services.containers import ImageTag
from settings.services.edge import UrlPath
from settings.services.eks import NodeLabels
from settings.services.kubernetes import Path, SecretKeyName, UserId, Variable

POOL_LABEL = "karpenter.sh/nodepool"
POOL_TAINT = "dedicated"

_STARTUP_PERIOD = 5
_SCRATCH_SIZE = "256Mi"


class Probe(Settings):
    """An HTTP request that a healthy container answers with 2xx or 3xx; times in seconds."""

    path: UrlPath = "/health"
    """As long as Route 53 and CloudFront take one, which ask for it too."""
    initial_delay_seconds: int = Field(default=0, ge=0, le=600)
    """How long after the start the first question comes."""
    period_seconds: int = Field(default=10, ge=1, le=300)
    """Seconds between two questions."""
    timeout_seconds: int = Field(default=3, ge=1, le=60)
    """After how many seconds an answer counts as a failure."""
    failure_threshold: int = Field(default=3, ge=1, le=20)
    """How many failures in a row count."""


class SecretKey(Settings):
    """One key of a Kubernetes secret in the same namespace."""

    secret: Name
    """The secret's name."""
    key: SecretKeyName
    """The key in it."""


class PodSettings(Settings):
    """What runs in each pod."""

    tag: ImageTag
    """Which image of the repository; the registry must hold it before the pods can start."""
    port: int = Field(ge=1, le=65535)
    """Where the container listens, and the service as well."""
    protocol: Literal["HTTP", "HTTPS"] = "HTTP"
    """What it speaks there, and is asked for its health in. With HTTPS the server makes or brings a certificate, which
    neither load balancer nor kubelet judges."""
    resources: Resources = Resources()
    liveness: Probe = Probe()
    readiness: Probe = Probe(period_seconds=5)
    startup_seconds: int = Field(default=120, ge=10, le=1800)
    """How long a container may take to answer for the first time before it is restarted."""
    drain_seconds: int = Field(default=20, ge=1, le=600)
    """How long a stopping pod goes on serving while load balancer and services forget it."""
    stop_seconds: int = Field(default=30, ge=1, le=3600)
    """How long it then has, from SIGTERM on, to end what is still open, such as WebSockets, before it is killed."""
    user_id: UserId = 65532
    """The user and group that the container runs as; by default the nonroot user of distroless images:
    https://github.com/GoogleContainerTools/distroless"""
    scratch: tuple[Path, ...] = ("/tmp",)  # noqa: S108 -- a directory of the container, not of this machine
    """The only directories of its own that a pod can write to; emptied when it goes."""
    shared: dict[Path, Name] = Field(default_factory=dict)
    """Directories that are persistent volume claims of the namespace, such as a ``SharedVolume``'s."""
    secrets: dict[Variable, SecretKey] = Field(default_factory=dict)
    """Environment variables whose values are in Kubernetes secrets."""
    node_pool: Name | None = None
    """Runs on the nodes of this Karpenter pool, and there only; otherwise on the managed node groups."""
    node_selector: NodeLabels = Field(default_factory=dict)
    """Runs on managed nodes with all of these labels, and there only, and bears taints of the same key and value;
    otherwise on any managed node without a taint."""

    @model_validator(mode="after")
    def _on_one_kind_of_nodes(self) -> Self:
        if self.node_pool and self.node_selector:
            said = "chooses managed nodes, and nodePool Karpenter's: one of the two"
            raise MisfitError(Problem("nodeSelector", said))
        return self


def pod_spec(
    name: str,
    settings: PodSettings,
    *,
    image: pulumi.Input[str],
    service_account: str,
    config_map: str | None,
) -> PodSpecArgs:
    """A pod that meets the restricted Pod Security Standard and spreads over zones and nodes."""
    return PodSpecArgs(
        service_account_name=service_account,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=pod_security(settings.user_id, low_port=settings.port if settings.port < 1024 else None),
        termination_grace_period_seconds=settings.drain_seconds + settings.stop_seconds,
        topology_spread_constraints=[
            _spread(name, key) for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
        node_selector=({POOL_LABEL: settings.node_pool} if settings.node_pool else settings.node_selector) or None,
        tolerations=_tolerations(settings),
        containers=[_container(name, settings, image, config_map)],
        volumes=[
            VolumeArgs(name=_volume(path), empty_dir=EmptyDirVolumeSourceArgs(size_limit=_SCRATCH_SIZE))
            for path in settings.scratch
        ]
        + [
            VolumeArgs(
                name=_volume(path, "shared"),
                persistent_volume_claim=PersistentVolumeClaimVolumeSourceArgs(claim_name=claim),
            )
            for path, claim in sorted(settings.shared.items())
        ],
    )


def image_reference(repository: pulumi.Input[str], tag: str) -> pulumi.Input[str]:
    """An image of a repository, by its tag or its digest."""
    separator = "@" if tag.startswith("sha256:") else ":"
    if isinstance(repository, str):
        return f"{repository}{separator}{tag}"
    return pulumi.Output.concat(repository, separator, tag)


def _container(name: str, settings: PodSettings, image: pulumi.Input[str], config_map: str | None) -> ContainerArgs:
    return ContainerArgs(
        name=name,
        image=image,
        ports=[ContainerPortArgs(name="http", container_port=settings.port)],
        env=[_secret_variable(variable, key) for variable, key in sorted(settings.secrets.items())],
        env_from=[EnvFromSourceArgs(config_map_ref=ConfigMapEnvSourceArgs(name=config_map))] if config_map else [],
        resources=ResourceRequirementsArgs(
            requests=settings.resources.requests.as_dict(), limits=settings.resources.limits.as_dict()
        ),
        startup_probe=_startup(settings),
        liveness_probe=_probe(settings.liveness, settings.protocol),
        readiness_probe=_probe(settings.readiness, settings.protocol),
        lifecycle=LifecycleArgs(pre_stop=LifecycleHandlerArgs(sleep=SleepActionArgs(seconds=settings.drain_seconds))),
        security_context=container_security(),
        volume_mounts=[VolumeMountArgs(name=_volume(path), mount_path=path) for path in settings.scratch]
        + [VolumeMountArgs(name=_volume(path, "shared"), mount_path=path) for path in sorted(settings.shared)],
    )


def _probe(settings: Probe, protocol: str) -> ProbeArgs:
    return ProbeArgs(
        http_get=_question(settings.path, protocol),
        initial_delay_seconds=settings.initial_delay_seconds,
        period_seconds=settings.period_seconds,
        timeout_seconds=settings.timeout_seconds,
        failure_threshold=settings.failure_threshold,
    )


def _startup(settings: PodSettings) -> ProbeArgs:
    return ProbeArgs(
        http_get=_question(settings.liveness.path, settings.protocol),
        period_seconds=_STARTUP_PERIOD,
        timeout_seconds=settings.liveness.timeout_seconds,
        failure_threshold=-(-settings.startup_seconds // _STARTUP_PERIOD),
    )


def _question(path: str, protocol: str) -> HTTPGetActionArgs:
    return HTTPGetActionArgs(path=path, port="http", scheme="HTTPS" if protocol == "HTTPS" else None)


def _secret_variable(variable: str, key: SecretKey) -> EnvVarArgs:
    source = EnvVarSourceArgs(secret_key_ref=SecretKeySelectorArgs(name=key.secret, key=key.key))
    return EnvVarArgs(name=variable, value_from=source)


def _spread(name: str, topology_key: str) -> TopologySpreadConstraintArgs:
    return TopologySpreadConstraintArgs(
        max_skew=1,
        topology_key=topology_key,
        # When a zone is down its share must still run somewhere.
        when_unsatisfiable="ScheduleAnyway",
        label_selector=LabelSelectorArgs(match_labels={"app": name}),
        match_label_keys=["pod-template-hash"],
        node_taints_policy="Honor",
    )


def _tolerations(settings: PodSettings) -> Sequence[TolerationArgs] | None:
    if settings.node_pool is not None:
        return [TolerationArgs(key=POOL_TAINT, operator="Equal", value=settings.node_pool, effect="NoSchedule")]
    borne = sorted(settings.node_selector.items())
    return [TolerationArgs(key=key, operator="Equal", value=value) for key, value in borne] or None


def _volume(path: str, kind: str = "scratch") -> str:
    return kind + re.sub(r"[^a-z0-9]", "-", path)
