"""What a load balancer's listeners forward to: pods by TargetGroupBinding, ECS tasks, instances, functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.edge import LISTENER
from analyser.analyses.reach.network_policies import Correspondent
from analyser.analyses.reach.place import Check, Kind, Link, Place
from analyser.analyses.reach.view import View, text
from analyser.analyses.reach.workloads import DEPLOYMENTS
from policy.model import Block, Resource

_GROUP = "aws:lb/targetGroup:TargetGroup"
_RULE = "aws:lb/listenerRule:ListenerRule"
_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_SERVICE = "kubernetes:core/v1:Service"
_ECS = "aws:ecs/service:Service"
_ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
# What Kubernetes chooses from: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
_NODE_PORTS = (30000, 32767)


@dataclass(frozen=True)
class Member:
    """Who answers for a target group, on which port of its own, and through which port of its node if any."""

    place: Place
    port: int
    says: str
    urns: tuple[str, ...] = ()
    """What registers it."""
    node_ports: tuple[int, int] | None = None
    keeps_client: bool = False


class Targets:
    """The members of all target groups."""

    def __init__(self, view: View, places: Mapping[str, Place], connections: Connections) -> None:
        self._view = view
        self._places = places
        self._connections = connections

    def of(self, balancer: Resource, source: Place) -> Iterator[Link]:
        """The links from a balancer to all that it forwards to."""
        for listener in self._view.resources.companions(balancer, LISTENER, by="loadBalancerArn"):
            port = listener.get("port")
            for group, ways in self._forwards(listener).items():
                for member in self.members(self._view.resources.by_urn[group]):
                    through = Check(ok=True, says=f"{', '.join(ways)} forwards to it")
                    checks = (through, *self.to_member(source, member).checks)
                    yield Link(source, member.place, member.port, checks, port if isinstance(port, int) else None)

    def to_member(self, source: Place, member: Member) -> Link:
        """What it takes to get from a balancer to one that a target group has registered."""
        checks = (Check(ok=True, says=member.says), *self._checks(source, member))
        return Link(source, member.place, member.port, checks)

    def _forwards(self, listener: Resource) -> dict[str, list[str]]:
        """URN of each target group to what forwards to it: the listener itself, or rules of it."""
        port = listener.get("port")
        found = {group.urn: [f"listener {port}"] for group in self._groups(listener, "defaultActions")}
        for rule in self._view.resources.companions(listener, _RULE, by="listenerArn"):
            says = f"rule {rule.name} of listener {port}{_conditions(rule)}"
            for group in self._groups(rule, "actions"):
                found.setdefault(group.urn, []).append(says)
        return found

    def _groups(self, found: Resource, actions: str) -> list[Resource]:
        if not any(action.has("type", "forward") for action in found.blocks(actions)):
            return []
        return self._view.refers(found, actions, _GROUP)

    def members(self, group: Resource) -> Iterator[Member]:
        """Who answers for a target group."""
        for binding in self._view.of(_BINDING):
            if group in self._view.refers(binding, "spec", _GROUP):
                yield from self._bound(binding, by_node=group.has("targetType", "instance"))
        for service in self._view.of(_ECS):
            for block in service.blocks("loadBalancers"):
                port = block.get("containerPort")
                if self._names(block, "targetGroupArn", group) and isinstance(port, int):
                    says = f"ECS service {service.name} registers its tasks"
                    yield Member(self._places[service.urn], port, says, (service.urn,))
        for attached in self._view.of(_ATTACHMENT):
            if group in self._view.refers(attached, "targetGroupArn", _GROUP):
                yield from self._attached(attached, group)

    def _attached(self, attached: Resource, group: Resource) -> Iterator[Member]:
        for target in self._view.refers(attached, "targetId"):
            port = attached.get("port") or group.get("port")
            if target.urn in self._places and isinstance(port, int):
                says = f"{attached.name} registers it"
                yield Member(self._places[target.urn], port, says, (attached.urn,))

    def _names(self, block: Block, path: str, group: Resource) -> bool:
        return text(block.get(path)) in (text(group.outputs.get("arn")), self._view.id_of(group))

    def _bound(self, binding: Resource, *, by_node: bool) -> Iterator[Member]:
        namespace = text(binding.get("metadata.namespace"))
        for service in self._view.of(_SERVICE):
            same = service.has("metadata.name", text(binding.get("spec.serviceRef.name")))
            if not same or not service.has("metadata.namespace", namespace):
                continue
            entry = _service_port(service, binding.get("spec.serviceRef.port"))
            says = (
                f"TargetGroupBinding {binding.name} registers {'nodes' if by_node else 'pods'} of service {namespace}"
            )
            for place in self._selected(service, namespace):
                port = _container_port(entry, place) if entry else None
                if entry and port is not None:
                    yield Member(
                        place=place,
                        port=port,
                        says=f"{says}/{text(service.get('metadata.name'))}",
                        urns=(binding.urn, service.urn),
                        node_ports=_node_ports(entry) if by_node else None,
                        keeps_client=service.has("spec.externalTrafficPolicy", "Local"),
                    )

    def _selected(self, service: Resource, namespace: str) -> Iterator[Place]:
        selector = service.get("spec.selector")
        for found in self._view.of(*DEPLOYMENTS):
            place = self._places.get(found.urn)
            if place and place.pods and place.pods.namespace == namespace and isinstance(selector, dict):
                labels = place.pods.labels
                if selector and all(labels.get(key) == value for key, value in selector.items()):
                    yield place

    def _checks(self, source: Place, member: Member) -> tuple[Check, ...]:
        place, port = member.place, member.port
        if place.kind is Kind.FUNCTION:
            return ()
        if member.node_ports is None:
            return self._connections.inside(source, place, port)
        # The node takes the request and hands it to a pod, on whichever node: as itself unless told to keep the client.
        nodes = Place(f"{place.name}'s nodes", Kind.NODES, interfaces=place.interfaces)
        to_node = self._connections.inside(source, nodes, *member.node_ports)
        if not member.keeps_client:
            return (*to_node, *self._connections.inside(nodes, place, port))
        subnets = tuple(subnet for interface in source.interfaces for subnet in interface.subnets)
        client = Correspondent(source.name, self._connections.network.cidrs(subnets))
        policy = self._connections.policies.into(place.pods, client, port) if place.pods else None
        return (*to_node, policy) if policy else to_node


def _conditions(rule: Resource) -> str:
    """The paths and hosts that a rule asks for; a header of a secret value is named, not shown."""
    said = []
    for condition in rule.blocks("conditions"):
        said += [str(value) for key in ("pathPattern", "hostHeader") for value in condition.list(f"{key}.values")]
        header = text(condition.get("httpHeader.httpHeaderName"))
        said += [f"header {header}"] if header else []
    return f" ({', '.join(said)})" if said else ""


def _service_port(service: Resource, wanted: object) -> Block | None:
    ports = list(service.blocks("spec.ports"))
    fitting = (entry for entry in ports if isinstance(wanted, int | str) and entry.has("port", wanted))
    named = (entry for entry in ports if isinstance(wanted, str) and entry.has("name", wanted))
    return next(fitting, None) or next(named, None)


def _container_port(entry: Block, place: Place) -> int | None:
    wanted = entry.get("targetPort", entry.get("port"))
    if isinstance(wanted, str) and place.pods:
        return place.pods.named_ports.get(wanted)
    return wanted if isinstance(wanted, int) else None


def _node_ports(entry: Block) -> tuple[int, int]:
    given = entry.get("nodePort")
    return (given, given) if isinstance(given, int) else _NODE_PORTS
