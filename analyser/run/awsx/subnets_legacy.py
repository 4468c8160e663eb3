"""How awsx's strategy Legacy, its default, cuts the block of one zone into subnets.

``awsx/ec2/subnetDistributorLegacy.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, ip_address
from typing import Any

_KINDS = {"Private": 19, "Public": 20, "Isolated": 24}
"""In their order of addresses, the prefix length that a subnet has at the least where none is asked for."""

Spec = Mapping[str, Any]


def legacy(block: str, zones: int, number: int, said: Sequence[Spec] | None) -> Iterator[tuple[Spec, str]]:
    """The subnets of the zone with this number: a private and a public one unless others are ``said``."""
    bits = (zones - 1).bit_length()
    part = [*IPv4Network(block).subnets(prefixlen_diff=bits)][number]
    yield from _asked(part, said) if said is not None else _default(part)


def _default(part: IPv4Network) -> Iterator[tuple[Spec, str]]:
    private, rest = part.subnets(prefixlen_diff=1)
    yield {"type": "Private"}, str(private)
    yield {"type": "Public"}, str(next(rest.subnets(prefixlen_diff=1)))


def _asked(part: IPv4Network, said: Sequence[Spec]) -> Iterator[tuple[Spec, str]]:
    shrunk = part.prefixlen + (len(said) > 1)
    start = int(part.network_address)
    first = last = start - 1  # of the subnet before
    for kind, largest in _KINDS.items():
        of_kind = [each for each in said if str(each["type"]).capitalize() == kind]
        base = start
        for place, spec in enumerate(of_kind):
            mask = spec.get("cidrMask") or max(shrunk, largest)
            size = 1 << (32 - mask)
            # As many blocks of this size on as there are before it; where that meets the one before, behind that.
            begin = base + place * size
            if begin // size * size <= last and begin // size * size + size > first:
                begin = (last // size + 1) * size
            first, last = begin, begin + size - 1
            yield spec, f"{ip_address(begin)}/{mask}"
        if of_kind:
            start = last + 1
