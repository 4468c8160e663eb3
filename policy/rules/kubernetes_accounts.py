"""Service accounts: whose token stands in which pods."""

from collections.abc import Iterator
from functools import lru_cache

from policy.model import Finding, Graph, Resource, Severity, known, stack_rule
from policy.pods import WORKLOADS, Pod, in_namespace, namespace_of, pods
from policy.rules.kubernetes_rbac import CLUSTER_ROLE_BINDING, ROLE_BINDING

SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
_SETTING = "automountServiceAccountToken"


@stack_rule(
    "kubernetes-service-account-token",
    title="Pods hold a token for the Kubernetes API only where they use it",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={"CIS EKS 1.5": ("4.1.5", "4.1.6"), "Checkov": "CKV_K8S_38"},
    remedy="Set automountServiceAccountToken to false in the pod or its account; bind a role to accounts in use.",
    link="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"
    "#opt-out-of-api-credential-automounting",
)
def service_account_token(workload: Resource, graph: Graph) -> Iterator[Finding]:
    """A token in the file system is what an intruder takes first. It is used where a role is bound to the account.

    Pod Identity and IRSA mount tokens of their own and need none of these.
    """
    namespace = namespace_of(workload)
    for pod in pods(workload):
        name = pod.spec.get("serviceAccountName", "default")
        if not known(namespace) or not known(name) or pod.spec.unknown(_SETTING):
            continue
        in_use = _in_use(graph)
        if in_use is not None and (namespace, name) not in in_use and _mounts_token(pod, graph, namespace, name):
            yield Finding("holds a token for the Kubernetes API that nothing uses", pod.spec.path(_SETTING))


def _mounts_token(pod: Pod, graph: Graph, namespace: str, name: str) -> bool:
    """By the pod's own word or, where it has none, its account's; accounts of which nothing is known mount it."""
    if not pod.spec.lacks(_SETTING):
        return pod.spec.has(_SETTING, True)
    accounts = in_namespace(graph, SERVICE_ACCOUNT, namespace)
    named = [account for account in accounts if account.unknown("metadata.name") or account.has("metadata.name", name)]
    return all(account.lacks(_SETTING, False) for account in named)


@lru_cache(maxsize=8)
def _in_use(graph: Graph) -> frozenset[tuple[str, str]] | None:
    """The accounts that roles are bound to; None where some binding does not say to which."""
    found: set[tuple[str, str]] = set()
    for binding in graph.of(ROLE_BINDING, CLUSTER_ROLE_BINDING):
        if binding.partly_unknown("subjects", "namespace", "name"):
            return None
        for subject in binding.blocks("subjects"):
            namespace, name = subject.get("namespace", namespace_of(binding)), subject.get("name")
            if isinstance(namespace, str) and isinstance(name, str):
                found.add((namespace, name))
    return frozenset(found)
