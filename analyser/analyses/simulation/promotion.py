"""What a promotion changes, what it must not, and how long it takes until requests arrive."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from analyser.analyses.changes.changes import Change
from analyser.analyses.changes.difference import Difference, compare
from analyser.analyses.recovery.model import Span, Step
from analyser.analyses.report import compared
from analyser.analyses.routing import policy
from analyser.analyses.simulation.model import Fault, Pair
from analyser.analyses.timeline.times import duration
from analyser.analyses.update_time import update_time
from analyser.graph import Graph, Node

ELSEWHERE = "us-east-1"
_CONTROLLED_THERE = (
    *("aws:iam/", "aws:route53/", "aws:cloudfront/", "aws:acm/", "aws:globalaccelerator/", "aws:budgets/"),
    *("aws:costexplorer/", "aws:organizations/", "aws:shield/"),
)
"""How types begin whose control plane is in us-east-1 for all regions:
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html"""
_REMADE = ("kubernetes:", "aws:apigateway/deployment:", "aws:ecs/taskDefinition:")
"""What may be made anew: pods and jobs hold nothing, a deployment is how what an API says is published, and a former
revision of a task stays in ECS."""
_GOES = "aws:cloudwatch/metricAlarm:"
"""What may go: alarms of what follows nobody any more."""
_CHECK, _RECORD = "aws:route53/healthCheck:HealthCheck", "aws:route53/record:Record"
_CHECKS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html"
_ALIAS_TTL, _FAQ = 60.0, "https://aws.amazon.com/route53/faqs/"
_SLOW, _STRICT = 30, 3
"""Seconds between two checks and how many have to fail, unless said otherwise."""


@lru_cache(maxsize=1)
def difference(pair: Pair) -> Difference:
    """All that the ``up`` would do that promotes; kept, for what stands by and what is lost both ask."""
    return compare(*_compared(pair))


@lru_cache(maxsize=1)
def _compared(pair: Pair) -> tuple[dict[str, Any], dict[str, Any]]:
    return compared(pair.standby), compared(pair.promoted)


def forbidden(pair: Pair, found: Difference) -> Iterator[Fault]:
    """What it would do that waits for the control plane of us-east-1, or gives up what stood by; and what of the stack
    stands in us-east-1, promoted or not."""
    if not found.changes:
        yield Fault("promotion", pair.standby.stack, "changes nothing, so nothing is promoted by it")
    nodes = {node.urn: node for graph in (pair.standby, pair.promoted) for node in graph}
    for change in found.changes:
        for why in _wrong(change, nodes[change.urn]):
            yield Fault("promotion", f"{pair.standby.stack}: {change.name}", f"is {change.kind} by promotion: {why}")
    for node in pair.standby:
        if _lies_there(node):
            yield Fault("promotion", f"{pair.standby.stack}: {node.name}", f"stands in {ELSEWHERE}, promoted or not")


def _wrong(change: Change, node: Node) -> Iterator[str]:
    if node.type.startswith(_CONTROLLED_THERE) or node.inputs.get("scope") == "CLOUDFRONT":
        yield f"{node.type} is controlled from {ELSEWHERE}"
    if _lies_there(node):
        yield f"it lies in {ELSEWHERE}"
    spared = {"removed": _GOES, "replaced": _REMADE}.get(change.kind)
    if spared is not None and not node.type.startswith(spared):
        yield f"{node.type} is no longer what stood by{', and protected' if change.protected else ''}"


def _lies_there(node: Node) -> bool:
    return ELSEWHERE in (node.inputs.get("region"), node.inputs.get("endpointGroupRegion"))


@lru_cache(maxsize=1)
def steps(pair: Pair) -> tuple[Step, ...]:
    """What has to be waited for: the ``up`` that promotes, then health checks and caches of names; kept as well.

    What nobody has timed of it is named, and makes of the rest the least that it takes.
    """
    took = update_time(*_compared(pair), difference(pair))
    if took is None:
        return ()
    slowest = max(took.path, key=lambda link: link.finish - link.start, default=None)
    told = f", most of what is timed {slowest.node.kind} {slowest.node.name}" if slowest else ""
    told += f"; nobody has timed {'; '.join(took.not_known)}" if took.not_known else ""
    worst = None if took.not_known else took.worst
    source = duration(slowest.node).source if slowest else ""
    return (Step(f"{pair.standby.stack} is promoted{told}", Span(took.typical, worst, source)), *_names(pair))


def _names(pair: Pair) -> Iterator[Step]:
    checks = {check.id: check for graph in (pair.home, pair.standby) for check in graph.of_type(_CHECK)}
    records = [record for graph in (pair.home, pair.standby) for record in graph.of_type(_RECORD)]
    asked = [checks[one] for record in records if (one := record.inputs.get("healthCheckId")) in checks]
    waits = [seconds for check in asked if (seconds := _noticed(check, checks)) is not None]
    if waits:
        yield Step("health checks turn", Span(min(waits), max(waits), _CHECKS))
    if routed := [record for record in records if policy(record)]:
        kept = [float(record.inputs.get("ttl") or _ALIAS_TTL) for record in routed]
        yield Step("resolvers forget the old answer", Span(0, max(kept), _FAQ))


def _noticed(check: Node, checks: dict[str, Node]) -> float | None:
    """Seconds until a check has failed often enough; of several the slowest, None where none of them says."""
    children = check.inputs.get("childHealthchecks")
    if children:
        told = [_noticed(checks[child], checks) for child in children if child in checks]
        return max((seconds for seconds in told if seconds is not None), default=None)
    interval, failures = check.inputs.get("requestInterval"), check.inputs.get("failureThreshold")
    return float((interval or _SLOW) * (failures or _STRICT))


def leads(graph: Graph) -> bool:
    """Whether anything of a stack may lead requests elsewhere when its own region does not answer."""
    routed = any(policy(record) for record in graph.of_type(_RECORD))
    origins = graph.of_type("aws:cloudfront/distribution:Distribution")
    return (
        routed
        or any(one.inputs.get("originGroups") for one in origins)
        or bool(graph.of_type("aws:globalaccelerator/endpointGroup:EndpointGroup"))
    )
