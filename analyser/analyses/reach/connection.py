"""What it takes for one place to open a TCP connection to another: routes, ACLs, security groups, NetworkPolicies."""

from collections.abc import Iterator
from dataclasses import replace

from analyser.analyses.reach.acl_passages import Gate, Gates, described
from analyser.analyses.reach.address_filters import Passing
from analyser.analyses.reach.address_limits import admitted
from analyser.analyses.reach.between_subnets import Crossings
from analyser.analyses.reach.endpoints import Endpoints
from analyser.analyses.reach.gateways import Gateways
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.interfaces import Interfaces
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.network_policies import Correspondent, NetworkPolicies
from analyser.analyses.reach.open_ports import Opened
from analyser.analyses.reach.place import Check, Interface, Kind, Link, Place, best, lacks, not_known
from analyser.analyses.reach.public_connections import Outside
from analyser.analyses.reach.security_groups import ANYWHERE, ANYWHERE6, Peer, SecurityGroups
from analyser.analyses.reach.versions import address, has_six, six_of, versions

_HOSTED = frozenset({Kind.CLOUDFRONT, Kind.API, Kind.SITE, Kind.SERVICE, Kind.API_SERVER})
"""What AWS answers for on public addresses of its own."""
_INVOKED = frozenset({Kind.FUNCTION, Kind.BUILD})
"""What nobody connects to; some of it is called by AWS (``relays.py``)."""
_INTERNET = Peer("the internet", cidrs=ANYWHERE)
_SOME_ADDRESS = Peer("a public address", cidrs=ANYWHERE, one_of=True)

Checks = tuple[Check, ...]
Ports = tuple[int, int | None]


