"""What it takes for one place to open a TCP connection to another: routes, security groups, NetworkPolicies."""

from collections.abc import Callable, Iterable, Sized
from dataclasses import replace
from typing import TypeVar

from analyser.analyses.reach.network import Network, Way
from analyser.analyses.reach.network_policies import Correspondent, NetworkPolicies
from analyser.analyses.reach.place import Check, Interface, Kind, Link, Place
from analyser.analyses.reach.security_groups import ANYWHERE, Peer, SecurityGroups
from analyser.analyses.reach.view import View

_HOSTED = frozenset({Kind.CLOUDFRONT, Kind.API, Kind.SITE, Kind.SERVICE, Kind.API_SERVER})
"""What AWS answers for on public addresses of its own."""
_INVOKED = frozenset({Kind.FUNCTION, Kind.BUILD})
"""What nobody connects to; some of it is called by AWS (``relays.py``)."""
_INTERNET = Peer("the internet", cidrs=ANYWHERE)
_HTTPS = 443

Checks = tuple[Check, ...]
T = TypeVar("T")


class Connections:
    """Judges single connections in the networks of one stack."""

    def __init__(self, view: View) -> None:
        self.network = Network(view)
        self.groups = SecurityGroups(view)
        self.policies = NetworkPolicies(view)

    def direct(self, source: Place, target: Place, port: int | None = None) -> Link | None:
        """The best connection from one to the other without anything between; None where there is none to judge.

        Without ``port``, on whichever port of the target needs least.
        """
        if source is target or target.kind in _INVOKED:
            return None
        ports = (port,) if port is not None else target.ports
        links = (Link(source, target, number, self._judge(source, target, number)) for number in ports)
        return _best(links, lambda link: link.missing)

    def inside(self, source: Place, target: Place, port: int, last: int | None = None) -> Checks:
        """From one VPC interface to another, to all of a range of ports where ``last`` is given."""
        pairs = ((near, far) for near in source.interfaces for far in target.interfaces)
        every = (self._between(source, near, target, far, (port, last)) for near, far in pairs)
        return _best(every, _missing) or (Check(ok=False, says=f"{target.name} is in no VPC"),)

    def inward(self, target: Place, port: int, peer: Peer = _INTERNET) -> Checks:
        """From public addresses to a VPC interface."""
        every = (self._from_outside(target, far, port, peer) for far in target.interfaces)
        return _best(every, _missing) or (Check(ok=False, says=f"{target.name} has no public address"),)

    def _judge(self, source: Place, target: Place, port: int) -> Checks:
        if target.kind is Kind.BALANCER and port not in target.ports:
            return (Check(ok=False, says=f"{target.name} answers on {_listed(target.ports)}, not {port}"),)
        if source.kind is Kind.INTERNET:
            return self._from_internet(target, port)
        if not source.interfaces:
            outside = Check(ok=True, says=f"{source.name} runs outside of any VPC of the stack")
            return (outside,) if target.kind in (Kind.INTERNET, Kind.SERVICE) else self._from_internet(target, port)
        if target.kind is Kind.SERVICE:
            return self._to_service(source, target, port)
        if target.kind is Kind.INTERNET:
            return self._outward(source, target.name, port)
        if target.kind is Kind.BALANCER and any(far.public for far in target.interfaces):
            # Its name stands for public addresses, inside the VPC as well.
            return (*self._outward(source, target.name, port), *self.inward(target, port))
        if target.interfaces:
            return self.inside(source, target, port)
        return (*self._outward(source, target.name, port), *self._from_internet(target, port))

    def _from_internet(self, target: Place, port: int) -> Checks:
        if target.closed:
            return (Check(ok=False, says=target.closed),)
        if target.kind not in _HOSTED:
            return self.inward(target, port)
        if port not in target.ports:
            return (Check(ok=False, says=f"{target.name} answers on {_listed(target.ports)}, not {port}"),)
        only = f", only to {', '.join(target.admits)}" if target.admits and target.admits != ANYWHERE else ""
        return (Check(ok=True, says=f"{target.name} answers on public addresses{only}"),)

    def _from_outside(self, target: Place, far: Interface, port: int, peer: Peer) -> Checks:
        through = (Way.INTERNET_GATEWAY,)
        found = [(subnet, self.network.to_internet(subnet, through=through)) for subnet in far.subnets]
        route = next((route for _, route in found if route), None)
        says = (
            f"{target.name} is in a subnet with a route to the internet gateway ({route.name})"
            if route
            else f"no subnet of {target.name} has a route to an internet gateway ({self._names(far.subnets)})"
        )
        address = f"{target.name} has {'a' if far.public else 'no'} public address"
        routed = Check(ok=route is not None, says=says, urns=(route.urn,) if route else ())
        checks = [routed, Check(ok=far.public, says=address)]
        checks.append(self.groups.into(far.groups, peer, port))
        if target.pods:
            policy = self.policies.into(target.pods, Correspondent(peer.says, cidrs=peer.cidrs), port)
            checks += [policy] if policy else []
        return tuple(checks)

    def _outward(self, source: Place, towards: str, port: int) -> Checks:
        every = (self._from_inside(source, near, towards, port) for near in source.interfaces)
        return _best(every, _missing) or ()

    def _from_inside(self, source: Place, near: Interface, towards: str, port: int) -> Checks:
        peer = Peer(towards if towards != Kind.INTERNET else "the internet", cidrs=ANYWHERE)
        ways = (Way.NAT_GATEWAY, *([Way.INTERNET_GATEWAY] if near.public else []))
        routes = [self.network.to_internet(subnet, through=ways) for subnet in near.subnets]
        route = next((route for route in routes if route), None)
        says = (
            f"a route to the internet by {route.way} ({route.name})"
            if route
            else f"no route to the internet from {self._names(near.subnets)}"
        )
        return (
            *self._policy_out(source, Correspondent(peer.says, cidrs=ANYWHERE), port),
            self.groups.out(near.groups, peer, port),
            Check(ok=route is not None, says=says, urns=(route.urn,) if route else ()),
        )

    def _between(
        self, source: Place, near: Interface, target: Place, far: Interface, ports: tuple[int, int | None]
    ) -> Checks:
        port, last = ports
        ways = (self.network.between(one, other) for one in near.subnets for other in far.subnets)
        way = next((way for way in ways if way), None)
        apart = f"no route from {self._names(near.subnets)} to {self._names(far.subnets)}: {self._vpcs(near, far)}"
        to = Peer(target.name, far.groups or (), self.network.cidrs(far.subnets))
        of = Peer(source.name, near.groups or (), self.network.cidrs(near.subnets))
        checks = [
            *self._policy_out(source, Correspondent(target.name, to.cidrs, target.pods), port, target),
            self.groups.out(near.groups, to, port, last),
            Check(ok=way is not None, says=way or apart),
            self.groups.into(far.groups, of, port, last),
        ]
        if target.pods and last is None:
            policy = self.policies.into(target.pods, Correspondent(source.name, of.cidrs, source.pods), port)
            checks += [policy] if policy else []
        return tuple(checks)

    def _to_service(self, source: Place, target: Place, port: int) -> Checks:
        every = (self._service_from(source, near, target, port) for near in source.interfaces)
        return _best(every, _missing) or ()

    def _service_from(self, source: Place, near: Interface, target: Place, port: int) -> Checks:
        mine = [self.network.subnets[subnet] for subnet in near.subnets if subnet in self.network.subnets]
        vpcs = {subnet.vpc for subnet in mine}
        tables = {subnet.table for subnet in mine if subnet.table}
        near_by = source.region == target.region
        endpoint = self.network.endpoint(next(iter(vpcs), ""), target.service, tables) if near_by else None
        if endpoint is None:
            return self._from_inside(source, near, target.name, port)
        if endpoint.gateway:
            peer = Peer(f"{target.service}'s addresses", cidrs=ANYWHERE, prefix_lists=(endpoint.prefix_list,))
            return (
                *self._policy_out(source, Correspondent(peer.says, cidrs=ANYWHERE), port),
                self.groups.out(near.groups, peer, port),
                Check(ok=True, says=f"a route to gateway endpoint {endpoint.name}", urns=(endpoint.urn,)),
            )
        standing = Place(
            endpoint.name, Kind.SERVICE, (endpoint.urn,), interfaces=(Interface(endpoint.subnets, endpoint.groups),)
        )
        first, *rest = self._between(source, near, standing, standing.interfaces[0], (port, None))
        return (replace(first, urns=(*first.urns, endpoint.urn)), *rest)

    def _policy_out(self, source: Place, other: Correspondent, port: int, target: Place | None = None) -> Checks:
        if source.pods is None:
            return ()
        found = self.policies.out(source.pods, other, port, target.pods if target else None)
        return (found,) if found else ()

    def _names(self, subnets: tuple[str, ...]) -> str:
        known = (self.network.subnets.get(subnet) for subnet in subnets)
        return ", ".join(subnet.name for subnet in known if subnet) or ", ".join(subnets) or "no subnet of the stack"

    def _vpcs(self, near: Interface, far: Interface) -> str:
        sides = [
            sorted({self.network.subnets[one].vpc for one in side.subnets if one in self.network.subnets})
            for side in (near, far)
        ]
        names = [", ".join(map(self.network.vpc_name, side)) or "outside of the stack" for side in sides]
        return f"{names[0]} and {names[1]} are networks apart"


def _missing(checks: Checks) -> list[Check]:
    return [check for check in checks if not check.ok]


def _best(found: Iterable[T], missing: Callable[[T], Sized]) -> T | None:
    """What lacks least; the first of several."""
    return min(found, key=lambda one: len(missing(one)), default=None)


def _listed(ports: tuple[int, ...]) -> str:
    return " and ".join(map(str, ports)) or "no port"
