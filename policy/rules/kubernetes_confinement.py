"""Pods: what of the kernel's own confinement they take off."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule
from policy.pods import WORKLOADS, Pod, name_of, pods
from policy.rules.kubernetes_pods import STANDARDS

# Fields and values are those of https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
_LINK = "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline"
_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_HOOKS = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
_CALLS = ("httpGet.host", "tcpSocket.host")


@rule(
    "kubernetes-app-armor",
    title="Containers keep the node's AppArmor profile",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline"},
    remedy="Leave appArmorProfile out, or set its type to RuntimeDefault or Localhost.",
    link="https://kubernetes.io/docs/tutorials/security/apparmor/",
)
def app_armor(workload: Resource) -> Iterator[Finding]:
    """Unconfined, a container may mount, trace and write where the runtime's profile says no."""
    for pod in pods(workload):
        for who, context in pod.contexts():
            if context.has("appArmorProfile.type") and context.lacks(
                "appArmorProfile.type", "RuntimeDefault", "Localhost"
            ):
                yield Finding(f"{who}runs without an AppArmor profile", context.path("appArmorProfile.type"))
        yield from _annotated(pod)


def _annotated(pod: Pod) -> Iterator[Finding]:
    """The same by annotations, as before Kubernetes 1.30."""
    at = pod.metadata("annotations")
    annotations = pod.workload.get(at)
    for key, profile in annotations.items() if isinstance(annotations, dict) else ():
        kept = not isinstance(profile, str) or profile in ("", "runtime/default") or profile.startswith("localhost/")
        if key.startswith(_ANNOTATION) and not kept:
            yield Finding(
                f"container {key.removeprefix(_ANNOTATION)} runs without an AppArmor profile", f'{at}["{key}"]'
            )


@rule(
    "kubernetes-selinux",
    title="Containers keep the SELinux label of containers",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline"},
    remedy="Leave seLinuxOptions out, or set its type to container_t, and no user or role.",
    link=_LINK,
)
def selinux(workload: Resource) -> Iterator[Finding]:
    """Under the type spc_t, or a user or role of the node, SELinux holds a container back from nothing."""
    for pod in pods(workload):
        for who, context in pod.contexts():
            if context.has("seLinuxOptions.type") and context.lacks("seLinuxOptions.type", *_SELINUX_TYPES):
                label = context.get("seLinuxOptions.type")
                yield Finding(f"{who}runs under the SELinux type {label}", context.path("seLinuxOptions.type"))
            for key in ("user", "role"):
                if context.has(f"seLinuxOptions.{key}"):
                    yield Finding(f"{who}sets an SELinux {key}", context.path(f"seLinuxOptions.{key}"))


@rule(
    "kubernetes-proc-mount",
    title="Containers see /proc as the runtime masks it",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline"},
    remedy="Leave securityContext.procMount out.",
    link=_LINK,
)
def proc_mount(workload: Resource) -> Iterator[Finding]:
    """Unmasked, /proc shows and takes settings of the node's kernel."""
    for pod in pods(workload):
        for who, context in pod.contexts():
            if context.has("procMount") and context.lacks("procMount", "Default"):
                yield Finding(f"{who}mounts /proc unmasked", context.path("procMount"))


@rule(
    "kubernetes-probe-host",
    title="Probes and hooks call the pod itself",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline"},
    remedy="Leave host out of httpGet and tcpSocket.",
    link=_LINK,
)
def probe_host(workload: Resource) -> Iterator[Finding]:
    """The kubelet calls from the node's own network: another host there is a request in the node's name."""
    for pod in pods(workload):
        for container in pod.containers():
            for path in (f"{hook}.{call}" for hook in _HOOKS for call in _CALLS):
                if container.has(path):
                    yield Finding(f"{name_of(container)} has the node call {container.get(path)}", container.path(path))
