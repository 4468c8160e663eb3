"""What network ACLs let pass: rules in the order of their numbers, each direction by itself, answers too.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html. Nothing is remembered of a connection, so an answer
needs a rule of its own, to whichever port the client has opened:
https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.addresses import ALL, NOWHERE, Addresses, Bounds, exactly, of
from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text
from analyser.analyses.reach.group_rules import VPC
from analyser.analyses.reach.protocols import Ports, number, tcp_ports
from policy.model import Block, Resource, known

ACL = "aws:ec2/networkAcl:NetworkAcl"
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
RULE = "aws:ec2/networkAclRule:NetworkAclRule"
ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
# What clients open connections from: all that NAT gateways and load balancers use, Linux, Windows.
CLIENT_PORTS = ((1024, 65535), (32768, 60999), (49152, 65535))
_LAST = 32766
_VPCS = (VPC, "aws:ec2/defaultVpc:DefaultVpc")


@dataclass(frozen=True)
class _Rule:
    number: int
    allows: bool
    ports: Ports
    addresses: Addresses
    known: bool


class NetworkAcls:
    """The ACL of every subnet, where it is one that says anything."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._by_subnet: dict[str, Resource] = {}
        self._by_vpc: dict[str, Resource] = {}
        self._rules: dict[tuple[str, bool], list[_Rule]] = {}
        self._not_known: dict[str, str] = {}
        self._passing: dict[tuple[str, tuple[int, int], bool], Bounds] = {}
        for found in view.of(DEFAULT_ACL):
            self._by_vpc |= {view.id_of(vpc): found for vpc in self._vpcs(found, "defaultNetworkAclId")}
        for found in view.of(ACL, DEFAULT_ACL):
            self._by_subnet |= dict.fromkeys(names(found, "subnetIds"), found)
            self._read(found)
        for found in view.of(ASSOCIATION):
            for acl in self._acls(found, "networkAclId"):
                self._by_subnet |= dict.fromkeys(names(found, "subnetId"), acl)
        for found in view.of(RULE):
            self._apart(found)

    def of(self, subnet: str, vpc: str) -> Resource | None:
        """The ACL of a subnet; None for the one that AWS makes, which lets everything pass."""
        return self._by_subnet.get(subnet) or self._by_vpc.get(vpc)

    def passing(self, acl: Resource, ports: tuple[int, int], *, inward: bool) -> Bounds:
        """The addresses that all of a range of ports may be spoken with, from (inward) or to (outward)."""
        key = (acl.urn, ports, inward)
        if key not in self._passing:
            self._passing[key] = self._judged(acl, ports, inward=inward)
        return self._passing[key]

    def _judged(self, acl: Resource, ports: tuple[int, int], *, inward: bool) -> Bounds:
        why = self._not_known.get(acl.urn) or (
            f"a network ACL has subnets that are not known yet ({self._by_subnet[UNKNOWN_NAME].name})"
            if UNKNOWN_NAME in self._by_subnet
            else ""
        )
        rules = sorted(self._rules.get((acl.urn, not inward), ()), key=lambda rule: rule.number)
        found = exactly(ALL)
        for segment in _segments(rules, ports):
            found &= _evaluated(rules, segment)
        if not why:
            return found
        return Bounds(NOWHERE, ALL, (why,))

    def edges(self, acl: Resource) -> set[int]:
        """The first port of each stretch that the rules of either direction treat alike."""
        rules = [*self._rules.get((acl.urn, False), ()), *self._rules.get((acl.urn, True), ())]
        return {max(edge, 1) for rule in rules for edge in (rule.ports.first, rule.ports.last + 1)}

    def _read(self, acl: Resource) -> None:
        for key, egress in (("ingress", False), ("egress", True)):
            if acl.unknown(key):
                self._not_known[acl.urn] = f"the rules of network ACL {acl.name} are not known yet"
            for block in acl.blocks(key):
                self._add(acl, block, number(block.get("ruleNo")), block.get("action"), egress=egress)

    def _apart(self, found: Resource) -> None:
        acls = self._acls(found, "networkAclId")
        for acl in acls or (self._view.of(ACL, DEFAULT_ACL) if found.unknown("networkAclId") else ()):
            if not acls:
                self._not_known[acl.urn] = f"which network ACL rule {found.name} is of is not known yet"
            egress = found.get("egress")
            if not known(egress):
                self._not_known[acl.urn] = f"the direction of rule {found.name} is not known yet"
                continue
            at, does = number(found.get("ruleNumber")), found.get("ruleAction")
            self._add(acl, found, at, does, egress=str(egress).lower() == "true")

    def _vpcs(self, found: Resource, path: str) -> list[Resource]:
        named = text(found.get(path))
        by_value = [vpc for vpc in self._view.of(*_VPCS) if named and named == vpc.outputs.get("defaultNetworkAclId")]
        return by_value or self._view.refers(found, path, *_VPCS)

    def _acls(self, found: Resource, path: str) -> list[Resource]:
        acls = self._view.refers(found, path, ACL, DEFAULT_ACL)
        vpcs = self._vpcs(found, path) if not acls else []
        return acls or [self._by_vpc[key] for vpc in vpcs if (key := self._view.id_of(vpc)) in self._by_vpc]

    def _add(self, acl: Resource, found: Resource | Block, at: int | None, does: object, *, egress: bool) -> None:
        ports = tcp_ports(found, "protocol")
        if ports is None:
            return
        cidrs = [found.get(key) for key in ("cidrBlock", "ipv6CidrBlock")]
        sure = ports.known and known(does) and at is not None and all(map(known, cidrs))
        addresses = NOWHERE
        for cidr in cidrs:
            addresses |= (of(text(cidr)) or NOWHERE) if known(cidr) else ALL
        allows = not known(does) or str(does).lower() == "allow"
        rule = _Rule(at or 0, allows, ports, addresses, sure)
        self._rules.setdefault((acl.urn, egress), []).append(rule)


def _segments(rules: list[_Rule], ports: tuple[int, int]) -> Iterator[int]:
    """One port of each stretch within which every rule says the same."""
    first, last = ports
    edges = {first}
    for rule in rules:
        edges |= {rule.ports.first, rule.ports.last + 1}
    return (edge for edge in sorted(edges) if first <= edge <= last)


def _evaluated(rules: list[_Rule], port: int) -> Bounds:
    """The first rule that is about an address decides; where none is, the last of every ACL denies."""
    left, certain, possible, why = exactly(ALL), NOWHERE, NOWHERE, []
    for rule in rules:
        if not rule.ports.covers(port, port) or rule.number > _LAST:
            continue
        here = left & exactly(rule.addresses)
        if not rule.known:
            why.append("a rule of the network ACL is not known yet")
            possible |= here.possible
            left = Bounds(left.certain - rule.addresses, left.possible)
            continue
        certain |= here.certain if rule.allows else NOWHERE
        possible |= here.possible if rule.allows else NOWHERE
        left = Bounds(left.certain - rule.addresses, left.possible - rule.addresses)
    return Bounds(certain, certain | possible, tuple(why))
