"""What a load balancer's listeners forward to: pods by TargetGroupBinding, ECS tasks, instances, functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from analyser.analyses.reach.balancers import LISTENER
from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.invocations import may_invoke
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.network_policies import Correspondent
from analyser.analyses.reach.node_ports import FIRST_NODE_PORT, LAST_NODE_PORT
from analyser.analyses.reach.place import Check, Kind, Link, Place
from analyser.analyses.reach.protocols import number
from analyser.analyses.reach.security_groups import ANYWHERE, Peer
from analyser.analyses.reach.services import container_port, selected, service_port
from policy.model import Block, Resource

_GROUP = "aws:lb/targetGroup:TargetGroup"
_RULE = "aws:lb/listenerRule:ListenerRule"
_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_SERVICE = "kubernetes:core/v1:Service"
_ECS = "aws:ecs/service:Service"
_ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
_BALANCERS = "elasticloadbalancing.amazonaws.com"
_MACHINES = "aws:autoscaling/group:Group"
_MACHINES_ATTACHED = "aws:autoscaling/attachment:Attachment"


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
    """Whether pods see the client's address behind a node."""
    group: Resource | None = None
    """The target group that it is in, where something depends on that."""
    sees_client: bool = False
    """Whether the balancer itself keeps the client's address."""


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
                    entered = port if isinstance(port, int) else None
                    again = partial(self._seen, source, member, through) if member.sees_client else None
                    yield Link(source, member.place, member.port, checks, entered, again)

    def listed(self, balancer: Resource) -> Iterator[tuple[int, Member]]:
        """Who answers for each listener."""
        for listener in self._view.resources.companions(balancer, LISTENER, by="loadBalancerArn"):
            port = listener.get("port")
            for group in self._forwards(listener) if isinstance(port, int) else ():
                yield from ((port, member) for member in self.members(self._view.resources.by_urn[group]))

    def not_known(self, balancer: Resource) -> str:
        """Why it is not known where the balancer leads; empty where it is."""
        for listener in self._view.resources.companions(balancer, LISTENER, by="loadBalancerArn"):
            holders = [(listener, "defaultActions")]
            holders += [
                (rule, "actions") for rule in self._view.resources.companions(listener, _RULE, by="listenerArn")
            ]
            for holder, actions in holders:
                forwards = any(action.has("type", "forward") for action in holder.blocks(actions))
                lost = any(arn and not self._at(arn) for arn in self._arns(holder, actions, weightless=False))
                if holder.unknown(actions) or lost or (forwards and not self._groups(holder, actions)):
                    return f"where {holder.name} forwards to is not in the stack"
            for group in self._forwards(listener):
                found = self._view.resources.by_urn[group]
                if not list(self.members(found)) and self._lost(found):
                    return f"what target group {found.name} holds is not in the stack"
        return ""

    def _lost(self, group: Resource) -> bool:
        """Whether something is registered that is none of the stack's places."""
        attached = self._view.resources.companions(group, _ATTACHMENT, by="targetGroupArn")
        return bool(attached)

    def _seen(self, source: Place, member: Member, through: Check, client: Place) -> tuple[Check, ...]:
        """The way to a target that sees the client: rules are about the client, or about the balancer's own groups.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
        """
        outside = client.kind is Kind.INTERNET or not client.interfaces
        subnets = tuple(one for interface in client.interfaces for one in interface.subnets)
        cidrs = ANYWHERE if outside else self._connections.network.cidrs(subnets)
        groups = tuple(group for interface in source.interfaces for group in interface.groups or ())
        peer = Peer(client.name if not outside else "the internet", groups, cidrs)
        found = [self._connections.seen(far, peer, member.port) for far in member.place.interfaces]
        best = min(found, key=lambda checks: sum(not check.ok for check in checks), default=())
        return (through, Check(ok=True, says=member.says), *best)

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
        named = [self._at(arn) for arn in self._arns(found, actions, weightless=False)]
        resolved = [one for one in dict.fromkeys(named) if one is not None and one.type == _GROUP]
        idle = [self._at(arn) for arn in self._arns(found, actions, weightless=True)]
        return resolved or [one for one in self._view.refers(found, actions, _GROUP) if one not in idle]

    def _at(self, arn: str) -> Resource | None:
        return self._view.by_id(arn) or self._view.by_arn(arn)

    def _arns(self, found: Resource, actions: str, *, weightless: bool) -> Iterator[str]:
        """The groups that actions name: those that get requests, or those that get none."""
        for action in found.blocks(actions):
            if not weightless and action.given("targetGroupArn"):
                yield text(action.get("targetGroupArn"))
            for one in action.blocks("forward.targetGroups"):
                if _weightless(one) is weightless:
                    yield text(one.get("arn"))

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
        for attached in self._view.resources.companions(group, _ATTACHMENT, by="targetGroupArn"):
            yield from self._attached(attached, group)
        yield from self._of_groups(group)

    def _of_groups(self, group: Resource) -> Iterator[Member]:
        """Groups of instances that register each of theirs."""
        own = self._view.resources.companions(group, _MACHINES, by="targetGroupArns")
        own += self._view.resources.companions(group, _MACHINES, by="trafficSources")
        arn = text(group.outputs.get("arn"))
        own += [one for one in self._view.of(_MACHINES) if arn and arn in _registers(one)]
        for attachment in self._view.resources.companions(group, _MACHINES_ATTACHED, by="lbTargetGroupArn"):
            own += self._view.refers(attachment, "autoscalingGroupName", _MACHINES)
        port = number(group.get("port"))
        for machines in dict.fromkeys(own):
            if port and machines.urn in self._places:
                says = f"{machines.name} registers its instances"
                yield Member(self._places[machines.urn], port, says, (machines.urn,), sees_client=_sees_client(group))

    def _attached(self, attached: Resource, group: Resource) -> Iterator[Member]:
        port = number(attached.get("port")) or number(group.get("port"))
        named = [self._places.get(target.urn) for target in self._view.refers(attached, "targetId")]
        address = text(attached.get("targetId"))
        by_address = (
            place for place in self._places.values() if any(one.address == address for one in place.interfaces)
        )
        places = [one for one in named if one] or (list(dict.fromkeys(by_address)) if address else [])
        for place in places:
            says = f"{attached.name} registers it"
            if place.kind is Kind.FUNCTION or port:
                sees = _sees_client(group)
                yield Member(place, port or 0, says, (attached.urn,), group=group, sees_client=sees)

    def _names(self, block: Block, path: str, group: Resource) -> bool:
        return text(block.get(path)) in (text(group.outputs.get("arn")), self._view.id_of(group))

    def _bound(self, binding: Resource, *, by_node: bool) -> Iterator[Member]:
        namespace = text(binding.get("metadata.namespace"))
        for service in self._view.of(_SERVICE):
            same = service.has("metadata.name", text(binding.get("spec.serviceRef.name")))
            if not same or not service.has("metadata.namespace", namespace):
                continue
            entry = service_port(service, binding.get("spec.serviceRef.port"))
            says = (
                f"TargetGroupBinding {binding.name} registers {'nodes' if by_node else 'pods'} of service {namespace}"
            )
            for place in selected(self._view, self._places, service, namespace):
                port = container_port(entry, place) if entry else None
                if entry and port is not None:
                    yield Member(
                        place=place,
                        port=port,
                        says=f"{says}/{text(service.get('metadata.name'))}",
                        urns=(binding.urn, service.urn),
                        node_ports=_node_ports(entry) if by_node else None,
                        keeps_client=service.has("spec.externalTrafficPolicy", "Local"),
                    )

    def _invoked(self, member: Member) -> Check:
        function = self._view.resources.by_urn[member.place.urns[0]]
        arn = text(member.group.outputs.get("arn")) if member.group else ""
        return may_invoke(self._view, function, _BALANCERS, "the load balancer", (arn,))

    def _checks(self, source: Place, member: Member) -> tuple[Check, ...]:
        place, port = member.place, member.port
        if place.kind is Kind.FUNCTION:
            return (self._invoked(member),)
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


