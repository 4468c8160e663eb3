"""What the promotion of a recovery stack may touch, by the difference of the stack standing by and the stack promoted.

Roles, names, distributions and their certificates are controlled from us-east-1, which may be what is gone: a promotion
that made, changed or took away one of these would wait for it, while what they stand for goes on.
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
"""

from collections.abc import Iterator

from analyser.analyses.changes.changes import Change, changes
from analyser.analyses.changes.pairing import pairs
from analyser.analyses.report import compared
from analyser.graph import Graph, Node

ELSEWHERE = "us-east-1"
_CONTROLLED_THERE = (
    *("aws:iam/", "aws:route53/", "aws:cloudfront/", "aws:acm/", "aws:globalaccelerator/", "aws:budgets/"),
    *("aws:costexplorer/", "aws:organizations/", "aws:shield/"),
)
"""How types begin whose control plane is in one region for all; certificates here are those that a name is proved for,
by a record."""
_REMADE = ("kubernetes:", "aws:apigateway/deployment:", "aws:ecs/taskDefinition:")
"""What may be made anew: pods and jobs hold nothing, a deployment is how what an API says is published, and a former
revision of a task stays in ECS."""
_GOES = "aws:cloudwatch/metricAlarm:"
"""What may go: alarms of what follows nobody any more."""


def promotion(standby: Graph, promoted: Graph) -> tuple[Change, ...]:
    """All that an ``up`` would do that promotes."""
    before, after = (compared(graph) for graph in (standby, promoted))
    return changes(pairs(before, after), one_stack=True)


def forbidden(standby: Graph, promoted: Graph) -> list[str]:
    """What a promotion must not do and would, one line each."""
    assert standby.region != ELSEWHERE, "a recovery stack whose region is what may be gone"
    found = promotion(standby, promoted)
    assert found, "a promotion that changes nothing promotes nothing"
    nodes = {node.urn: node for graph in (standby, promoted) for node in graph}
    there = [
        f"{node.name}: stands in {ELSEWHERE}, promoted or not"
        for node in standby
        if ELSEWHERE in (node.inputs.get("region"), node.inputs.get("endpointGroupRegion"))
    ]
    changed = [f"{change.kind} {change.name}: {why}" for change in found for why in _wrong(change, nodes[change.urn])]
    return [*changed, *there]


def _wrong(change: Change, node: Node) -> Iterator[str]:
    if node.type.startswith(_CONTROLLED_THERE) or node.inputs.get("scope") == "CLOUDFRONT":
        yield f"{node.type} is controlled from {ELSEWHERE}"
    if ELSEWHERE in (node.inputs.get("region"), node.inputs.get("endpointGroupRegion")):
        yield f"lies in {ELSEWHERE}"
    spared = {"removed": _GOES, "replaced": _REMADE}.get(change.kind)
    if spared is not None and not node.type.startswith(spared):
        yield f"{node.type} is no longer what stood by{', and protected' if change.protected else ''}"
