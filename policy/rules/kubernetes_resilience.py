"""Pods: resources, probes, and what keeps them running when a node or a zone goes."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule
from policy.pods import (
    DAEMON_SET,
    DEPLOYMENT,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
    WORKLOADS,
    in_namespace,
    name_of,
    namespace_of,
    pods,
    selects,
)

DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
_SERVING = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, REPLICA_SET, REPLICATION_CONTROLLER)
_SEVERAL = (DEPLOYMENT, STATEFUL_SET)
_NEEDED = ("requests.cpu", "requests.memory", "limits.memory")


@rule(
    "kubernetes-resources",
    title="Containers say what they need and may use",
    severity=Severity.MEDIUM,
    types=WORKLOADS,
    frameworks={"Checkov": ("CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13")},
    remedy="Set resources.requests.cpu and .memory and resources.limits.memory.",
    link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
)
def resources(workload: Resource) -> Iterator[Finding]:
    """Without requests pods are packed onto full nodes; without a memory limit one leak evicts its neighbours.

    A limit on CPU is left to taste: it throttles, and protects nobody whom requests do not protect already.
    """
    for pod in pods(workload):
        for container in pod.containers():
            missing = [
                key for key in _NEEDED if container.lacks(f"resources.{key}") and pod.spec.lacks(f"resources.{key}")
            ]
            if missing:
                yield Finding(f"{name_of(container)} sets no {', '.join(missing)}", container.path("resources"))


@rule(
    "kubernetes-probes",
    title="Containers that serve are probed",
    severity=Severity.LOW,
    types=_SERVING,
    frameworks={"Checkov": ("CKV_K8S_8", "CKV_K8S_9")},
    remedy="Set a readinessProbe and a livenessProbe on each container with ports.",
    link="https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    level=Level.ADVISORY,
)
def probes(workload: Resource) -> Iterator[Finding]:
    """Unprobed, a pod gets requests before it can answer them and keeps getting them once it hangs."""
    for pod in pods(workload):
        for container in pod.spec.blocks("containers"):
            for probe in ("readinessProbe", "livenessProbe"):
                if container.has("ports") and container.lacks(probe):
                    yield Finding(f"{name_of(container)} has no {probe}", container.path(probe))


@rule(
    "kubernetes-spread",
    title="Replicas are spread over zones or nodes",
    severity=Severity.LOW,
    types=_SEVERAL,
    frameworks={"Well-Architected": "REL10-BP01"},
    remedy="Set topologySpreadConstraints by topology.kubernetes.io/zone, or a podAntiAffinity.",
    link="https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    level=Level.ADVISORY,
)
def spread(workload: Resource) -> Iterator[Finding]:
    """Several replicas on one node go down together."""
    for pod in pods(workload):
        scattered = pod.spec.lacks("topologySpreadConstraints") and pod.spec.lacks("affinity.podAntiAffinity")
        if workload.above("spec.replicas", 1) and scattered:
            yield Finding("may run all replicas on one node", pod.spec.path("topologySpreadConstraints"))


@stack_rule(
    "kubernetes-disruption-budget",
    title="Replicas are not drained all at once",
    severity=Severity.LOW,
    types=_SEVERAL,
    frameworks={"Well-Architected": "REL08-BP05"},
    remedy="Add a PodDisruptionBudget whose selector matches the pods' labels.",
    link="https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    level=Level.ADVISORY,
)
def disruption_budget(workload: Resource, graph: Graph) -> Iterator[Finding]:
    """Upgrades of nodes and Karpenter's consolidation evict pods by the node; a budget makes them wait."""
    namespace = namespace_of(workload)
    if not known(namespace) or not workload.above("spec.replicas", 1):
        return
    budgets = in_namespace(graph, DISRUPTION_BUDGET, namespace)
    for pod in pods(workload):
        if not any(selects(budget.get("spec.selector"), pod.labels) for budget in budgets):
            yield Finding("has no PodDisruptionBudget")
