"""Which subnets a VPC of awsx has, in each of its zones, by each of its strategies.

``awsx/ec2/vpc.ts``, ``subnetDistributorNew.ts``, ``subnetSpecs.ts`` and ``subnetNaming.ts`` of
https://github.com/pulumi/pulumi-awsx
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from itertools import pairwise
from typing import Any

from analyser.run.awsx.subnets_legacy import legacy

Spec = Mapping[str, Any]
_KINDS = ("Private", "Public")
"""What each zone has unless subnets are described."""
_REGION = re.compile(r"^[a-z]{2}(?:-[a-z]+)+-")
"""What the names of a region's zones begin with."""
_SMALLEST, _LARGEST = 26, 16
"""Prefix lengths of what a zone needs at the least for subnets that nobody describes, and of what they take of it."""


class LayoutError(Exception):
    """Subnets that awsx refuses; the message says why."""


@dataclass(frozen=True)
class Subnet:
    """A subnet in one availability zone."""

    name: str
    tag: str
    """The Name that AWS shows."""
    kind: str
    zone: str
    block: str
    spec: Spec


@dataclass(frozen=True)
class Layout:
    """What a program says about the subnets of a VPC."""

    vpc: str
    block: str
    zones: Sequence[str]
    specs: Sequence[Spec] | None
    strategy: str = "Legacy"
    zone_mask: int | None = None
    named_by_zone: bool = False


def subnets(layout: Layout) -> list[Subnet]:
    """The subnets of a VPC, zone after zone; what only keeps room has none. Raises LayoutError as awsx does."""
    specs = None if layout.specs is None else [_normal(spec, len(layout.zones)) for spec in layout.specs]
    explicit = any("cidrBlocks" in spec for spec in specs or ())
    if explicit and not all("cidrBlocks" in spec for spec in specs or ()):
        raise LayoutError("cidrBlocks are given for some subnets and not for all")
    found = [*_cut(layout, specs, explicit=explicit)]
    if layout.strategy == "Exact":
        _without_gaps(layout, found)
    _apart(found)
    return [subnet for subnet in found if subnet.kind != "Unused"]


def _cut(layout: Layout, specs: list[Spec] | None, *, explicit: bool) -> Iterator[Subnet]:
    if layout.strategy == "Legacy" or (specs is None and layout.strategy == "Exact"):
        for number, zone in enumerate(layout.zones):
            for spec, block in legacy(layout.block, len(layout.zones), number, specs):
                yield _subnet(layout, spec, number, zone, block)
        return
    if explicit and layout.strategy == "AutoMerge":
        raise LayoutError("the strategy AutoMerge takes no cidrBlocks")
    cut = _blocks(layout, specs) if not explicit else [[spec["cidrBlocks"][n] for spec in specs or ()]
                                                       for n in range(len(layout.zones))]  # fmt: skip
    described = specs if explicit else _described(layout, specs)
    for number, (zone, blocks) in enumerate(zip(layout.zones, cut, strict=True)):
        for spec, block in zip(described or (), blocks, strict=True):
            yield _subnet(layout, spec, number, zone, block)


def _subnet(layout: Layout, spec: Spec, number: int, zone: str, block: str) -> Subnet:
    kind = str(spec["type"])
    stem = f"{layout.vpc}-{spec.get('name') or kind.lower()}"
    name = f"{stem}-{number + 1}"
    tag = f"{stem}-{_REGION.sub('', zone)}" if layout.named_by_zone else name
    return Subnet(name, tag, kind.capitalize(), zone, block, spec)


def _normal(spec: Spec, zones: int) -> Spec:
    """A description with the mask that its size stands for."""
    if "cidrBlocks" in spec:
        if len(spec["cidrBlocks"]) != zones:
            raise LayoutError(f"subnets of {zones} zones need as many cidrBlocks each")
        return spec
    size = spec.get("size")
    if not size:
        return spec
    mask = 32 - (int(size).bit_length() - 1)
    if int(size) & (int(size) - 1) or spec.get("cidrMask", mask) != mask:
        raise LayoutError(f"{size} is no size of a subnet with this mask")
    return {**spec, "cidrMask": mask}


def _described(layout: Layout, specs: list[Spec] | None) -> list[Spec]:
    """The subnets of each zone, with what AutoMerge adds to those that are described."""
    length = _zone_length(layout)
    if specs is not None and layout.strategy != "AutoMerge":
        return specs
    if length > _SMALLEST:
        raise LayoutError(f"a zone has only a /{length}, and subnets that nobody describes need a /{_SMALLEST}")
    own: list[Spec] = [
        {"type": kind, "cidrMask": max(length, _LARGEST) + place} for place, kind in enumerate(_KINDS, 1)
    ]
    given = specs or []
    instead = {str(each["type"]).capitalize(): each for each in given if not each.get("name") and _usual(each)}
    more = [each for each in given if each.get("name") or not _usual(each)]
    return [*(instead.get(each["type"], each) for each in own), *more]


def _usual(spec: Spec) -> bool:
    return str(spec["type"]).capitalize() in _KINDS


def _zone_length(layout: Layout) -> int:
    bits = (len(layout.zones) - 1).bit_length()
    return layout.zone_mask or IPv4Network(layout.block).prefixlen + bits


def _blocks(layout: Layout, specs: list[Spec] | None) -> Iterator[list[str]]:
    """The blocks of each zone: one behind another, in the order in which the subnets are described."""
    described = _described(layout, specs)
    length = _zone_length(layout)
    usual = length + (len(described) - 1).bit_length()
    masks = [spec.get("cidrMask") or usual for spec in described]
    if sum(1 << (32 - mask) for mask in masks) > 1 << (32 - length):
        raise LayoutError(f"a zone has a /{length}, which is too small for its subnets")
    start = int(IPv4Network(layout.block).network_address)
    for number in range(len(layout.zones)):
        place, found = start + number * (1 << (32 - length)), []
        for mask in masks:
            size = 1 << (32 - mask)
            place = -(-place // size) * size
            found.append(f"{ip_address(place)}/{mask}")
            place += size
        yield found


def _apart(found: Sequence[Subnet]) -> None:
    """Raises LayoutError for subnets that lie in one another."""
    placed = sorted((IPv4Network(subnet.block, strict=False), subnet.name) for subnet in found)
    for (one, name), (other, behind) in pairwise(placed):
        if one.overlaps(other):
            raise LayoutError(f"{name} ({one}) and {behind} ({other}) overlap")


def _without_gaps(layout: Layout, found: Sequence[Subnet]) -> None:
    """Raises LayoutError unless the subnets fill the VPC, as the strategy Exact asks for."""
    whole = IPv4Network(layout.block)
    place = int(whole.network_address)
    for subnet in found:
        block = IPv4Network(subnet.block)
        if int(block.network_address) != place:
            raise LayoutError(f"there is a gap before {subnet.name} ({block})")
        place = int(block.broadcast_address) + 1
    if place != int(whole.broadcast_address) + 1:
        raise LayoutError(f"the subnets end at {ip_address(place)}, before the VPC ({whole}) does")
