"""CloudFront, WAF, Route 53."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

MISSES = 0.2
"""How many requests of one go past the caches at the edge to the origin shield."""
_LONG_INTERVAL = 30
_DISTRIBUTION, _RECORD = "aws:cloudfront/distribution:Distribution", "aws:route53/record:Record"


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
    """A check and its options: HTTPS, matching, short intervals, latency; dearer outside of AWS."""
    kind = str(item.read("type", default=""))
    options = ("HTTPS" in kind, "STR_MATCH" in kind, bool(item.read("measureLatency")))
    number = sum(options) + (item.number("requestInterval", default=_LONG_INTERVAL) < _LONG_INTERVAL)
    place = "" if _at_aws(item) else "-elsewhere"
    yield item.fixed("Health check", f"route53.check{place}", 1)
    if number:
        yield item.fixed("Options of the check", f"route53.check-option{place}", number)


def _at_aws(item: Item) -> bool:
    """Whether a check asks for a name that the stack itself gives to something at AWS, or for no name at all."""
    name = item.read("fqdn")
    named = [node.inputs.get("name") for node in item.graph.of_type(_RECORD) if node.inputs.get("aliases")]
    served = [alias for node in item.graph.of_type(_DISTRIBUTION) for alias in node.inputs.get("aliases") or ()]
    return name is None or name in (*named, *served)


PRICERS: dict[str, Pricer] = {
    _DISTRIBUTION: distribution,
    "aws:wafv2/webAcl:WebAcl": web_acl,
    "aws:route53/healthCheck:HealthCheck": health_check,
}
