"""What of a graph stops its own destroy: what goes too early for others to go at all.

``destroy`` takes away whatever nobody waits for any more, so an order of it is a wait of the other direction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyser.analyses.timeline.waits import Waits, waits
from analyser.graph import Graph, Node

_RELEASE, _NODES = "kubernetes:helm.sh/v3:Release", "aws:eks/nodeGroup:NodeGroup"
_VPC = "aws:ec2/vpc:Vpc"
_BALANCER = "load-balancer-controller"
_CONTROLLERS = {
    "kubernetes:networking.k8s.io/v1:Ingress": _BALANCER,
    "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding": _BALANCER,
    "kubernetes:core/v1:Service": _BALANCER,
    "kubernetes:karpenter.sh/v1:NodePool": "karpenter",
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": "karpenter",
    "kubernetes:external-secrets.io/v1:ExternalSecret": "external-secrets",
}
"""What a controller has to take something away for, or a finalizer off, by a word of the controller's chart."""
_POLICIES = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_FUNCTION = "aws:lambda/function:Function"


@dataclass(frozen=True)
class Block:
    """One resource that goes, or would have to go, at the wrong moment."""

    resource: str
    because: str


class _Order:
    """Which resource is gone before which."""

    def __init__(self, graph: Graph) -> None:
        self._waits: Waits = waits(graph)
        self._known: dict[str, frozenset[str]] = {}

    def outlives(self, lasting: Node, going: Node) -> bool:
        """Whether the one is there until the other is gone."""
        return lasting.urn in self._after(going.urn)

    def _after(self, urn: str) -> frozenset[str]:
        if urn not in self._known:
            seen: set[str] = set()
            todo = [urn]
            while todo:
                new = [other for other in self._waits.get(todo.pop(), ()) if other not in seen]
                seen.update(new)
                todo += new
            self._known[urn] = frozenset(seen)
        return self._known[urn]


def blocks(graph: Graph) -> Iterator[Block]:
    """Everything in the way that no step of a teardown takes out of it."""
    order = _Order(graph)
    checks: tuple[Callable[[Graph, _Order], Iterator[Block]], ...] = (
        _interfaces,
        _controlled,
        _records,
        _balanced,
        _addressed,
        _snapshots,
    )
    for check in checks:
        yield from check(graph, order)


def _interfaces(graph: Graph, order: _Order) -> Iterator[Block]:
    """Lambda takes a function's network interfaces away with the function's own rights:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    for node in graph.of_type(_FUNCTION):
        if not node.inputs.get("vpcConfig"):
            continue
        rights = [policy for policy in _policies(graph, node, "role") if _frees(policy)]
        if not any(order.outlives(policy, node) for policy in rights):
            told = ", ".join(policy.name for policy in rights) or "what frees them"
            yield Block(
                node.name,
                f"of its role's rights {told} does not outlive it, so its network interfaces stay in the subnets",
            )


def _frees(policy: Node) -> bool:
    """Whether a policy, or a managed one by its name, lets a function's interfaces be taken away."""
    said = f"{policy.inputs.get('policy', '')}{policy.inputs.get('policyArn', '')}"
    return any(word in said for word in ("ec2:DeleteNetworkInterface", "ec2:*", "AWSLambdaVPCAccessExecutionRole"))


def _policies(graph: Graph, node: Node, key: str) -> Iterator[Node]:
    roles = set(node.property_dependencies.get(key, ()))
    for token in _POLICIES:
        for policy in graph.of_type(token):
            if roles & set(policy.property_dependencies.get("role", ())):
                yield policy


def _controlled(graph: Graph, order: _Order) -> Iterator[Block]:
    for token, word in _CONTROLLERS.items():
        there = any(word in str(one.inputs.get("chart")) for one in graph.of_type(_RELEASE))
        for node in graph.of_type(token):
            # Without a controller of its own, a service has its load balancer from EKS, which takes it away.
            if node.kind != "Service" or (there and (node.inputs.get("spec") or {}).get("type") == "LoadBalancer"):
                yield from _held(graph, order, node, word)


