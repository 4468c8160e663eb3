"""The pod template of the Fluent Bit DaemonSet, the one pod of this program that reads its node's files."""

from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    HostPathVolumeSourceArgs,
    HTTPGetActionArgs,
    PodSecurityContextArgs,
    PodSpecArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    SeccompProfileArgs,
    TolerationArgs,
    VolumeArgs,
    VolumeMountArgs,
)

from components.versions import FLUENT_BIT
from components.workloads.fluent_bit import HTTP_PORT, STATE
from components.workloads.quantity import Amount, Resources
from components.workloads.restricted import container_security

CONFIG_MAP = "fluent-bit-config"

_RESOURCES = Resources(requests=Amount(cpu="50m", memory="100Mi"), limits=Amount(cpu="250m", memory="256Mi"))
# containers/ holds links into pods/.
_LOGS = {"containers": "/var/log/containers", "pods": "/var/log/pods"}


def log_agent(name: str, tag: str) -> PodSpecArgs:
    """A pod that reads the logs of its node's containers, and writes to scratch space of its own.

    In two points it is beyond the restricted standard, because the kubelet leaves logs readable to root alone: two
    directories of the node, read-only, and user 0, without any capability and unable to gain one. It runs on every
    node, whatever the node's taints, and is among the last to be evicted.
    """
    return PodSpecArgs(
        service_account_name=name,
        automount_service_account_token=True,
        enable_service_links=False,
        priority_class_name="system-node-critical",
        termination_grace_period_seconds=30,
        tolerations=[TolerationArgs(operator="Exists")],
        security_context=PodSecurityContextArgs(
            run_as_user=0, run_as_group=0, seccomp_profile=SeccompProfileArgs(type="RuntimeDefault")
        ),
        containers=[_container(name, tag)],
        volumes=[
            *(
                VolumeArgs(name=key, host_path=HostPathVolumeSourceArgs(path=path, type="Directory"))
                for key, path in _LOGS.items()
            ),
            VolumeArgs(name="config", config_map=ConfigMapVolumeSourceArgs(name=CONFIG_MAP)),
            VolumeArgs(name="state", empty_dir=EmptyDirVolumeSourceArgs(size_limit="128Mi")),
        ],
    )


def _container(name: str, tag: str) -> ContainerArgs:
    return ContainerArgs(
        name=name,
        image=FLUENT_BIT.at(tag),
        ports=[ContainerPortArgs(name="http", container_port=HTTP_PORT)],
        resources=ResourceRequirementsArgs(requests=_RESOURCES.requests.as_dict(), limits=_RESOURCES.limits.as_dict()),
        # A restart would not mend a destination that refuses logs, which is what the health check tells of.
        liveness_probe=_probe("/", failures=3),
        readiness_probe=_probe("/api/v1/health", failures=6),
        security_context=container_security(),
        volume_mounts=[
            *(VolumeMountArgs(name=key, mount_path=path, read_only=True) for key, path in _LOGS.items()),
            VolumeMountArgs(name="config", mount_path="/fluent-bit/etc", read_only=True),
            VolumeMountArgs(name="state", mount_path=STATE),
        ],
    )


def _probe(path: str, *, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path=path, port="http"),
        initial_delay_seconds=10,
        period_seconds=10,
        timeout_seconds=3,
        failure_threshold=failures,
    )
