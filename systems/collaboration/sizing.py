"""Sizes by environment: number of tasks, cache nodes, and the subnets of a VPC."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from settings import Environment

SPOT_WEIGHT = 4
"""Of five tasks beyond those that must stay, four run on Spot."""
ZONES = ("a", "b")
_SUBNET = 24
_LEAST_BITS = 3  # which make eight subnets, of which six are used
SMALLEST_VPC = 24
"""Its subnets are /27, the least that a load balancer takes:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer"""


@dataclass(frozen=True)
class Size:
    """The bounds of the service, where it starts being interruptible, and the cache.

    How many NAT gateways there are (1 in dev, one a zone elsewhere) and where a standby is a must is decided by
    ``settings.Environment``, for all systems alike.
    """

    min_count: int
    max_count: int
    on_demand_base: int
    cache_type: str
    cache_nodes: int


SIZES: Mapping[Environment, Size] = {
    Environment.DEV: Size(1, 3, on_demand_base=1, cache_type="cache.t3.micro", cache_nodes=1),
    Environment.STAGING: Size(1, 5, on_demand_base=1, cache_type="cache.t3.small", cache_nodes=2),
    Environment.PROD: Size(2, 20, on_demand_base=2, cache_type="cache.r6g.large", cache_nodes=2),
}


def layout(cidr: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The public, private and data subnets of a VPC, by zone: the first six /24, or eighths of one smaller than /21."""
    vpc = ipaddress.IPv4Network(cidr)
    bits = max(_LEAST_BITS, _SUBNET - vpc.prefixlen)
    subnets = vpc.subnets(prefixlen_diff=bits)
    public, private, data = ({zone: str(next(subnets)) for zone in ZONES} for _ in range(3))
    return public, private, data