def _weightless(block: Block) -> bool:
    """A group that gets none of the requests: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"""
    return number(block.get("weight")) == 0


def _sees_client(group: Resource) -> bool:
    """By default a network load balancer keeps the client's address for instances, and not for addresses over TCP."""
    if not group.has("protocol", "TCP", "TLS", "TCP_UDP", "UDP") or group.has("targetType", "alb", "lambda"):
        return False
    kept = flag(group, "preserveClientIp", None)
    return group.lacks("targetType", "ip") or group.has("protocol", "UDP", "TCP_UDP") if kept is None else kept


def _conditions(rule: Resource) -> str:
    """The paths and hosts that a rule asks for; a header of a secret value is named, not shown."""
    said = []
    for condition in rule.blocks("conditions"):
        said += [str(value) for key in ("pathPattern", "hostHeader") for value in condition.list(f"{key}.values")]
        header = text(condition.get("httpHeader.httpHeaderName"))
        said += [f"header {header}"] if header else []
    return f" ({', '.join(said)})" if said else ""


def _node_ports(entry: Block) -> tuple[int, int]:
    given = entry.get("nodePort")
    return (given, given) if isinstance(given, int) else (FIRST_NODE_PORT, LAST_NODE_PORT)


def _registers(machines: Resource) -> tuple[str, ...]:
    """The ARNs of the target groups that a group of instances names, in either way."""
    sources = tuple(text(source.get("identifier")) for source in machines.blocks("trafficSources"))
    return (*names(machines, "targetGroupArns"), *sources)
