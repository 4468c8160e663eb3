"""Which subnets a VPC of awsx has, by its strategy Legacy, which is the default.

``awsx/ec2/subnetDistributorLegacy.ts`` of https://github.com/pulumi/pulumi-awsx
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

_KINDS = ("Private", "Public", "Isolated")
_LARGEST = {"Private": 19, "Public": 20, "Isolated": 24}
"""The prefix length that a subnet has at the least, where none is asked for."""


@dataclass(frozen=True)
class Subnet:
    """A subnet in one availability zone."""

    name: str
    kind: str
    zone: str
    block: str
    tags: Mapping[str, str] = field(default_factory=dict)


def subnets(vpc: str, block: str, zones: Sequence[str], said: Sequence[Mapping[str, Any]] | None) -> list[Subnet]:
    """The subnets of a VPC in its zones: a private and a public one in each unless others are ``said``."""
    bits = (len(zones) - 1).bit_length()
    parts = list(IPv4Network(block).subnets(prefixlen_diff=bits))
    found: list[Subnet] = []
    for number, (zone, part) in enumerate(zip(zones, parts, strict=False), 1):
        found += _asked(vpc, part, zone, number, said) if said is not None else _default(vpc, part, zone, number)
    return found


def _default(vpc: str, part: IPv4Network, zone: str, number: int) -> Iterator[Subnet]:
    private, rest = part.subnets(prefixlen_diff=1)
    yield Subnet(f"{vpc}-private-{number}", "Private", zone, str(private))
    yield Subnet(f"{vpc}-public-{number}", "Public", zone, str(next(rest.subnets(prefixlen_diff=1))))


def _asked(vpc: str, part: IPv4Network, zone: str, number: int, said: Sequence[Mapping[str, Any]]) -> Iterator[Subnet]:
    shrunk = part.prefixlen + (len(said) > 1)
    last: IPv4Network | None = None
    for kind in _KINDS:
        for spec in (each for each in said if str(each["type"]).capitalize() == kind):
            mask = spec.get("cidrMask") or max(shrunk, _LARGEST[kind])
            block = _after(last, part, mask)
            last = block
            name = f"{vpc}-{spec.get('name') or kind.lower()}-{number}"
            yield Subnet(name, kind, zone, str(block), spec.get("tags") or {})


def _after(last: IPv4Network | None, part: IPv4Network, mask: int) -> IPv4Network:
    """The first block of a size behind another, in order of addresses."""
    begin = int(part.network_address) if last is None else int(last.broadcast_address) + 1
    size = 1 << (32 - mask)
    return IPv4Network((-(-begin // size) * size, mask))
