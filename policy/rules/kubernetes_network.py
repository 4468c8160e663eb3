"""Namespaces, services and ingresses: who reaches pods, and which pods are let in at all."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule, wholly_known
from policy.pods import DAEMON_SET, DEFAULT_NAMESPACE, WORKLOADS, in_namespace, namespace_of, pods
from policy.rules.kubernetes_pods import STANDARDS

NAMESPACE = "kubernetes:core/v1:Namespace"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SERVICE = "kubernetes:core/v1:Service"
TARGET_GROUP_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
_ENFORCE = 'metadata.labels["pod-security.kubernetes.io/enforce"]'
_ALB = "alb.ingress.kubernetes.io"


# What every cluster has, and what AWS's own add-ons make; others that begin so are only named alike.
# https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
_OF_THE_SYSTEM = frozenset(
    {
        "kube-system",
        "kube-public",
        "kube-node-lease",
        "amazon-cloudwatch",
        "amazon-guardduty",
        "amazon-network-flow-monitor",
    }
)


@stack_rule(
    "kubernetes-default-deny",
    title="Namespaces let no traffic through until told so",
    severity=Severity.MEDIUM,
    types=[NAMESPACE],
    frameworks={"CIS EKS 1.5": "4.3.2", "Checkov": "CKV2_K8S_6"},
    remedy="Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress, and no rules.",
    link="https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
)
def default_deny(namespace: Resource, graph: Graph) -> Iterator[Finding]:
    """Without it every pod of the cluster reaches every other, and whatever the nodes reach."""
    name = namespace.get("metadata.name")
    if not isinstance(name, str) or name in _OF_THE_SYSTEM:
        return
    policies = [policy for policy in in_namespace(graph, NETWORK_POLICY, name) if _may_cover_all_pods(policy)]
    for direction, key in (("Ingress", "ingress"), ("Egress", "egress")):
        if not any(_denies(policy, direction, key) for policy in policies):
            yield Finding(f"has no NetworkPolicy that denies {key} by default")


def _may_cover_all_pods(policy: Resource) -> bool:
    return not policy.has("spec.podSelector.matchLabels") and not policy.has("spec.podSelector.matchExpressions")


def _denies(policy: Resource, direction: str, key: str) -> bool:
    # A policy without policyTypes is about ingress, and about egress only where it has such rules.
    types = policy.get("spec.policyTypes", ["Ingress"])
    return (not wholly_known(types) or direction in types) and not policy.has(f"spec.{key}")


@stack_rule(
    "kubernetes-pod-security",
    title="Namespaces enforce a Pod Security Standard",
    severity=Severity.MEDIUM,
    types=[NAMESPACE],
    frameworks={STANDARDS: "Baseline", "CIS EKS 1.5": ("4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5")},
    remedy="Label the namespace pod-security.kubernetes.io/enforce: restricted.",
    link="https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/",
)
def pod_security(namespace: Resource, graph: Graph) -> Iterator[Finding]:
    """It holds for pods that others start in the namespace, too.

    A namespace of node agents has to admit their directories of the node, which no standard but privileged does.
    """
    name = namespace.get("metadata.name")
    if not known(name) or (isinstance(name, str) and (name in _OF_THE_SYSTEM or _has_node_agents(graph, name))):
        return
    if namespace.lacks(_ENFORCE, "restricted", "baseline"):
        yield Finding("admits pods of every kind", _ENFORCE)


def _has_node_agents(graph: Graph, namespace: str) -> bool:
    agents = in_namespace(graph, DAEMON_SET, namespace)
    return any(_may_mount_the_node(agent) for agent in agents)


def _may_mount_the_node(agent: Resource) -> bool:
    found = list(pods(agent))
    return not found or any(pod.spec.partly_unknown("volumes", "hostPath") or any(pod.host_paths()) for pod in found)


@rule(
    "kubernetes-own-namespace",
    title="Nothing runs in the default namespace",
    severity=Severity.LOW,
    types=[*WORKLOADS, SERVICE],
    frameworks={"CIS EKS 1.5": "4.5.3", "Checkov": "CKV_K8S_21"},
    remedy="Set metadata.namespace to a namespace of the workload's own.",
    link="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
)
def own_namespace(resource: Resource) -> Iterator[Finding]:
    """Policies, quotas and rights are given by namespace; the default one has none and is shared by accident."""
    namespace = namespace_of(resource)
    if known(namespace) and namespace == DEFAULT_NAMESPACE:
        yield Finding("stands in the default namespace", "metadata.namespace")


@stack_rule(
    "kubernetes-service-inside",
    title="Services are not opened to the outside by themselves",
    severity=Severity.MEDIUM,
    types=[SERVICE],
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Make it a ClusterIP and register the pods with a load balancer of the program by a TargetGroupBinding.",
    link="https://docs.aws.amazon.com/eks/latest/best-practices/load-balancing.html",
    level=Level.ADVISORY,
)
def service_inside(service: Resource, graph: Graph) -> Iterator[Finding]:
    """A load balancer that the cluster makes is no part of the program: no web ACL, no log, left over on destroy.

    A NodePort is right where a TargetGroupBinding names the service: a target group of type instance needs it.
    """
    if service.has("spec.type", "LoadBalancer"):
        yield Finding("makes a load balancer of its own", "spec.type")
    elif service.has("spec.type", "NodePort") and not _is_bound(service, graph):
        yield Finding("opens a port on every node", "spec.type")


def _is_bound(service: Resource, graph: Graph) -> bool:
    namespace, name = namespace_of(service), service.get("metadata.name")
    if not known(namespace) or not known(name):
        return True
    bindings = in_namespace(graph, TARGET_GROUP_BINDING, namespace)
    return any(each.unknown("spec.serviceRef.name") or each.has("spec.serviceRef.name", name) for each in bindings)


@rule(
    "kubernetes-ingress-tls",
    title="Ingresses serve HTTPS",
    severity=Severity.HIGH,
    types=[INGRESS],
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy=f"Set spec.tls, or the annotations {_ALB}/certificate-arn and {_ALB}/listen-ports.",
    link="https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
)
def ingress_tls(ingress: Resource) -> Iterator[Finding]:
    """An Ingress without a certificate answers in clear."""
    certificate = f'metadata.annotations["{_ALB}/certificate-arn"]'
    ports = ingress.get(f'metadata.annotations["{_ALB}/listen-ports"]', "")
    listens = not known(ports) or "HTTPS" in str(ports)
    if ingress.lacks("spec.tls") and ingress.lacks(certificate) and not listens:
        yield Finding("has no certificate", "spec.tls")
