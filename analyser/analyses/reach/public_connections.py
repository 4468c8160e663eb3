"""Connections between VPC interfaces and public addresses, in both directions."""

from collections.abc import Iterator
from dataclasses import replace

from analyser.analyses.reach.acl_passages import Gate, Gates, described
from analyser.analyses.reach.address_filters import Passing
from analyser.analyses.reach.addresses import NOWHERE, Addresses, Bounds, exactly, six, union
from analyser.analyses.reach.gateways import Exit, Gateways
from analyser.analyses.reach.nat64 import Translation
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.network_policies import Correspondent, NetworkPolicies
from analyser.analyses.reach.place import Check, Interface, Place, not_known
from analyser.analyses.reach.security_groups import ANYWHERE, ANYWHERE6, Peer, SecurityGroups

Checks = tuple[Check, ...]


class Outside:
    """Judges single connections from and to the internet."""

    def __init__(self, network: Network, groups: SecurityGroups, policies: NetworkPolicies, gateways: Gateways) -> None:
        self._network = network
        self._groups = groups
        self._policies = policies
        self._gateways = gateways
        self._gates = Gates(network.acls)
        self._translation = Translation(network, groups, gateways)

    def inward(self, target: Place, far: Interface, port: int, peer: Peer, *, both: bool = True) -> Iterator[Checks]:
        """From public addresses to an interface: one result for each subnet and version that it may have."""
        for one in _versions(peer, far, both=both):
            for identifier in far.subnets or ("",):
                subnet = self._network.subnets.get(identifier)
                yield (
                    self._into(target, far, subnet, port, one) if subnet else self._into_nowhere(target, far, port, one)
                )

    def outward(self, source: Place, near: Interface, peer: Peer, port: int, *, both: bool = True) -> Iterator[Checks]:
        """From an interface to public addresses: one result for each subnet, version and kind of way out."""
        for one in _versions(peer, near, both=both):
            for identifier in near.subnets or ("",):
                subnet = self._network.subnets.get(identifier)
                if subnet is None:
                    yield (*self._leaving(source, near, "", one, port)[0], not_known(_lost(source.name, identifier)))
                    continue
                for way in self._ways(source, subnet, near, one, port):
                    yield self._out_by(source, near, subnet, way, one, port)
        if peer.cidrs == ANYWHERE:
            for home in filter(None, map(self._network.subnets.get, near.subnets)):
                yield from self._translation.ways(source, near, home, self._own(near, home.vpc), port)

    def _ways(self, source: Place, subnet: Subnet, near: Interface, peer: Peer, port: int) -> list[Exit]:
        """The ways out; to a peer at some unknown address, all of them as one."""
        ways = self._gateways.outward(subnet, near, peer.addresses, port)
        if not peer.one_of or len(ways) < 2:
            return ways
        folded = [self._whole(way, source, near, subnet, peer, port) for way in ways]
        certain, possible = (union(getattr(one, side) for one in folded) for side in ("certain", "possible"))
        why = tuple(dict.fromkeys(reason for one in folded for reason in one.why))
        return [Exit(Bounds(certain, possible, why), next((way.route for way in ways if way.route), None))]

    def _whole(self, way: Exit, source: Place, near: Interface, subnet: Subnet, peer: Peer, port: int) -> Bounds:
        """What all that is on a way lets through of the peer's addresses."""
        found = way.bounds & self._gates.together(way.gates)
        checks = [way.block] if way.block else []
        if way.via:
            enters, _, bounds = self._through(way.via, source, near, subnet, peer, port)
            checks, found = [*checks, enters], found & bounds
        if any(check.missing for check in checks):
            return exactly(NOWHERE)
        lost = tuple(check.says for check in checks if not check.known)
        return Bounds(NOWHERE, found.possible, (*found.why, *lost)) if lost else found

    def _through(
        self, via: tuple[str, Interface, Subnet], source: Place, near: Interface, subnet: Subnet, peer: Peer, port: int
    ) -> tuple[Check, Check, Bounds]:
        """What the groups of a machine that forwards say of what comes in and of what goes on."""
        name, one, home = via
        groups, own = self.groups_of(one, home), self._own(near, subnet.vpc) or ()
        asker = Peer(source.name, own, tuple(subnet.addresses.cidrs()))
        enters, _ = self._groups.check(groups, asker, (port, port), inward=True)
        leaves, bounds = self._groups.check(groups, peer, (port, port), inward=False)
        enters, leaves = (replace(check, says=f"{name}: {check.says}") for check in (enters, leaves))
        return enters, leaves, bounds

    def _into(self, target: Place, far: Interface, subnet: Subnet, port: int, peer: Peer) -> Checks:
        passing = Passing(peer.addresses, any_will_do=peer.anywhere)
        way = self._gateways.inward(subnet, peer.addresses)
        route = way.route
        passing.add(
            way.bounds,
            yes=f"{target.name} is in a subnet with a route to the internet gateway ({route.name if route else ''})",
            no=self._no_way_in(target, far, subnet, peer.addresses),
            urns=(route.urn,) if route else (),
        )
        passing.also(way.block)
        passing.also(_address(target, far, by_six=six(peer.addresses)))
        self._acls(passing, self._gates.at(subnet, serves=True, peer=None, ports=(port, port)), peer)
        check, bounds = self._groups.check(self.groups_of(far, subnet), peer, (port, port), inward=True)
        passing.add(bounds, yes=check.says, no=check.says, urns=check.urns)
        passing.also(self._policy_in(target, peer, port))
        return passing.result()

    def _policy_in(self, target: Place, peer: Peer, port: int) -> Check | None:
        if target.pods is None:
            return None
        return self._policies.into(target.pods, Correspondent(peer.says, cidrs=peer.cidrs), port)

    def _into_nowhere(self, target: Place, far: Interface, port: int, peer: Peer) -> Checks:
        groups = far.groups or (None if far.groups is None else ("?",))
        check, _ = self._groups.check(groups, peer, (port, port), inward=True)
        lost = not_known(_lost(target.name, far.subnets[0] if far.subnets else ""))
        return (lost, _address(target, far, by_six=six(peer.addresses)), check)

    def _no_way_in(self, target: Place, far: Interface, subnet: Subnet, clients: Addresses) -> str:
        others = [self._network.subnets[one] for one in far.subnets if one in self._network.subnets]
        if any(self._gateways.inward(one, clients).bounds.possible for one in others):
            return f"subnet {subnet.name} of {target.name} has no route to an internet gateway"
        return f"no subnet of {target.name} has a route to an internet gateway ({self.names(far.subnets)})"

    def _leaving(self, source: Place, near: Interface, vpc: str, peer: Peer, port: int) -> tuple[list[Check], Passing]:
        passing = Passing(peer.addresses, any_will_do=peer.anywhere)
        if source.pods is not None:
            passing.also(self._policies.out(source.pods, Correspondent(peer.says, cidrs=peer.cidrs), port, None))
        check, bounds = self._groups.check(self._own(near, vpc), peer, (port, port), inward=False)
        passing.add(bounds, yes=check.says, no=check.says, urns=check.urns)
        return passing.checks, passing

    def _out_by(self, source: Place, near: Interface, subnet: Subnet, way: Exit, peer: Peer, port: int) -> Checks:
        _, passing = self._leaving(source, near, subnet.vpc, peer, port)
        route = way.route
        passing.add(
            way.bounds,
            yes=f"a route to the internet by {route.way} ({route.name})" if route else "",
            no=f"no route to the internet from {self.names(near.subnets)}",
            urns=(route.urn,) if route else (),
        )
        passing.also(way.block)
        if way.via:
            enters, leaves, bounds = self._through(way.via, source, near, subnet, peer, port)
            passing.also(enters)
            passing.add(bounds, yes=leaves.says, no=leaves.says, urns=leaves.urns)
        own = self._gates.at(subnet, serves=False, peer=None, ports=(port, port))
        self._acls(passing, [*own, *way.gates], peer)
        return passing.result()

    def _acls(self, passing: Passing, gates: list[Gate], peer: Peer) -> None:
        if not gates:
            return
        named = ", ".join(dict.fromkeys(gate.acl.name for gate in gates))
        shut = self._gates.shut(gates, peer.addresses)
        passing.add(
            self._gates.together(gates),
            yes=f"network ACL {named} lets it and its answers pass",
            no=f"no rule by which {described(shut, peer.says)}" if shut else f"network ACL {named} is in the way",
            urns=tuple(dict.fromkeys(gate.acl.urn for gate in gates)),
        )

    def groups_of(self, interface: Interface, subnet: Subnet) -> tuple[str, ...] | None:
        """The groups of an interface: the VPC's default one where it was given none."""
        return self._own(interface, subnet.vpc)

    def _own(self, interface: Interface, vpc: str) -> tuple[str, ...] | None:
        if interface.groups is None:
            return None
        return self._groups.rules.same(interface.groups) or (self._groups.rules.default_of(vpc),)

    def blocked(self, far: Interface) -> Check | None:
        """What keeps an interface from whoever comes in by a way of AWS's own; None for nothing."""
        homes = [self._network.subnets[one] for one in far.subnets if one in self._network.subnets]
        found = [self._gateways.blocked(home) for home in homes]
        return None if None in found else next(iter(found), None)

    def names(self, subnets: tuple[str, ...]) -> str:
        """The user-visible names of subnets."""
        known = (self._network.subnets.get(subnet) for subnet in subnets)
        return ", ".join(subnet.name for subnet in known if subnet) or ", ".join(subnets) or "no subnet of the stack"


def _versions(peer: Peer, own: Interface, *, both: bool) -> list[Peer]:
    """The peer by each version that the interface may speak to him by."""
    if six(peer.addresses):
        return [peer] if own.ipv6 is not False else []
    return [peer, *([_six(peer)] if both and own.ipv6 is not False else [])]


def _six(peer: Peer) -> Peer:
    return replace(peer, cidrs=ANYWHERE6)


def _address(target: Place, far: Interface, *, by_six: bool) -> Check:
    has = far.ipv6 if by_six else far.public if not far.shares else False
    if has is None:
        return not_known(f"whether {target.name} has a public address is not known")
    kind = "an address of version 6" if by_six else "a public address" if has else "no public address"
    return Check(ok=has, says=f"{target.name} has {kind}")


def _lost(name: str, subnet: str) -> str:
    if subnet in ("", "?"):
        return f"the subnet of {name} is not known"
    return f"subnet {subnet} of {name} is not in the stack"
