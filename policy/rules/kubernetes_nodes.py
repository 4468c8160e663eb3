"""Pods: what they share with the node they run on."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule
from policy.pods import DAEMON_SET, WORKLOADS, is_read_only, name_of, pods
from policy.rules.kubernetes_pods import STANDARDS, NodeAgents
from policy.tokens import canonical

_LINK = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
_SHARED = {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "shared memory"}
# The sysctls that Kubernetes calls safe: https://kubernetes.io/docs/concepts/security/pod-security-standards/
_SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)


@rule(
    "kubernetes-host-namespaces",
    title="Pods share no namespace with the node",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={
        STANDARDS: "Baseline",
        "CIS EKS 1.5": ("4.2.2", "4.2.3", "4.2.4"),
        "Checkov": ("CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19"),
    },
    remedy="Leave hostNetwork, hostPID and hostIPC off.",
    link=_LINK,
)
def host_namespaces(workload: Resource) -> Iterator[Finding]:
    """On the node's network a pod reads its metadata service, past network policies; among its processes, all."""
    for pod in pods(workload):
        for key, shared in _SHARED.items():
            if pod.spec.has(key, True):
                yield Finding(f"shares the node's {shared}", pod.spec.path(key))


@rule(
    "kubernetes-host-path",
    title="Pods mount no directory of the node",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline", "Checkov": "CKV_K8S_27"},
    remedy="Use an emptyDir or a PersistentVolumeClaim. Log agents mount /var/log read-only, in a DaemonSet.",
    link="https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    config=NodeAgents,
)
def host_path(workload: Resource, config: NodeAgents) -> Iterator[Finding]:
    """Files of the node hold every pod's volumes and the kubelet's credentials; a writable one is a way to root."""
    for pod in pods(workload):
        for volume in pod.host_paths():
            if canonical(workload.type) == DAEMON_SET and is_read_only(pod, volume, config.read_only_paths):
                continue
            if not volume.unknown("hostPath.path"):
                yield Finding(f"mounts {volume.get('hostPath.path')} of the node", volume.path("hostPath.path"))


@rule(
    "kubernetes-host-port",
    title="Containers take no port of the node",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline", "Checkov": "CKV_K8S_26"},
    remedy="Leave hostPort out and reach the pods through a Service.",
    link=_LINK,
)
def host_port(workload: Resource) -> Iterator[Finding]:
    """It answers on the node's own address, and only one such pod fits on a node."""
    for pod in pods(workload):
        for container in pod.containers():
            for port in container.blocks("ports"):
                if port.above("hostPort", 0):
                    yield Finding(f"{name_of(container)} takes a port of the node", port.path("hostPort"))


@rule(
    "kubernetes-sysctls",
    title="Pods set safe sysctls only",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline"},
    remedy="Leave out sysctls that are not namespaced; tune the node through its own configuration.",
    link="https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
)
def sysctls(workload: Resource) -> Iterator[Finding]:
    """Others reach past the pod and can stop the node for everybody."""
    for pod in pods(workload):
        for sysctl in pod.spec.blocks("securityContext.sysctls"):
            name = sysctl.get("name")
            if isinstance(name, str) and name not in _SAFE_SYSCTLS:
                yield Finding(f"sets {name}", sysctl.path("name"))
