"""NAT64: from IPv6 subnets to the IPv4 internet by a NAT gateway.

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
"""

from dataclasses import replace

from analyser.analyses.reach.acl_passages import Gates
from analyser.analyses.reach.address_filters import Passing
from analyser.analyses.reach.addresses import INTERNET4, of_all
from analyser.analyses.reach.gateways import Gateways
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.place import Check, Interface, Place, not_known
from analyser.analyses.reach.routes import Hop, Way
from analyser.analyses.reach.security_groups import Peer, SecurityGroups

_PREFIX = "64:ff9b::/96"
_TRANSLATED = of_all([_PREFIX])


class Translation:
    """Judges the way by a NAT gateway that translates versions."""

    def __init__(self, network: Network, groups: SecurityGroups, gateways: Gateways) -> None:
        self._network = network
        self._groups = groups
        self._gateways = gateways
        self._gates = Gates(network.acls)

    def ways(
        self, source: Place, near: Interface, subnet: Subnet, groups: tuple[str, ...] | None, port: int
    ) -> list[tuple[Check, ...]]:
        """The checks of each such way out of a subnet."""
        if near.ipv6 is False or not subnet.cidr6:
            return []
        hops = self._network.hops(subnet, _TRANSLATED)
        by_nat = [hop for hop in hops if hop.route and hop.route.way is Way.NAT_GATEWAY]
        return [self._by(source, near, subnet, groups, hop, port) for hop in by_nat]

    def _by(
        self, source: Place, near: Interface, subnet: Subnet, groups: tuple[str, ...] | None, hop: Hop, port: int
    ) -> tuple[Check, ...]:
        peer = Peer("the internet of version 4", cidrs=(_PREFIX,))
        own = self._gates.at(subnet, serves=False, peer=_TRANSLATED, ports=(port, port))
        beyond = self._gateways.by_nat(subnet, replace(hop, addresses=INTERNET4), port)
        passing = Passing(INTERNET4, any_will_do=True)
        passing.also(self._groups.check(groups, peer, (port, port), inward=False)[0])
        passing.also(
            None if near.ipv6 else not_known(f"whether {source.name} has an address of version 6 is not known")
        )
        name = hop.route.name if hop.route else ""
        passing.add(
            beyond.bounds,
            yes=f"a route to the internet of version 4 by NAT gateway ({name})",
            no=f"the NAT gateway of route {name} has no way to the internet",
            urns=(hop.route.urn,) if hop.route else (),
        )
        passing.also(beyond.block)
        gates = [*own, *beyond.gates]
        if gates:
            names = ", ".join(dict.fromkeys(gate.acl.name for gate in gates))
            passing.add(
                self._gates.together(gates),
                yes=f"network ACL {names} lets it and its answers pass",
                no=f"network ACL {names} is in the way",
            )
        passing.also(_names(subnet))
        return passing.result()


def _names(subnet: Subnet) -> Check:
    if subnet.translates:
        return Check(ok=True, says=f"DNS of {subnet.name} gives names an address of version 6 (DNS64)")
    return not_known(
        f"whether anything gives names an address of version 6 is not known: DNS64 of {subnet.name} is off"
    )
