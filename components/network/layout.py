"""Address ranges of a VPC's subnets by tier and zone, and whether they fit."""

import ipaddress
from collections.abc import Mapping
from itertools import islice

from settings import Problem

ZONES = ("a", "b", "c")
_SMALL, _LARGE = 8, 4  # bits of prefix that a small and a large subnet add to the VPC's: /24 and /20 of a /16
_SMALLEST_SUBNET = 28


def default_layout(cidr: str, tier: str) -> dict[str, str]:
    """Three zones of a tier: of a /16 small public and data subnets (/24) and large private ones (/20).

    10.1.0.0/16 gets public 10.1.1.0, .2.0, .3.0, data 10.1.11.0, .12.0, .13.0 and private 10.1.16.0, .32.0, .48.0.
    Empty when the VPC is too small to be cut that way.
    """
    vpc = ipaddress.IPv4Network(cidr)
    if vpc.prefixlen + _SMALL > _SMALLEST_SUBNET:
        return {}
    bits, first = {"public": (_SMALL, 1), "data": (_SMALL, 11), "private": (_LARGE, 1)}[tier]
    ranges = islice(vpc.subnets(prefixlen_diff=bits), first, first + len(ZONES))  # of a /16 there are 256
    return {zone: str(subnet) for zone, subnet in zip(ZONES, ranges, strict=True)}


def misfits(vpc: str | None, tier: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> list[Problem]:
    """What is wrong with a tier's ranges: outside the VPC, or overlapping one of its own or of ``others``."""
    found = []
    taken = {f"{name}.{zone}": cidr for name, cidrs in others.items() for zone, cidr in cidrs.items()}
    for zone, cidr in tier.items():
        subnet = ipaddress.IPv4Network(cidr)
        if vpc is not None and not subnet.subnet_of(ipaddress.IPv4Network(vpc)):
            found.append(Problem(zone, f"{cidr} lies outside cidr {vpc}"))
        for label, other in taken.items():
            if subnet.overlaps(ipaddress.IPv4Network(other)):
                found.append(Problem(zone, f"{cidr} overlaps {label} ({other})"))
        taken[zone] = cidr
    return found
