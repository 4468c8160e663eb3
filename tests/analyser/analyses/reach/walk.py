"""A packet's walk through a network of plain data, there and back: slow, simple, and of no part of the analyser.

It tries single addresses and single ports, each by every rule in turn. What comes out of it is what AWS documents of
routes, security groups, ACLs, NAT gateways, peerings and transit gateways; the analyser must come to the same.
"""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from tests.analyser.analyses.reach.networks import AclRule, Machine, Net, Rule, six_of

CLIENTS = ((1024, 65535), (32768, 60999), (49152, 65535))
YES, SOME, NO = "yes", "not known", "no"


def walk(net: Net, source: str, target: str, port: int) -> str:
    """Whether a connection comes about: yes, no, or not known where some addresses or client's ports fare otherwise."""
    if source == "internet":
        return _any(_served(net, net.machines[target], client, port) for client in _clients(net))
    if target == "store":
        return _stored(net, net.machines[source])
    if target == "internet":
        return _any(_left(net, net.machines[source], server, port) for server in _clients(net))
    one, two = net.machines[source], net.machines[target]
    found = [_inside(net, one, two, port, (one.address, two.address))]
    ends = _six(net, one), _six(net, two)
    if all(ends):
        found.append(_inside(net, one, two, port, ends))
        # By its own address of version 6, which is a public one.
        found.append(min(_left(net, one, ends[1], port), _served(net, two, ends[0], port), key=_rank))
    if _public(net, two):
        out = _all(_left(net, one, server, port) for server in _clients(net) if ":" not in server)
        into = _all(_served(net, two, client, port) for client in _clients(net) if ":" not in client)
        found.append(min(out, into, key=_rank))
    return max(found, key=_rank)


def _stored(net: Net, machine: Machine) -> str:
    """To a bucket: by the endpoint of the subnet's table, or else like anything on addresses that nobody knows."""
    subnet = machine.subnet
    tables, says = net.endpoints.get(net.subnets[subnet].vpc, ([], ""))
    if subnet not in tables:
        own = [ip_network(six_of(vpc)) for vpc in net.vpcs]
        ends = [one for one in _clients(net) if not any(ip_address(one) in held for held in own)]
        by_version = [[one for one in ends if (":" in one) is six] for six in (False, True)]
        return max((_all(_left(net, machine, one, 443) for one in ends) for ends in by_version), key=_rank)
    if says not in ("", "all", "store"):
        return NO
    return _all(_endpoint(net, machine, server) for server in _clients(net) if ":" not in server)


def _endpoint(net: Net, machine: Machine, server: str) -> str:
    subnet = machine.subnet
    there = _let(net, machine, server, 443, (), inward=False) and _acl(net, subnet, server, 443, inward=False)
    ports = _tried(net)
    return _for_clients([_acl(net, subnet, server, one, inward=True) for one in ports], ports) if there else NO


def _blocked(net: Net, subnet: str, way: str) -> bool:
    """Whether the region keeps a subnet's traffic from the internet: "in", "out", or "one way" out."""
    spared = {net.spared.get(subnet), net.spared.get(net.subnets[subnet].vpc)}
    if not net.block or "allow-bidirectional" in spared:
        return False
    if net.block == "block-ingress":
        return way != "one way"
    return way == "in" or "allow-egress" not in spared


def _rank(answer: str) -> int:
    return (NO, SOME, YES).index(answer)


def _any(answers: Iterator[str]) -> str:
    return max(answers, key=_rank)


def _all(answers: Iterator[str]) -> str:
    """Of one address among many that nobody knows."""
    found = set(answers)
    return found.pop() if len(found) == 1 else NO if found == {NO} else SOME


def _clients(net: Net) -> list[str]:
    """A public address of each kind that rules and routes tell apart."""
    cidrs = {"8.8.8.0/24", "203.0.113.7/32", "0.0.0.0/1", "128.0.0.0/1"}
    found = {"8.8.8.8", "9.9.9.9", "150.0.0.1"}
    for cidr in cidrs:
        block = ip_network(cidr)
        found |= {str(block[0]), str(block[-1])} if block.prefixlen > 8 else set()
    six = ["2001:4860::8", "2600:1f18::9", "2600:1f18:1::9", "2600:1f18:9::1", "2a00:1450::1", "3fff::1"]
    return [*sorted(found), *six]


def _six(net: Net, machine: Machine) -> str:
    """An address of version 6 where a machine has one: which, no rule of these networks asks."""
    home = net.subnets[machine.subnet]
    return home.cidr6.replace("::/64", "::5") if home.gives_six else ""


