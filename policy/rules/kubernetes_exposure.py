"""Services and NetworkPolicies that let in more than they name."""

from collections.abc import Iterator

from policy.exposure import internet
from policy.model import Block, Finding, Resource, Severity, known, rule
from policy.rules.kubernetes_network import NETWORK_POLICY, SERVICE

_BALANCER = "service.beta.kubernetes.io/aws-load-balancer"
_RANGES = 'metadata.annotations["service.beta.kubernetes.io/load-balancer-source-ranges"]'
_EVERY_PORT = 65_000


@rule(
    "kubernetes-network-policy-open",
    title="NetworkPolicies name peers or ports",
    severity=Severity.HIGH,
    types=[NETWORK_POLICY],
    frameworks={"CIS EKS 1.5": "4.3.2"},
    remedy="Name in each rule the pods, namespaces or address ranges, and the ports, that are meant.",
    link="https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource",
)
def network_policy_open(policy: Resource) -> Iterator[Finding]:
    """Policies add up: one that allows all takes the default deny beside it away."""
    for direction, peers, reached in (("ingress", "from", "from everywhere"), ("egress", "to", "to everywhere")):
        if not policy.lacks("spec.policyTypes") and not policy.contains("spec.policyTypes", direction.capitalize()):
            continue
        for entry in policy.blocks(f"spec.{direction}"):
            if _every_peer(entry, peers) and _every_port(entry):
                yield Finding(f"allows everything {reached}", entry.path(""))


def _every_peer(entry: Block, peers: str) -> bool:
    if entry.lacks(peers):
        return True
    return any(_anybody(peer) for peer in entry.blocks(peers))


def _anybody(peer: Block) -> bool:
    if peer.has("ipBlock"):
        return internet(peer.get("ipBlock.cidr")) and peer.lacks("ipBlock.except")
    # An empty selector of namespaces takes in all of them, and with it no selector of pods, or an empty one, all pods.
    every_namespace = known(peer.get("namespaceSelector")) and peer.get("namespaceSelector") == {}
    return every_namespace and peer.lacks("podSelector")


def _every_port(entry: Block) -> bool:
    return entry.lacks("ports") or any(_any_of_them(port) for port in entry.blocks("ports"))


def _any_of_them(port: Block) -> bool:
    first = port.get("port", 0)
    return isinstance(first, int) and (port.lacks("port") or port.above("endPort", first + _EVERY_PORT))


@rule(
    "kubernetes-external-ips",
    title="Services take no addresses of others",
    severity=Severity.HIGH,
    types=[SERVICE],
    frameworks={"CVE": "CVE-2020-8554"},
    remedy="Leave spec.externalIPs out; reach the pods through a load balancer or an Ingress.",
    link="https://github.com/kubernetes/kubernetes/issues/97076",
)
def external_ips(service: Resource) -> Iterator[Finding]:
    """Every node sends what is meant for such an address to the pods instead: to anybody's, the API's included."""
    if service.has("spec.externalIPs"):
        yield Finding("takes over addresses outside the cluster", "spec.externalIPs")


@rule(
    "kubernetes-load-balancer-internal",
    title="Load balancers that the cluster makes are internal",
    severity=Severity.HIGH,
    types=[SERVICE],
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy=f"Set the annotation {_BALANCER}-scheme to internal, or name the clients by loadBalancerSourceRanges.",
    link="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/",
)
def load_balancer_internal(service: Resource) -> Iterator[Finding]:
    """It has no web ACL and, unless told, no list of clients: the internet talks to the pods."""
    if service.has("spec.type", "LoadBalancer") and not _narrowed(service):
        path = _opened(service)
        if path:
            yield Finding("is open to the internet", path)


def _opened(service: Resource) -> str:
    """The annotation that makes the load balancer public, empty where none is known to."""
    scheme, inside, kind = (f'metadata.annotations["{_BALANCER}-{key}"]' for key in ("scheme", "internal", "type"))
    if service.has(scheme, "internet-facing"):
        return scheme
    if not service.lacks(scheme) or not service.lacks("spec.loadBalancerClass"):
        return ""
    if service.has(inside, False):
        return inside
    # The cloud provider's own NLB faces the internet unless told otherwise, that of the controller does not.
    return kind if service.has(kind, "nlb") and service.lacks(inside) else ""


def _narrowed(service: Resource) -> bool:
    """Whether clients are named, or may be."""
    for path in ("spec.loadBalancerSourceRanges", _RANGES):
        if not service.lacks(path):
            ranges = service.get(path)
            members = ranges.split(",") if isinstance(ranges, str) else service.list(path)
            return not any(internet(str(member).strip()) for member in members)
    return False
