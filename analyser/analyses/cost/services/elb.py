"""Elastic Load Balancing."""

from collections.abc import Iterator

from analyser.analyses.cost.item import LITTLE, MUCH, Item, Pricer
from analyser.analyses.cost.result import HOURS, Line

CONNECTIONS_A_SECOND = 25
"""New connections that one capacity unit takes; it also takes 1 GB an hour.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html"""
REQUESTS_A_CONNECTION = 10

_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def balancer(item: Item) -> Iterator[Line]:
    """Hours, capacity units, the public addresses of its zones, and what it sends past no CloudFront."""
    if item.read("loadBalancerType", default="application") != "application":
        yield item.hours("Network load balancer", "nlb.hours")
        return
    share = 1 / item.of_same_type()
    yield item.hours("Application load balancer", "alb.hours")
    connections = item.assumed("request_millions") * 1e6 / REQUESTS_A_CONNECTION * share
    units = max(item.assumed("egress_gb") * share, connections / CONNECTIONS_A_SECOND / 3600)
    yield item.scaled(
        "Capacity units", "alb.lcu", units, low=units * LITTLE, high=units * MUCH, basis="requestMillions, egressGb"
    )
    if item.read("internal"):
        return
    yield item.fixed("Public IPv4 addresses", "ipv4.hours", HOURS, factor=len(item.read("subnets", default=[0])))
    if not item.graph.of_type(_DISTRIBUTION):
        yield item.used("Data to the internet", "transfer.internet", "egress_gb", share=share)


PRICERS: dict[str, Pricer] = {"aws:lb/loadBalancer:LoadBalancer": balancer}