def _home(net: Net, name: str) -> tuple[str, str]:
    return name, net.subnets[name].vpc


def _route(net: Net, subnet: str, address: str) -> tuple[str, str]:
    """What takes a packet, by the longest prefix that holds its address."""
    own = net.subnets[subnet]
    routes = [(cidr, *to) for at, *to in own.routes for cidr in net.lists.get(at, [at])]
    routes += [(cidr, "local", own.vpc) for cidr in (net.vpcs[own.vpc], six_of(own.vpc))]
    fitting = [one for one in routes if ip_address(address) in ip_network(one[0])]
    best = max(fitting, key=lambda one: ip_network(one[0]).prefixlen, default=("", "nothing", ""))
    return best[1], best[2]


def _acl(net: Net, subnet: str, address: str, port: int, *, inward: bool) -> bool:
    acl = net.subnets[subnet].acl
    if acl is None:
        return True
    rules: list[AclRule] = acl[0] if inward else acl[1]
    for _, allows, protocol, first, last, cidr in sorted(rules):
        every = protocol == "-1"
        fits = every or (protocol.lower() in ("tcp", "6") and first <= port <= last)
        if fits and ip_address(address) in ip_network(cidr):
            return allows
    return False


def _groups(net: Net, machine: Machine) -> list[tuple[str, list[Rule], list[Rule]]]:
    return [net.groups[name] for name in machine.groups]


def _let(net: Net, machine: Machine, address: str, port: int, others: tuple[str, ...], *, inward: bool) -> bool:
    """By one rule of one of its groups; the default group takes its own members and lets everything out."""
    vpc = net.subnets[machine.subnet].vpc
    if not machine.groups:
        return f"default {vpc}" in others if inward else True
    for _, ingress, egress in _groups(net, machine):
        for protocol, first, last, peer in ingress if inward else egress:
            if protocol != "-1" and (protocol.lower() not in ("tcp", "6") or not first <= port <= last):
                continue
            ranges = [] if peer in net.groups else net.lists.get(peer, [peer])
            if peer in others or any(ip_address(address) in ip_network(one) for one in ranges):
                return True
    return False


def _names(net: Net, machine: Machine) -> tuple[str, ...]:
    return tuple(machine.groups) or (f"default {net.subnets[machine.subnet].vpc}",)


def _public(net: Net, machine: Machine) -> bool:
    asked = net.subnets[machine.subnet].maps_public if machine.asks_public is None else machine.asks_public
    return machine.elastic or asked


def _to_internet(net: Net, subnet: str, address: str) -> bool:
    vpc = net.subnets[subnet].vpc
    return _route(net, subnet, address) == ("igw", vpc) and net.gateways[vpc]


def _for_clients(passes: list[bool], ports: list[int]) -> str:
    """Yes where every port of some kind of client is answered, not known where only some are."""
    by_port = dict(zip(ports, passes, strict=True))
    for first, last in CLIENTS:
        if all(ok for port, ok in by_port.items() if first <= port <= last):
            return YES
    return SOME if any(passes) else NO


def _tried(net: Net) -> list[int]:
    """Ports on both sides of every edge that a rule or a kind of client has."""
    edges = {edge for first, last in CLIENTS for edge in (first, last)}
    for subnet in net.subnets.values():
        for side in subnet.acl or ():
            edges |= {edge for _, _, _, first, last, _ in side for edge in (first, last, first - 1, last + 1)}
    return sorted(edge for edge in edges if 1024 <= edge <= 65535)


def _served(net: Net, machine: Machine, client: str, port: int) -> str:
    """A client of the internet speaks to a machine."""
    subnet = machine.subnet
    reached = bool(_six(net, machine)) if ":" in client else _public(net, machine)
    there = reached and _to_internet(net, subnet, client) and not _blocked(net, subnet, "in")
    there = there and _acl(net, subnet, client, port, inward=True) and _let(net, machine, client, port, (), inward=True)
    if not there:
        return NO
    ports = _tried(net)
    return _for_clients([_acl(net, subnet, client, one, inward=False) for one in ports], ports)


