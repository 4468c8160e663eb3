"""Hosted zones and records of Route 53."""

from collections.abc import Iterator

from policy.exposure import RECORD
from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

ZONE = "aws:route53/zone:Zone"
QUERY_LOG = "aws:route53/queryLog:QueryLog"
_LINK = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
# Names that AWS gives out again, or that somebody else may ask for, once their resource is gone.
_TAKEABLE = (".cloudfront.net", ".elb.amazonaws.com", ".elasticbeanstalk.com", ".awsglobalaccelerator.com")
_WEBSITE = ".s3-website"


@stack_rule(
    "route53-query-log",
    title="Public hosted zones log the questions they answer",
    severity=Severity.LOW,
    types=[ZONE],
    frameworks={"FSBP": "Route53.2", "Checkov": "CKV2_AWS_39"},
    remedy="Add a QueryLog for the zone, with a log group in us-east-1 named /aws/route53/….",
    link=_LINK + "query-logs.html",
    level=Level.ADVISORY,
)
def query_log(zone: Resource, graph: Graph) -> Iterator[Finding]:
    """Who looks for names that do not exist is about to attack those that do."""
    public = zone.lacks("vpcs")
    if public and not graph.may_have(zone, QUERY_LOG, by="zoneId"):
        yield Finding("logs no queries")


@stack_rule(
    "route53-dangling",
    title="Records point to resources of the stack, not to names written out",
    severity=Severity.MEDIUM,
    types=[RECORD],
    frameworks={"Checkov": "CKV2_AWS_23", "Well-Architected": "SEC05-BP01"},
    remedy="Take the target from the resource, so that the record goes when the resource goes.",
    link=_LINK + "protection-from-dangling-dns.html",
    level=Level.ADVISORY,
)
def dangling(record: Resource, graph: Graph) -> Iterator[Finding]:
    """When the target is deleted, whoever gets its name next serves pages under yours."""
    targets = [(alias.get("name"), alias.path("name"), "aliases") for alias in record.blocks("aliases")]
    if record.has("type", "CNAME"):
        targets += [(value, "records", "records") for value in record.list("records")]
    for name, path, key in targets:
        if not isinstance(name, str) or not _takeable(name):
            continue
        if graph.refers(record, key) or graph.reads(record, key):
            continue
        yield Finding(f"points to {name}, which this stack does not make", path)


def _takeable(name: str) -> bool:
    name = name.rstrip(".").lower()
    return name.endswith(_TAKEABLE) or (_WEBSITE in name and name.endswith(".amazonaws.com"))


@rule(
    "route53-failover-health",
    title="Failover records know whether their target is well",
    severity=Severity.MEDIUM,
    types=[RECORD],
    frameworks={"Well-Architected": "REL11-BP02"},
    remedy="Set healthCheckId, or evaluateTargetHealth of the alias.",
    link=_LINK + "dns-failover-types.html",
    level=Level.MANDATORY_IN_PROD,
)
def failover_health(record: Resource) -> Iterator[Finding]:
    """A primary record without a health check counts as well for ever, and the secondary never answers."""
    primary = any(policy.has("type", "PRIMARY") for policy in record.blocks("failoverRoutingPolicies"))
    aliases = list(record.blocks("aliases"))
    asks = any(alias.has("evaluateTargetHealth", True) for alias in aliases)
    unsure = record.unknown("aliases") or any(alias.unknown("evaluateTargetHealth") for alias in aliases)
    if primary and record.lacks("healthCheckId") and not asks and not unsure:
        yield Finding("never fails over", "healthCheckId")
