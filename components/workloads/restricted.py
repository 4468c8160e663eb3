"""Pod and container security contexts of the restricted Pod Security Standard."""

from pulumi_kubernetes.core.v1 import (
    CapabilitiesArgs,
    PodSecurityContextArgs,
    SeccompProfileArgs,
    SecurityContextArgs,
    SysctlArgs,
)


def pod_security(user_id: int, *, low_port: int | None = None) -> PodSecurityContextArgs:
    """A pod that runs as one user, who is not root and yet may listen on ``low_port``.

    Below 1024 that takes a sysctl of the pod, which the standard admits:
    https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
    """
    sysctl = SysctlArgs(name="net.ipv4.ip_unprivileged_port_start", value=str(low_port))
    return PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user_id,
        run_as_group=user_id,
        fs_group=user_id,
        seccomp_profile=SeccompProfileArgs(type="RuntimeDefault"),
        sysctls=None if low_port is None else [sysctl],
    )


def container_security() -> SecurityContextArgs:
    """A container that holds no privilege, gains none, and cannot change its image."""
    return SecurityContextArgs(
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        capabilities=CapabilitiesArgs(drop=["ALL"]),
    )