def _held(graph: Graph, order: _Order, node: Node, word: str) -> Iterator[Block]:
    """The controller of one object, with its rights, somewhere to run and the network of what it makes."""
    found = [one for one in graph.of_type(_RELEASE) if word in str(one.inputs.get("chart"))]
    lasting = [one for one in found if order.outlives(one, node)]
    if not lasting:
        yield Block(node.name, f"nothing of {word} outlives it, which alone takes away what it made for it")
        return
    for needed in (*_rights(graph, lasting), *graph.of_type(_VPC)):
        if not order.outlives(needed, node):
            yield Block(node.name, f"{needed.name} may go before it, without which its controller takes nothing away")
    nodes = graph.of_type(_NODES)
    if nodes and not any(order.outlives(group, node) for group in nodes):
        yield Block(node.name, "no node group outlives it, so its controller has nowhere to run")


def _rights(graph: Graph, releases: list[Node]) -> Iterator[Node]:
    """What the controllers' pods sign in by."""
    components = {release.parent for release in releases}
    for association in graph.of_type(_ASSOCIATION):
        if any(graph.get(association.parent) and graph[association.parent].parent == each for each in components):
            yield association
            yield from _policies(graph, association, "roleArn")


def _records(graph: Graph, order: _Order) -> Iterator[Block]:
    """A zone with a record in it is not deleted."""
    zones = {zone.id: zone for zone in graph.of_type("aws:route53/zone:Zone")}
    for record in graph.of_type("aws:route53/record:Record"):
        zone = zones.get(str(record.inputs.get("zoneId")))
        if zone is not None and not order.outlives(zone, record):
            yield Block(zone.name, f"{record.name} is still in it")


def _balanced(graph: Graph, order: _Order) -> Iterator[Block]:
    """A target group that a listener, a rule or a service still uses is not deleted."""
    for group in graph.of_type("aws:lb/targetGroup:TargetGroup"):
        arn = group.outputs.get("arn")
        for node in graph.resources:
            uses = node.type in _USERS and _mentions(node.inputs, arn)
            if uses and not order.outlives(group, node):
                yield Block(group.name, f"{node.name} still uses it")


_SLOW = ("aws:ecs/service:Service", "aws:cloudfront/distribution:Distribution")
_USERS = frozenset(
    {
        "aws:lb/listener:Listener",
        "aws:lb/listenerRule:ListenerRule",
        "aws:ecs/service:Service",
        "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
    }
)


def _addressed(graph: Graph, order: _Order) -> Iterator[Block]:
    """A gateway whose VPC has public addresses is not detached, for which its deletion waits 20 minutes (
    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_internet_gateway.go); tasks
    that drain, or a distribution, which go before their balancer, may take longer."""
    slow = [node for token in _SLOW for node in graph.of_type(token)]
    for balancer in graph.of_type("aws:lb/loadBalancer:LoadBalancer"):
        held = [node.name for node in slow if order.outlives(balancer, node)]
        if balancer.inputs.get("internal") or not held:
            continue
        for gateway in graph.of_type("aws:ec2/internetGateway:InternetGateway"):
            if not order.outlives(gateway, balancer):
                yield Block(gateway.name, f"{balancer.name} still has public addresses, and waits for {held[0]}")


def _mentions(value: object, text: object) -> bool:
    if isinstance(value, dict):
        return any(_mentions(each, text) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, text) for each in value)
    return isinstance(value, str) and value == text


def _snapshots(graph: Graph, _order: _Order) -> Iterator[Block]:
    """A database without a name for its final snapshot is not deleted."""
    for node in graph.of_type("aws:rds/instance:Instance"):
        if not (node.inputs.get("skipFinalSnapshot") or node.inputs.get("finalSnapshotIdentifier")):
            yield Block(node.name, "its final snapshot has no name (finalSnapshotIdentifier)")
