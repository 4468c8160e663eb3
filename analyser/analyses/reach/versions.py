"""IP versions that two ends share, and their addresses of each."""

from collections.abc import Iterator

from analyser.analyses.reach.addresses import Addresses, of
from analyser.analyses.reach.network import Network, Subnet
from analyser.analyses.reach.place import Check, Interface, Place, not_known
from analyser.analyses.reach.security_groups import ANYWHERE6, Peer


def versions(*ends: tuple[Interface, Subnet]) -> Iterator[bool]:
    """The IP versions that both ends may have addresses of: False for IPv4, True for IPv6."""
    if not any(home.only_six for _, home in ends):
        yield False
    if all(one.ipv6 is not False and home.cidr6 for one, home in ends):
        yield True


def has_six(*ends: tuple[Place, Interface], six: bool) -> Iterator[Check]:
    for place, one in ends:
        if six and one.ipv6 is None:
            yield not_known(f"whether {place.name} has an address of version 6 is not known")


def address(interface: Interface, subnet: Subnet) -> Addresses:
    return of(interface.address) or subnet.addresses


def six_of(place: Place, network: Network) -> Peer | None:
    """A place as the peer of an IPv6 connection, by its subnets' IPv6 ranges; None where it has no such address."""
    ends = [(one, network.subnets.get(each)) for one in place.interfaces for each in one.subnets]
    ranges = [home.cidr6 for one, home in ends if home and home.cidr6 and one.ipv6 is not False]
    if not ranges:
        return None
    complete = all(of(cidr) for cidr in ranges)
    return Peer(place.name, cidrs=tuple(ranges) if complete else ANYWHERE6, one_of=True)