class Connections:
    """Judges single connections in the networks of one stack."""

    def __init__(self, view: View) -> None:
        self.network = Network(view)
        self.groups = SecurityGroups(view)
        self.policies = NetworkPolicies(view)
        self.interfaces = Interfaces(view)
        self.endpoints = Endpoints(view)
        gateways = Gateways(view, self.network, self.interfaces.of)
        self.outside = Outside(self.network, self.groups, self.policies, gateways)
        self._crossings = Crossings(view, self.network)
        self._gates = Gates(self.network.acls)
        self._opened = Opened(self.network, self.outside, self.groups)
        self._inward: dict[tuple[Place, int, Peer, bool], Checks] = {}

    def direct(self, source: Place, target: Place, port: int | None = None) -> Link | None:
        """The best connection from one to the other without anything between; None where there is none to judge.

        Without ``port``, on whichever port of the target needs least: of those that it is known to answer on, or else
        of those that its network lets in.
        """
        if source is target or target.kind in _INVOKED:
            return None
        ports = (port,) if port is not None else self._asked(target)
        links = (Link(source, target, number, self._judge(source, target, number)) for number in ports)
        if ports or not target.interfaces:
            return best(links, lambda link: link.checks)
        return Link(source, target, None, self._opened.none(target))

    def _asked(self, target: Place) -> tuple[int, ...]:
        return (*target.ports, *target.public_ports) or self._opened.ports(target)

    def inside(self, source: Place, target: Place, port: int, last: int | None = None) -> Checks:
        """From one VPC interface to another, to all of a range of ports where ``last`` is given."""
        pairs = ((near, far) for near in source.interfaces for far in target.interfaces)
        every = (checks for near, far in pairs for checks in self._between(source, near, target, far, (port, last)))
        apart = "has no address of the version that they ask from" if target.interfaces else "is in no VPC"
        return best(every, lambda checks: checks) or (Check(ok=False, says=f"{target.name} {apart}"),)

    def inward(self, target: Place, port: int, peer: Peer = _INTERNET, *, both: bool = True) -> Checks:
        """From public addresses to a VPC interface, of both versions or of that of the peer alone."""
        asked = (target, port, peer, both)
        if asked not in self._inward:  # whoever asks by public addresses is answered alike
            self._inward[asked] = self._judge_inward(*asked)
        return self._inward[asked]

    def _judge_inward(self, target: Place, port: int, peer: Peer, both: bool) -> Checks:
        if target.public_ports and port not in target.public_ports:
            says = f"{target.name} answers public addresses on {_listed(target.public_ports)}, not {port}"
            return (Check(ok=False, says=says),)
        ways = (self.outside.inward(target, far, port, peer, both=both) for far in target.interfaces)
        found = best((checks for way in ways for checks in way), lambda checks: checks)
        return found or (Check(ok=False, says=f"{target.name} has no public address"),)

    def seen(self, far: Interface, peer: Peer, port: int) -> Checks:
        """What an interface's ACL and groups say of a client that a balancer hands on with its own address."""
        home = next((self.network.subnets[one] for one in far.subnets if one in self.network.subnets), None)
        gates = self._gates.at(home, serves=True, peer=None, ports=(port, port)) if home else []
        passing = Passing(peer.addresses, any_will_do=peer.anywhere)
        if gates:
            passing.add(
                self._gates.together(gates),
                yes=f"network ACL {gates[0].acl.name} lets it and its answers pass",
                no=f"network ACL {gates[0].acl.name} lets nothing pass from {peer.says}",
            )
        passing.also(self.admits(far, peer, port))
        return passing.result() if gates else tuple(passing.checks)

    def admits(self, far: Interface, peer: Peer, port: int) -> Check:
        """Whether the groups of an interface let a peer in, whatever the way to it."""
        home = next((self.network.subnets[one] for one in far.subnets if one in self.network.subnets), None)
        groups = self.outside.groups_of(far, home) if home else far.groups
        return self.groups.check(groups, peer, (port, port), inward=True)[0]

    def blocked(self, far: Interface) -> Check | None:
        """What keeps an interface from whoever comes in by a way of AWS's own; None for nothing."""
        return self.outside.blocked(far)

    def _judge(self, source: Place, target: Place, port: int) -> Checks:
        if target.kind is Kind.BALANCER and port not in target.ports:
            says = f"{target.name} answers on {_listed(target.ports)}, not {port}"
            return (
                not_known(f"a port of {target.name} is not known yet; else {says}")
                if target.unsure
                else Check(False, says),
            )
        if source.kind is Kind.INTERNET:
            return self.from_internet(target, port)
        if not source.interfaces:
            return self._from_nowhere(source, target, port)
        return self._from_inside(source, target, port)

    def _from_inside(self, source: Place, target: Place, port: int) -> Checks:
        if target.private_service:
            return self._to_service(source, replace(target, service=target.private_service), port)
        if target.kind is Kind.SERVICE:
            return self._to_service(source, target, port)
        if target.kind is Kind.INTERNET:
            return self._outward(source, target, port)
        public = any((far.public is not False and not far.shares) or far.ipv6 is not False for far in target.interfaces)
        if target.kind is Kind.BALANCER and public:
            # Its name stands for public addresses, inside the VPC as well.
            return self._by_public(source, target, port, _INTERNET)
        if target.interfaces:
            within = self.inside(source, target, port)
            if not public or lacks(within) == (0, 0):
                return within
            out = self._by_public(source, target, port, _SOME_ADDRESS)
            return best((within, out), lambda checks: checks) or ()
        return (*self._outward(source, target, port), *self.from_internet(target, port, any_will_do=False))

    def _from_nowhere(self, source: Place, target: Place, port: int) -> Checks:
        """Of pods whose nodes the stack does not make, what their policies say holds all the same."""
        if source.kind not in (Kind.PODS, Kind.NODES):
            outside = Check(ok=True, says=f"{source.name} runs outside of any VPC of the stack")
            here = target.kind in (Kind.INTERNET, Kind.SERVICE)
            return (outside,) if here else self.from_internet(target, port, any_will_do=False)
        internet = target.kind is Kind.INTERNET
        peer = Correspondent("the internet" if internet else target.name, ANYWHERE if internet else (), target.pods)
        leaving = self._policy_out(source, peer, port, target)
        return (*leaving, not_known(f"where the nodes of {source.name} stand is not in the stack"))

    def from_internet(self, target: Place, port: int, *, any_will_do: bool = True) -> Checks:
        """From public addresses to whatever kind of place; of which any will do, or one that nobody knows."""
        if target.closed:
            return (not_known(target.closed) if target.unsure else Check(ok=False, says=target.closed),)
        if target.kind not in _HOSTED and (target.kind is not Kind.BALANCER or target.interfaces):
            return self.inward(target, port)
        if port not in target.ports:
            return (Check(ok=False, says=f"{target.name} answers on {_listed(target.ports)}, not {port}"),)
        return (admitted(target, any_will_do=any_will_do),)

    def _by_public(self, source: Place, target: Place, port: int, asker: Peer) -> Checks:
        """Out by a public address and in by another, both of one version."""
        four = (*self._outward(source, target, port, both=False), *self.inward(target, port, asker, both=False))
        to, of_ = six_of(target, self.network), six_of(source, self.network)
        if not to or not of_:
            return four
        six = (*self._out_to(source, port, to), *self.inward(target, port, of_))
        return best((four, six), lambda checks: checks) or ()

    def _outward(self, source: Place, target: Place, port: int, *, both: bool = True) -> Checks:
        internet = target.kind is Kind.INTERNET
        peer = Peer("the internet" if internet else target.name, cidrs=ANYWHERE, one_of=not internet)
        return self._out_to(source, port, peer, both=both)

    def _out_to(self, source: Place, port: int, peer: Peer, *, both: bool = True) -> Checks:
        ways = (self.outside.outward(source, near, peer, port, both=both) for near in source.interfaces)
        return best((checks for found in ways for checks in found), lambda checks: checks) or ()

    def _between(self, source: Place, near: Interface, target: Place, far: Interface, ports: Ports) -> Iterator[Checks]:
        for one in near.subnets or ("",):
            for other in far.subnets or ("",):
                homes = [self.network.subnets.get(identifier) for identifier in (one, other)]
                if homes[0] and homes[1]:
                    for six in versions((near, homes[0]), (far, homes[1])):
                        yield self._pair((source, near, homes[0]), (target, far, homes[1]), ports, six=six)
                else:
                    lost = source.name if homes[0] is None else target.name
                    leaving, arriving = self._policies(source, target, ports)
                    yield (*leaving, not_known(f"the subnet of {lost} is not in the stack"), *arriving)

    def _pair(
        self,
        ask: tuple[Place, Interface, Subnet],
        answer: tuple[Place, Interface, Subnet],
        ports: Ports,
        *,
        six: bool = False,
    ) -> Checks:
        (source, near, one), (target, far, other) = ask, answer
        port, last = ports
        span = (port, last or port)
        ends = (one.addresses6, other.addresses6) if six else (address(near, one), address(far, other))
        crossing = self._crossings.between(one, other, ends, span)
        own = [self.outside.groups_of(*pair) for pair in ((near, one), (far, other))]
        stand = [tuple(end.cidrs()) or (ANYWHERE6 if six else ()) for end in ends]
        to = Peer(target.name, own[1] or (), stand[1], unreferred=crossing.unreferred, one_of=six)
        of_ = Peer(source.name, own[0] or (), stand[0], unreferred=crossing.unreferred, one_of=six)
        leaving, arriving = self._policies(source, target, ports, (to, of_))
        checks = [
            *leaving,
            *has_six((source, near), (target, far), six=six),
            self.groups.check(own[0], to, span, inward=False)[0],
            crossing.check,
            *self._acls(crossing.gates, target, to),
            self.groups.check(own[1], of_, span, inward=True)[0],
            *arriving,
        ]
        return tuple(checks)

    def _policies(
        self, source: Place, target: Place, ports: Ports, peers: tuple[Peer, Peer] | None = None
    ) -> tuple[list[Check], list[Check]]:
        port, last = ports
        to, of_ = (peer.cidrs for peer in peers) if peers else ((), ())
        leaving = self._policy_out(source, Correspondent(target.name, to, target.pods), port, target)
        policy = None
        if target.pods and last is None:
            policy = self.policies.into(target.pods, Correspondent(source.name, of_, source.pods), port)
        return list(leaving), [policy] if policy else []

    def _acls(self, gates: tuple[Gate, ...], target: Place, to: Peer) -> Iterator[Check]:
        if not gates:
            return
        passing = Passing(to.addresses, any_will_do=False)
        shut = self._gates.shut(gates, to.addresses)
        named = ", ".join(dict.fromkeys(gate.acl.name for gate in gates))
        no = f"no rule by which {described(shut, target.name)}" if shut else f"network ACL {named} is in the way"
        passing.add(self._gates.together(gates), yes=f"network ACL {named} lets it and its answers pass", no=no)
        yield from passing.checks

    def _to_service(self, source: Place, target: Place, port: int) -> Checks:
        every = (checks for near in source.interfaces for checks in self._service_from(source, near, target, port))
        return best(every, lambda checks: checks) or ()

    def _service_from(self, source: Place, near: Interface, target: Place, port: int) -> Iterator[Checks]:
        mine = [self.network.subnets[subnet] for subnet in near.subnets if subnet in self.network.subnets]
        vpcs = {subnet.vpc for subnet in mine}
        tables = {subnet.table for subnet in mine if subnet.table}
        near_by = source.region == target.region
        endpoint = self.endpoints.find(next(iter(vpcs), ""), target.service, tables) if near_by else None
        if endpoint is None:
            peer = Peer(target.name, cidrs=ANYWHERE, one_of=True, apart=self.network.addresses)
            yield from self.outside.outward(source, near, peer, port)
        elif endpoint.gateway:
            peer = Peer(
                f"{target.service}'s addresses", cidrs=ANYWHERE, prefix_lists=(endpoint.prefix_list,), one_of=True
            )
            own = self.outside.groups_of(near, mine[0])
            yield (
                *self._policy_out(source, Correspondent(peer.says, cidrs=ANYWHERE), port),
                self.groups.check(own, peer, (port, port), inward=False)[0],
                *self._acls(tuple(self._gates.at(mine[0], serves=False, peer=None, ports=(port, port))), target, peer),
                Check(ok=True, says=f"a route to gateway endpoint {endpoint.name}", urns=(endpoint.urn,)),
                *self.endpoints.policy(endpoint, target),
            )
        else:
            standing = Place(
                endpoint.name, Kind.SERVICE, (endpoint.urn,), interfaces=(Interface(endpoint.subnets, endpoint.groups),)
            )
            for first, *rest in self._between(source, near, standing, standing.interfaces[0], (port, None)):
                yield (
                    replace(first, urns=(*first.urns, endpoint.urn)),
                    *rest,
                    *self.endpoints.policy(endpoint, target),
                )

    def _policy_out(self, source: Place, other: Correspondent, port: int, target: Place | None = None) -> Checks:
        if source.pods is None:
            return ()
        found = self.policies.out(source.pods, other, port, target.pods if target else None)
        return (found,) if found else ()


def _listed(ports: tuple[int, ...]) -> str:
    return " and ".join(map(str, ports)) or "no port"
