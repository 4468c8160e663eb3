"""The graph that remains after the loss of a zone or a region."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from analyser.graph import Graph, Node

SUBNET = "aws:ec2/subnet:Subnet"
_ALONE = {
    "aws:rds/instance:Instance": "multiAz",
    "aws:elasticache/replicationGroup:ReplicationGroup": "multiAzEnabled",
}
"""What stands in one zone unless an input says otherwise: in which one AWS chooses, so in the one that is gone."""
_GLOBAL = ("aws:iam/", "aws:route53/", "aws:cloudfront/", "aws:globalaccelerator/", "aws:acm/")
"""What goes on without its control plane, certificates where CloudFront has them:
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html"""


def zones(graph: Graph) -> list[str]:
    """The availability zones of the stack's own region in which it has subnets, sorted."""
    found = (subnet.inputs.get("availabilityZone") for subnet in graph.of_type(SUBNET))
    return sorted({zone for zone in found if isinstance(zone, str) and zone.startswith(graph.region)})


def without_zone(graph: Graph, zone: str) -> Graph:
    """What is left when a zone is gone.

    Subnets of it go, and with them whatever names one of them or something gone as the one place that it stands in;
    what names several keeps the others. What AWS puts into one zone of its own choice goes as well.
    """
    gone = {node.urn for node in graph.resources if _stands_in(graph, node, zone)}
    while more := {node.urn for node in graph.resources if node.urn not in gone and _falls(graph, node, gone)}:
        gone |= more
    ids = _ids(graph, gone)
    return rebuilt(graph, (_thinned(node, ids) for node in graph if node.urn not in gone))


def without_region(graph: Graph) -> Graph:
    """What is left of a stack when its own region is gone: what lies in others, and what serves in all of them."""
    return rebuilt(graph, (node for node in graph if not node.is_resource or _survives(graph, node)))


def taken_over(home: Graph, promoted: Graph) -> Graph:
    """What serves when the home region is gone: what is left of that stack, and all of the one in its place."""
    # In a preview what has no name of its own is called by its logical name, and so alike in both stacks.
    twice = {(node.type, node.id) for node in promoted.resources}
    left = (node for node in without_region(home) if (node.type, node.id) not in twice)
    copies = (_copy(home, node, promoted.region) for node in home.resources if _replicated(node, promoted.region))
    nodes = (*left, *copies, *promoted)
    return Graph(promoted.project, promoted.stack, nodes, {}, region=promoted.region, config=promoted.config)


def _replicated(node: Node, region: str) -> bool:
    """Whether a table or a secret has a replica there, which is of its own name and no resource of its own."""
    replicas = node.inputs.get("replicas")
    told = (one for one in replicas if isinstance(one, dict)) if isinstance(replicas, list) else ()
    return any(region in (one.get("regionName"), one.get("region")) for one in told)


def _copy(home: Graph, node: Node, region: str) -> Node:
    arn = str(node.outputs.get("arn")).replace(f":{home.region}:", f":{region}:", 1)
    return replace(node, inputs={**node.inputs, "region": region}, outputs={**node.outputs, "arn": arn})


def rebuilt(graph: Graph, nodes: Iterable[Node]) -> Graph:
    """The same stack of other resources."""
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)


def _survives(graph: Graph, node: Node) -> bool:
    everywhere = node.type.startswith(_GLOBAL) or node.inputs.get("scope") == "CLOUDFRONT"
    return everywhere or node.inputs.get("region") not in (None, graph.region)


def _stands_in(graph: Graph, node: Node, zone: str) -> bool:
    if node.inputs.get("region") not in (None, graph.region):
        return False
    if (node.inputs.get("availabilityZone") or node.inputs.get("availabilityZoneName")) == zone:
        return not node.inputs.get("multiAz")
    return node.type in _ALONE and not node.inputs.get(_ALONE[node.type]) and not node.inputs.get("availabilityZone")


def _falls(graph: Graph, node: Node, gone: set[str]) -> bool:
    """Whether an input that names one place is gone, or a list in it names nothing that is left."""
    ids = _ids(graph, gone)
    told = (node.inputs.get(name) for name, urns in node.property_dependencies.items() if not gone.isdisjoint(urns))
    return any(_names_nothing_else(value, ids) for value in told)


def _names_nothing_else(value: Any, ids: set[str]) -> bool:
    if isinstance(value, dict):
        return any(_names_nothing_else(each, ids) for each in value.values())
    if isinstance(value, list):
        named = [each for each in value if isinstance(each, str | dict)]
        return bool(named) and all(_names_nothing_else(each, ids) for each in named)
    return isinstance(value, str) and value in ids


def _ids(graph: Graph, gone: set[str]) -> set[str]:
    return {graph[urn].id for urn in gone if graph[urn].id}


def _thinned(node: Node, ids: set[str]) -> Node:
    """A node whose lists name what is gone no more."""
    thinned = {key: _without(value, ids) for key, value in node.inputs.items()}
    return node if thinned == node.inputs else replace(node, inputs=thinned)


def _without(value: Any, ids: set[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, ids) for item in value if not (isinstance(item, str) and item in ids)]
    if isinstance(value, dict):
        return {key: _without(item, ids) for key, item in value.items()}
    return value
