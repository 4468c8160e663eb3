"""Elastic Load Balancing."""

from collections.abc import Iterator

from analyser.analyses.cost.item import LITTLE, MUCH, Item, Pricer
from analyser.analyses.cost.result import HOURS, Line

CONNECTIONS_A_SECOND = 25
"""New connections that one capacity unit takes; it also takes 1 GB an hour.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html"""
REQUESTS_A_CONNECTION = 10
NETWORK_CONNECTIONS_A_SECOND = 800
"""New TCP connections that one capacity unit of a network load balancer takes; it also takes 1 GB an hour.
https://aws.amazon.com/elasticloadbalancing/pricing/"""

_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def balancer(item: Item) -> Iterator[Line]:
    """Hours, capacity units, the public addresses of its zones, and what it sends past no CloudFront."""
    share = 1 / item.of_same_type()
    if item.read("loadBalancerType", default="application") == "application":
        yield item.hours("Application load balancer", "alb.hours")
        yield capacity_units(item, "alb.lcu", CONNECTIONS_A_SECOND, share)
    else:
        yield item.hours("Network load balancer", "nlb.hours")
        yield capacity_units(item, "nlb.lcu", NETWORK_CONNECTIONS_A_SECOND, share)
    yield from _public(item, len(item.read("subnets", default=[0])), share)


def classic(item: Item) -> Iterator[Line]:
    """Hours, the data that passes, the public addresses of its zones, and what it sends past no CloudFront."""
    share = 1 / item.of_same_type()
    yield item.hours("Classic load balancer", "elb.hours")
    yield item.used("Data processed", "elb.data", "egress_gb", share=share)
    zones = item.read("subnets") or item.read("availabilityZones", default=[0])
    yield from _public(item, len(zones), share)


def _public(item: Item, zones: int, share: float) -> Iterator[Line]:
    """What one that the internet reaches pays besides; nothing for an internal one."""
    if item.read("internal"):
        return
    yield item.fixed("Public IPv4 addresses", "ipv4.hours", HOURS, factor=zones)
    if not item.graph.of_type(_DISTRIBUTION):
        yield item.used("Data to the internet", "transfer.internet", "egress_gb", share=share)


def capacity_units(item: Item, sku: str, connections_a_second: float, share: float) -> Line:
    """Units by whichever there is more of: new connections, or data."""
    connections = item.assumed("request_millions") * 1e6 / REQUESTS_A_CONNECTION * share
    units = max(item.assumed("egress_gb") * share, connections / connections_a_second / 3600)
    return item.scaled(
        "Capacity units", sku, units, low=units * LITTLE, high=units * MUCH, basis="requestMillions, egressGb"
    )


PRICERS: dict[str, Pricer] = {
    "aws:lb/loadBalancer:LoadBalancer": balancer,
    "aws:elb/loadBalancer:LoadBalancer": classic,
}
