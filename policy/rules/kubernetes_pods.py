"""Pods: what their containers may do, over every kind of workload."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Resource, RuleConfig, Severity, known, rule
from policy.pods import WORKLOADS, is_node_agent, name_of, pods

_LINK = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
_CONTEXT_LINK = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"
STANDARDS = "Pod Security Standards"
LOG_PATHS = ("/var/log", "/var/lib/docker/containers", "/run/log/journal", "/etc/machine-id")


class NodeAgents(RuleConfig):
    """What agents on the nodes may read."""

    read_only_paths: tuple[str, ...] = Field(
        LOG_PATHS, description="Directories of the node that DaemonSets may mount read-only"
    )


@rule(
    "kubernetes-non-root",
    title="Containers do not run as root",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Restricted", "CIS EKS 1.5": "4.5.2", "Checkov": "CKV_K8S_23"},
    remedy="Set securityContext.runAsNonRoot, and runAsUser where the image's own user is root.",
    link=_CONTEXT_LINK,
    config=NodeAgents,
)
def non_root(workload: Resource, config: NodeAgents) -> Iterator[Finding]:
    """Root in a container is root on the node once anything lets it out.

    DaemonSets that read the node's logs, which only root can, are spared; they may mount nothing else of the node.
    """
    for pod in pods(workload):
        agent = is_node_agent(pod, config.read_only_paths)
        for container in pod.containers():
            user, flag = pod.effective(container, "runAsUser"), pod.effective(container, "runAsNonRoot")
            if agent or not known(user) or not known(flag):
                continue
            if user == 0:
                yield Finding(f"{name_of(container)} runs as root", container.path("securityContext.runAsUser"))
            elif user is None and flag is not True:
                yield Finding(f"{name_of(container)} may run as root", container.path("securityContext.runAsNonRoot"))


@rule(
    "kubernetes-no-privilege-escalation",
    title="Containers cannot gain privileges",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Restricted", "CIS EKS 1.5": "4.2.5", "Checkov": "CKV_K8S_20"},
    remedy="Set securityContext.allowPrivilegeEscalation to false in each container.",
    link=_LINK,
)
def no_privilege_escalation(workload: Resource) -> Iterator[Finding]:
    """Otherwise a set-user-ID program in the image makes root of any user."""
    for pod in pods(workload):
        for container in pod.containers():
            if container.lacks("securityContext.allowPrivilegeEscalation", False):
                at = container.path("securityContext.allowPrivilegeEscalation")
                yield Finding(f"{name_of(container)} can gain privileges", at)


@rule(
    "kubernetes-read-only-root",
    title="Containers cannot write to their image",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={"CIS EKS 1.5": "4.5.2", "Checkov": "CKV_K8S_22"},
    remedy="Set securityContext.readOnlyRootFilesystem, and mount an emptyDir where the program must write.",
    link=_CONTEXT_LINK,
)
def read_only_root(workload: Resource) -> Iterator[Finding]:
    """An intruder who can change no file has to stay in memory."""
    for pod in pods(workload):
        for container in pod.containers():
            if container.lacks("securityContext.readOnlyRootFilesystem", True):
                at = container.path("securityContext.readOnlyRootFilesystem")
                yield Finding(f"{name_of(container)} can write to its root filesystem", at)


@rule(
    "kubernetes-capabilities",
    title="Containers drop all capabilities",
    severity=Severity.HIGH,
    types=WORKLOADS,
    frameworks={STANDARDS: "Restricted", "Checkov": ("CKV_K8S_25", "CKV_K8S_28", "CKV_K8S_37", "CKV_K8S_39")},
    remedy="Set securityContext.capabilities.drop to ALL, and add NET_BIND_SERVICE at most.",
    link=_LINK,
)
def capabilities(workload: Resource) -> Iterator[Finding]:
    """What runtimes grant by default forges packets and changes the owner of files; SYS_ADMIN is all but root."""
    for pod in pods(workload):
        for container in pod.containers():
            at = "securityContext.capabilities"
            if container.omits(f"{at}.drop", "ALL"):
                yield Finding(f"{name_of(container)} keeps capabilities", container.path(f"{at}.drop"))
            added = [str(each) for each in container.list(f"{at}.add") if each != "NET_BIND_SERVICE"]
            if added:
                yield Finding(f"{name_of(container)} is given {', '.join(added)}", container.path(f"{at}.add"))


@rule(
    "kubernetes-seccomp",
    title="Containers run under a seccomp profile",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={STANDARDS: "Restricted", "CIS EKS 1.5": "4.5.2", "Checkov": "CKV_K8S_31"},
    remedy="Set securityContext.seccompProfile.type of the pod to RuntimeDefault.",
    link="https://kubernetes.io/docs/tutorials/security/seccomp/",
)
def seccomp(workload: Resource) -> Iterator[Finding]:
    """Without one every system call of the kernel is open to attack; Kubernetes sets none by itself."""
    for pod in pods(workload):
        for container in pod.containers():
            profile = pod.effective(container, "seccompProfile.type")
            if known(profile) and profile not in ("RuntimeDefault", "Localhost"):
                at = container.path("securityContext.seccompProfile")
                yield Finding(f"{name_of(container)} runs without a seccomp profile", at)


@rule(
    "kubernetes-not-privileged",
    title="Containers are not privileged",
    severity=Severity.CRITICAL,
    types=WORKLOADS,
    frameworks={STANDARDS: "Baseline", "CIS EKS 1.5": "4.2.1", "Checkov": "CKV_K8S_16"},
    remedy="Leave privileged and windowsOptions.hostProcess off; add the one capability needed in its own namespace.",
    link=_LINK,
)
def not_privileged(workload: Resource) -> Iterator[Finding]:
    """A privileged container owns the node, its other pods and their credentials."""
    for pod in pods(workload):
        for container in pod.containers():
            if container.has("securityContext.privileged", True):
                yield Finding(f"{name_of(container)} is privileged", container.path("securityContext.privileged"))
        for who, context in pod.contexts():
            if context.has("windowsOptions.hostProcess", True):
                yield Finding(f"{who}runs as a process of the node", context.path("windowsOptions.hostProcess"))
