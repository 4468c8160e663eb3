"""CloudFront, WAF, Route 53."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

MISSES = 0.2
"""How many requests of one go past the caches at the edge to the origin shield."""
_LONG_INTERVAL = 30


def distribution(item: Item) -> Iterator[Line]:
    """Data and HTTPS requests at the prices of North America and Europe."""
    share = 1 / item.of_same_type()
    yield item.used("Data to the internet", "cloudfront.data", "egress_gb", share=share)
    yield item.used("HTTPS requests", "cloudfront.requests", "request_millions", share=share)
    origins = item.read("origins", default=[])
    if any((origin.get("originShield") or {}).get("enabled") for origin in origins):
        yield item.used("Origin shield", "cloudfront.shield", "request_millions", share=share * MISSES)


def web_acl(item: Item) -> Iterator[Line]:
    """The list, each of its rules and groups of rules, and what it looks at."""
    yield item.fixed("Web ACL", "waf.acl", 1)
    yield item.fixed("Rules", "waf.rule", len(item.read("rules", default=[])))
    yield item.used("Requests", "waf.requests", "request_millions", share=1 / item.of_same_type())


def health_check(item: Item) -> Iterator[Line]:
    """A check of an endpoint at AWS, and its options: HTTPS, matching, short intervals, latency."""
    kind = str(item.read("type", default=""))
    options = ("HTTPS" in kind, "STR_MATCH" in kind, bool(item.read("measureLatency")))
    number = sum(options) + (item.number("requestInterval", default=_LONG_INTERVAL) < _LONG_INTERVAL)
    yield item.fixed("Health check", "route53.check", 1)
    if number:
        yield item.fixed("Options of the check", "route53.check-option", number)


PRICERS: dict[str, Pricer] = {
    "aws:cloudfront/distribution:Distribution": distribution,
    "aws:wafv2/webAcl:WebAcl": web_acl,
    "aws:route53/healthCheck:HealthCheck": health_check,
}
