"""Global Accelerator: public addresses of AWS that lead to load balancers, instances and Elastic IPs.

It gets into subnets without a route to an internet gateway, past network ACLs, and shows who asks to ALBs, instances
and NLBs with groups: https://docs.aws.amazon.com/global-accelerator/latest/dg/preserve-client-ip-address.html
"""

from collections.abc import Iterator, Mapping
from functools import partial

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.place import Check, Interface, Kind, Link, Place
from analyser.analyses.reach.protocols import number
from analyser.analyses.reach.security_groups import ANYWHERE, Peer
from policy.exposure import ACCELERATOR, ACCELERATOR_LISTENER, ENDPOINT_GROUP
from policy.model import Block, Resource

_EIP = "aws:ec2/eip:Eip"
_EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"
_MOST = 64
_INTERNET = Peer("the internet", cidrs=ANYWHERE)
_SOMEBODY = Peer("a public address", cidrs=ANYWHERE, one_of=True)


def accelerators(view: View) -> Iterator[Place]:
    """One place for each Global Accelerator."""
    for found in view.of(ACCELERATOR):
        on = flag(found, "enabled", True)
        says = f"{view.owner(found)} is switched off" if on is False else f"whether {found.name} is on is not known yet"
        listeners = view.resources.companions(found, ACCELERATOR_LISTENER, by="acceleratorArn")
        yield Place(
            name=view.owner(found),
            kind=Kind.BALANCER,
            urns=(found.urn,),
            ports=tuple(dict.fromkeys(port for one in listeners for port in _ports(one))),
            words=frozenset({"accelerator", "global-accelerator"}),
            closed="" if on else says,
            unsure=on is None or any(one.partly_unknown("portRanges", "fromPort", "toPort") for one in listeners),
        )


def accelerated(view: View, places: Mapping[str, Place], connections: Connections) -> Iterator[Link]:
    """From each port of each accelerator to each of its endpoints."""
    for found in view.of(ACCELERATOR):
        for listener in view.resources.companions(found, ACCELERATOR_LISTENER, by="acceleratorArn"):
            for group in view.resources.companions(listener, ENDPOINT_GROUP, by="listenerArn"):
                for target, block, keeps in _endpoints(view, places, group):
                    for port in _ports(listener):
                        to = _overridden(group, port)
                        yield _link(connections, places[found.urn], target, (group, block), (port, to), keeps=keeps)


def _link(
    connections: Connections,
    source: Place,
    target: Place,
    named: tuple[Resource, Block | None],
    ports: tuple[int, int],
    *,
    keeps: bool,
) -> Link:
    group, block = named
    idle = group.has("trafficDialPercentage", 0, "0") or (block is not None and block.has("weight", 0))
    says = f"endpoint group {group.name} sends {'nothing' if idle else 'requests'} to {target.name}"
    through = Check(ok=not idle, says=says, urns=(group.urn,))
    listens = target.kind is not Kind.BALANCER or ports[1] in target.ports
    listening = Check(ok=listens, says=f"{target.name} {'answers' if listens else 'does not answer'} on {ports[1]}")
    checks = partial(_checks, connections, target, ports[1], (through, listening), keeps)
    return Link(source, target, ports[1], checks(None), ports[0], checks)


def _checks(
    connections: Connections, target: Place, port: int, so_far: tuple[Check, ...], keeps: bool, client: Place | None
) -> tuple[Check, ...]:
    """What the target's groups say of whoever asks, whom a VPC's block of public access keeps out as well."""
    anybody = keeps and (client is None or client.kind is Kind.INTERNET)
    found = [_through(connections, far, port, anybody=anybody) for far in target.interfaces]
    best = min(found, key=lambda checks: sum(not check.ok for check in checks), default=())
    return (*so_far, *best)


def _through(connections: Connections, far: Interface, port: int, *, anybody: bool) -> tuple[Check, ...]:
    block = connections.blocked(far)
    return (*([block] if block else []), connections.admits(far, _INTERNET if anybody else _SOMEBODY, port))


def _endpoints(view: View, places: Mapping[str, Place], group: Resource) -> Iterator[tuple[Place, Block | None, bool]]:
    """The places that a group names, and whether they see who asks."""
    for block in group.blocks("endpointConfigurations"):
        identifier = block.get("endpointId")
        found = view.by_id(str(identifier)) or view.by_arn(str(identifier))
        for one in [found] if found else view.refers(group, "endpointConfigurations"):
            elastic = one.type == _EIP
            for urn in _of_address(view, one) if elastic else (one.urn,):
                if urn in places:
                    yield places[urn], block, not elastic and not _hides(one, block)


def _hides(found: Resource, block: Block) -> bool:
    """Whether a load balancer sees the accelerator instead: by its setting, or for lack of groups."""
    if found.has("loadBalancerType", "network") and not found.given("securityGroups"):
        return True
    return block.has("clientIpPreservationEnabled", False) and found.lacks("internal", True)


def _of_address(view: View, address: Resource) -> Iterator[str]:
    holders = [address, *view.resources.companions(address, _EIP_ASSOCIATION, by="allocationId")]
    for holder in holders:
        for key in ("instance", "instanceId", "networkInterface", "networkInterfaceId"):
            yield from (one.urn for one in view.refers(holder, key))


def _overridden(group: Resource, port: int) -> int:
    overrides = (one for one in group.blocks("portOverrides") if number(one.get("listenerPort")) == port)
    return next((to for one in overrides if (to := number(one.get("endpointPort")))), port)


def _ports(listener: Resource) -> Iterator[int]:
    """The ports of a listener, as many as anybody asks for by name."""
    if listener.has("protocol", "UDP"):
        return
    for block in listener.blocks("portRanges"):
        first, last = number(block.get("fromPort")), number(block.get("toPort"))
        if first is not None and last is not None:
            yield from range(first, min(last, first + _MOST) + 1)
