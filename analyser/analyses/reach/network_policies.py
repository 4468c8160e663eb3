"""What Kubernetes NetworkPolicies let pods open and answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.address_filters import Passing
from analyser.analyses.reach.addresses import NOWHERE, Addresses, exactly, of, of_all
from analyser.analyses.reach.graph_view import View, text, texts
from analyser.analyses.reach.place import Check, Pods, not_known
from analyser.analyses.reach.security_groups import Peer
from policy.model import Block, Resource
from policy.unknown import wholly_known

_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_ADDON = "aws:eks/addon:Addon"
_NAMESPACE_LABEL = "kubernetes.io/metadata.name"
_ENGINES = ("calico", "cilium", "tigera-operator")


@dataclass(frozen=True)
class Correspondent:
    """The other end as a policy sees it: addresses, or pods."""

    says: str
    cidrs: tuple[str, ...] = ()
    pods: Pods | None = None

    @property
    def peer(self) -> Peer:
        """The same by its addresses."""
        return Peer(self.says, cidrs=self.cidrs)


class NetworkPolicies:
    """All policies of the stack, and whether anything enforces them.

    Policies only ever add what is let through; a pod that no policy of a direction selects may do all in it:
    https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """

    def __init__(self, view: View) -> None:
        self._policies: dict[str, list[Resource]] = {}
        for policy in view.of(_POLICY):
            namespace = text(policy.get("metadata.namespace")) or "default"
            self._policies.setdefault(namespace, []).append(policy)
        self._namespaces = _namespace_labels(view)
        self.enforced = _enforced(view)
        self._cluster = bool(view.of("aws:eks/cluster:Cluster"))
        self._checked: dict[tuple[Pods, Correspondent, int, Pods | None, str], Check | None] = {}
        self._selecting: dict[tuple[Pods, str], tuple[list[Resource], list[Resource]]] = {}

    def out(self, pods: Pods, other: Correspondent, port: int, named: Pods | None = None) -> Check | None:
        """Whether policies let ``pods`` open connections; None where no policy says anything."""
        return self._check(pods, other, port, named, "Egress")

    def into(self, pods: Pods, other: Correspondent, port: int) -> Check | None:
        """Whether policies let ``pods`` answer; None where no policy says anything."""
        return self._check(pods, other, port, pods, "Ingress")

    def _check(self, pods: Pods, other: Correspondent, port: int, named: Pods | None, way: str) -> Check | None:
        """Kept: the same is asked for each pair of subnets."""
        asked = (pods, other, port, named, way)
        if asked not in self._checked:
            self._checked[asked] = self._judged(*asked)
        return self._checked[asked]

    def _judged(self, pods: Pods, other: Correspondent, port: int, named: Pods | None, way: str) -> Check | None:
        inward = way == "Ingress"
        direction = f"{'in' if inward else 'out'} tcp {port} {'from' if inward else 'to'} {other.says}"
        chosen, unread = self._selected(pods, way)
        if not chosen:
            return None
        if pods.on_fargate or (not self.enforced and self._cluster):
            where = "on Fargate" if pods.on_fargate else "in this cluster"
            return Check(ok=True, says=f"NetworkPolicies of {pods.namespace} are enforced by nothing {where}")
        if unread:
            return not_known(f"what NetworkPolicy {_name(unread[0])} lets through is not known yet")
        let, by = NOWHERE, []
        for policy in chosen:
            through = self._let(policy, pods, other, port, named, way)
            if through is None:
                return Check(ok=True, says=f"NetworkPolicy {_name(policy)} lets {direction}", urns=(policy.urn,))
            let, by = let | through, by + ([policy] if through else [])
        passing = Passing(other.peer.addresses, any_will_do=other.peer.anywhere)
        names = ", ".join(sorted(map(_name, chosen)))
        passing.add(
            exactly(let),
            yes=f"NetworkPolicy {', '.join(map(_name, by))} lets {direction}",
            no=f"no NetworkPolicy lets {direction} (those that select the pods: {names})",
            urns=tuple(policy.urn for policy in by),
        )
        return passing.checks[0]

    def _selected(self, pods: Pods, way: str) -> tuple[list[Resource], list[Resource]]:
        """The policies of pods, and those of them that are not wholly known; kept, whoever is at the other end."""
        if (pods, way) not in self._selecting:
            chosen = [policy for policy in self._policies.get(pods.namespace, ()) if _selects(policy, pods, way)]
            unread = [policy for policy in chosen if not wholly_known(policy.get("spec"))]
            self._selecting[pods, way] = chosen, unread
        return self._selecting[pods, way]

    def _let(
        self, policy: Resource, pods: Pods, other: Correspondent, port: int, named: Pods | None, way: str
    ) -> Addresses | None:
        """The addresses of the other end that a policy lets through; None where it means the other end by itself."""
        found = NOWHERE
        for rule in policy.blocks(f"spec.{way.lower()}"):
            peers = list(rule.blocks("from" if way == "Ingress" else "to"))
            if not _names_port(rule, port, named):
                continue
            if not peers or any(self._is(peer, other, pods) for peer in peers):
                return None
            found |= other.peer.addresses & _in_blocks(peers)
        return found

    def _is(self, peer: Block, other: Correspondent, pods: Pods) -> bool:
        """Whether a peer of a rule means these pods; ranges of addresses are for ``_in_blocks``."""
        if peer.has("ipBlock") or other.pods is None:
            return False
        labels = {_NAMESPACE_LABEL: other.pods.namespace, **self._namespaces.get(other.pods.namespace, {})}
        if peer.get("namespaceSelector") is None:
            namespace = other.pods.namespace == pods.namespace
        else:
            namespace = matches(peer, "namespaceSelector", labels)
        return namespace and matches(peer, "podSelector", other.pods.labels)


def _in_blocks(peers: list[Block]) -> Addresses:
    """The addresses that rules name, without those that they leave out again."""
    found = NOWHERE
    for peer in peers:
        block = of(text(peer.get("ipBlock.cidr"))) or NOWHERE
        found |= block - of_all(texts(peer.list("ipBlock.except")))
    return found


def _selects(policy: Resource, pods: Pods, way: str) -> bool:
    if policy.unknown("spec"):
        return True  # it may
    types = texts(policy.list("spec.policyTypes")) or ("Ingress", *(["Egress"] if policy.has("spec.egress") else []))
    return way in types and matches(policy, "spec.podSelector", pods.labels)


def matches(found: Resource | Block, path: str, labels: object) -> bool:
    """Whether a selector matches; one that is empty or not there matches everything, as one that is unknown may."""
    have = labels if isinstance(labels, dict) else {}
    wanted = found.get(f"{path}.matchLabels")
    if not isinstance(wanted, dict):
        wanted = {}
    expressions = found.blocks(f"{path}.matchExpressions")
    return all(have.get(key) == value for key, value in wanted.items()) and all(
        _holds(one, have) for one in expressions
    )


def _holds(expression: Block, labels: dict[str, str]) -> bool:
    value = labels.get(text(expression.get("key")))
    among = value in expression.list("values")
    answers = {"In": among, "NotIn": not among, "Exists": value is not None, "DoesNotExist": value is None}
    return answers.get(text(expression.get("operator")), False)


def _names_port(rule: Block, port: int, named: Pods | None) -> bool:
    ports = list(rule.blocks("ports"))
    return not ports or any(_is_port(entry, port, named) for entry in ports)


def _is_port(entry: Block, port: int, named: Pods | None) -> bool:
    if not entry.has("protocol", "TCP") and entry.has("protocol"):
        return False
    first, last = entry.get("port"), entry.get("endPort")
    if first is None:
        return True
    if isinstance(first, str):
        return first == str(port) or (named is not None and named.named_ports.get(first) == port)
    return first <= port <= (last if isinstance(last, int) else first)


def _name(policy: Resource) -> str:
    return f"{text(policy.get('metadata.namespace'))}/{text(policy.get('metadata.name')) or policy.name}"


def _namespace_labels(view: View) -> dict[str, dict[str, str]]:
    spaces = view.of("kubernetes:core/v1:Namespace")
    by_name = {text(space.get("metadata.name")): space.get("metadata.labels") for space in spaces}
    return {name: labels for name, labels in by_name.items() if isinstance(labels, dict)}


def _enforced(view: View) -> bool:
    """By the VPC CNI where its add-on is told to, or by an engine of its own.

    https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
    """
    charts = (text(release.get("chart")) for release in view.of("kubernetes:helm.sh/v3:Release"))
    if any(engine in chart for chart in charts for engine in _ENGINES):
        return True
    return any(_switched_on(text(addon.get("configurationValues"))) for addon in _cni(view))


def _cni(view: View) -> Iterator[Resource]:
    return (addon for addon in view.of(_ADDON) if addon.has("addonName", "vpc-cni"))


def _switched_on(configuration: str) -> bool:
    try:
        value = json.loads(configuration or "{}").get("enableNetworkPolicy")
    except ValueError:
        return False
    return str(value).lower() == "true"
