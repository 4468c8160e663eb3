"""Which network ACLs a connection passes, there and back."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyser.analyses.reach.addresses import ALL, NOWHERE, Addresses, Bounds, exactly, union
from analyser.analyses.reach.network import Subnet
from analyser.analyses.reach.network_acls import CLIENT_PORTS, NetworkAcls
from policy.model import Resource

Range = tuple[int, int]


@dataclass(frozen=True)
class Gate:
    """One evaluation of a network ACL: a request or its answer, into or out of a subnet."""

    acl: Resource
    inward: bool
    answer: bool
    peer: Addresses | None
    """The addresses at the other end as the ACL sees them; None for those that are asked for."""
    ports: Range = CLIENT_PORTS[0]
    """Of a request, those it goes to; of an answer, where not ``of_client``, those it may go to."""
    of_client: bool = True


class Gates:
    """Finds the network ACLs that a connection passes, and evaluates them together."""

    def __init__(self, acls: NetworkAcls) -> None:
        self._acls = acls

    def at(self, subnet: Subnet, *, serves: bool, peer: Addresses | None, ports: Range) -> list[Gate]:
        """The evaluations at one subnet: that of the server (``serves``) or that of the client."""
        acl = self._acls.of(subnet.id, subnet.vpc)
        if acl is None:
            return []
        request = Gate(acl, inward=serves, answer=False, peer=peer, ports=ports)
        return [request, Gate(acl, inward=not serves, answer=True, peer=peer)]

    def together(self, gates: Iterable[Gate]) -> Bounds:
        """The addresses that pass every ACL, for the whole ephemeral port range of some kind of client."""
        passages = list(gates)
        certain, possible, why = NOWHERE, NOWHERE, ()
        for client in CLIENT_PORTS:
            found = self._all(passages, client)
            certain |= found.certain
            possible |= found.possible
            why = why or found.why
        if not certain.covers(ALL):
            some = self._for_some_ports(passages)
            why = why or (("answers pass to some of the ports that clients open",) if some - possible else ())
            possible |= some
        return Bounds(certain, possible, why)

    def _all(self, passages: list[Gate], client: Range) -> Bounds:
        found = exactly(ALL)
        for gate in passages:
            found &= self._through(gate, client)
        return found

    def _for_some_ports(self, passages: list[Gate]) -> Addresses:
        """The addresses for which some port that a client might open is answered."""
        first, last = CLIENT_PORTS[0]
        edges = {edge for gate in passages for edge in self._acls.edges(gate.acl) if first <= edge <= last}
        return union(self._all(passages, (port, port)).possible for port in sorted({first, *edges}))

    def shut(self, gates: Iterable[Gate], wanted: Addresses) -> Gate | None:
        """The first evaluation that stops all of the wanted addresses, for every kind of client; None for none."""
        for gate in gates:
            if not any(self._through(gate, client).certain & wanted for client in CLIENT_PORTS):
                return gate
        return None

    def _through(self, gate: Gate, client: Range) -> Bounds:
        ports = client if gate.answer and gate.of_client else gate.ports
        found = self._acls.passing(gate.acl, ports, inward=gate.inward)
        if gate.peer is None:
            return found
        if found.certain.covers(gate.peer):
            return exactly(ALL)
        if not found.possible & gate.peer:
            return exactly(NOWHERE)
        return Bounds(NOWHERE, ALL, found.why)


def described(gate: Gate, client: str) -> str:
    """A passage in words: what is asked of which ACL."""
    way = ("in" if gate.inward else "out") + (" answers" if gate.answer else "")
    ports = (
        "" if gate.answer else f" tcp {gate.ports[0]}" + (f"-{gate.ports[1]}" if gate.ports[1] != gate.ports[0] else "")
    )
    return f"network ACL {gate.acl.name} lets {way}{ports} {'from' if gate.inward else 'to'} {client}"