def _left(net: Net, machine: Machine, server: str, port: int) -> str:
    """A machine speaks to a server of the internet."""
    subnet = machine.subnet
    if not _let(net, machine, server, port, (), inward=False) or not _acl(net, subnet, server, port, inward=False):
        return NO
    way, via = _route(net, subnet, server)
    ports = _tried(net)
    if way in ("igw", "egress"):
        own = bool(_six(net, machine)) if ":" in server else _public(net, machine)
        leaves = way == "egress" or _to_internet(net, subnet, server)
        if not own or not leaves or _blocked(net, subnet, "one way" if way == "egress" else "out"):
            return NO
        return _for_clients([_acl(net, subnet, server, one, inward=True) for one in ports], ports)
    home = _translator(net, machine, (way, via), server, port)
    if not home or not _to_internet(net, home, server):
        return NO
    if home == subnet:
        return _for_clients([_acl(net, subnet, server, one, inward=True) for one in ports], ports)
    mine = machine_range(net, subnet)
    beyond = all(
        _acl(net, home, each, port, inward=True) and _acl(net, home, server, port, inward=False) for each in mine
    ) and all(_acl(net, home, server, one, inward=True) for one in ports)
    if not beyond:
        return NO
    answered = [
        _acl(net, subnet, server, one, inward=True) and all(_acl(net, home, each, one, inward=False) for each in mine)
        for one in ports
    ]
    return _for_clients(answered, ports)


def _translator(net: Net, machine: Machine, hop: tuple[str, str], server: str, port: int) -> str:
    """The subnet of what sends a packet on under its own address; empty where nothing does."""
    way, via = hop
    if way == "nat":
        return "" if _blocked(net, net.nats[via], "one way") else net.nats[via]
    if way != "machine":
        return ""
    other = net.machines[via]
    enters = _let(net, other, machine.address, port, _names(net, machine), inward=True)
    leaves = _let(net, other, server, port, (), inward=False)
    does = other.forwards and _public(net, other) and not _blocked(net, other.subnet, "out")
    return other.subnet if does and enters and leaves else ""


def machine_range(net: Net, subnet: str) -> list[str]:
    """The two ends of a subnet: no rule of these networks divides one."""
    block = ip_network(net.subnets[subnet].cidr)
    return [str(block[0]), str(block[-1])]


def _arrives(net: Net, subnet: str, address: str, other: str) -> str:
    """How a packet of a subnet comes to an address of another; empty where it does not."""
    way, via = _route(net, subnet, address)
    (_, mine), (_, theirs) = _home(net, subnet), _home(net, other)
    if way == "local":
        return "local" if mine == theirs else ""
    if way == "machine":
        return way
    if way == "peering":
        one, two, accepted = net.peerings[via]
        return "peering" if accepted and {one, two} == {mine, theirs} else ""
    if way == "hub":
        attached = net.attached_six if ":" in address else net.attached
        return "hub" if mine in attached and theirs in attached and mine != theirs else ""
    return ""


def _entrance(net: Net, vpc: str) -> str:
    return next(name for name, one in net.subnets.items() if one.vpc == vpc)


def _inside(net: Net, one: Machine, two: Machine, port: int, ends: tuple[str, str]) -> str:
    near_end, far_end = ends
    there, back = _arrives(net, one.subnet, far_end, two.subnet), _arrives(net, two.subnet, near_end, one.subnet)
    if one.subnet == two.subnet:
        there = back = "local"
    if "machine" in (there, back) and there and back:
        # What a machine does with packets for others inside, nobody can tell.
        return min(SOME, _passed(net, one, two, port, ends, "machine"), key=_rank)
    if not there or not back:
        return NO
    return _passed(net, one, two, port, ends, there)


def _passed(net: Net, one: Machine, two: Machine, port: int, ends: tuple[str, str], there: str) -> str:
    """What groups and ACLs say of a way that is there."""
    near_end, far_end = ends
    named = there != "hub"
    to, of = (_names(net, two), _names(net, one)) if named else ((), ())
    if not _let(net, one, far_end, port, to, inward=False) or not _let(net, two, near_end, port, of, inward=True):
        return NO
    if one.subnet == two.subnet:
        return YES
    gates = [(one.subnet, far_end, False), (two.subnet, near_end, True)]
    if there == "hub":
        near, far = (_entrance(net, net.subnets[side.subnet].vpc) for side in (one, two))
        gates += [(near, near_end, True)] if near != one.subnet else []
        gates += [(far, far_end, False)] if far != two.subnet else []
    if not all(_acl(net, subnet, address, port, inward=inward) for subnet, address, inward in gates):
        return NO
    ports = _tried(net)
    answered = [
        all(_acl(net, subnet, address, each, inward=not inward) for subnet, address, inward in gates) for each in ports
    ]
    return _for_clients(answered, ports)
