"""The ports of a place that its network admits, where its own listening ports are unknown."""

from analyser.analyses.reach.graph_view import UNKNOWN_NAME
from analyser.analyses.reach.network import Network
from analyser.analyses.reach.place import Check, Interface, Place, not_known
from analyser.analyses.reach.public_connections import Outside
from analyser.analyses.reach.security_groups import SecurityGroups

_USUAL = 443
_WIDE = 1000
_MOST = 12


class Opened:
    """The ports by security groups, and where an ACL divides these."""

    def __init__(self, network: Network, outside: Outside, groups: SecurityGroups) -> None:
        self._network = network
        self._outside = outside
        self._groups = groups
        self._known: dict[tuple[Interface, ...], tuple[int, ...]] = {}

    def ports(self, target: Place) -> tuple[int, ...]:
        """One port for each stretch that rules treat alike; none where nothing is let in."""
        if target.interfaces not in self._known:
            found = sorted({port for one in target.interfaces for port in self._of(one)})
            self._known[target.interfaces] = tuple(found[:_MOST])
        return self._known[target.interfaces]

    def none(self, target: Place) -> tuple[Check, ...]:
        """The answer for a place with no such port."""
        groups = {group for one in target.interfaces for group in self._own(one) or ()}
        lost = [group for group in groups if not self._groups.rules.knows(group)]
        if lost:
            return (not_known(f"the rules of security group {lost[0]} of {target.name} are not in the stack"),)
        names = " and ".join(sorted(map(self._groups.rules.name, groups)))
        return (Check(ok=False, says=f"security group {names} of {target.name} lets nobody in on any port"),)

    def _of(self, interface: Interface) -> set[int]:
        groups = self._own(interface)
        if groups is None:
            return {_USUAL}
        rules = [rule for group in groups for rule in self._groups.rules.of(group, inward=True)]
        found = set()
        for rule in rules:
            wide = rule.ports.last - rule.ports.first > _WIDE and rule.ports.covers(_USUAL, _USUAL)
            found.add(_USUAL if wide else max(rule.ports.first, 1))
        edges = {edge for subnet in interface.subnets for edge in self._edges(subnet)}
        return found | {edge for edge in edges if any(rule.ports.covers(edge, edge) for rule in rules)}

    def _edges(self, subnet: str) -> set[int]:
        home = self._network.subnets.get(subnet)
        acl = self._network.acls.of(home.id, home.vpc) if home else None
        return self._network.acls.edges(acl) if acl else set()

    def _own(self, interface: Interface) -> tuple[str, ...] | None:
        if interface.groups is None:
            return None
        home = next((self._network.subnets[one] for one in interface.subnets if one in self._network.subnets), None)
        return self._outside.groups_of(interface, home) if home else interface.groups or (UNKNOWN_NAME,)
