"""The stores of a stack: what keeps data in its own region and copies nobody, by names that people can write."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from analyser.analyses.once import IMAGE_COPIES
from analyser.analyses.recovery.model import Store
from analyser.graph import Graph, Node
from resource_types import fact
from resource_types.bearing import bearing

_STACK = "pulumi:pulumi:Stack"


def stores(graph: Graph) -> list[Store]:
    """Every store, in order of its name: that of its component, or its own where several are in one component."""
    found = [node for node in graph.resources if _is_store(graph, node)]
    components = {node.urn: _component(graph, node) for node in found}
    times = Counter(components.values())
    named = (Store(name if times[name := components[node.urn]] == 1 else node.name, node) for node in found)
    return sorted(named, key=lambda store: store.name)


def _is_store(graph: Graph, node: Node) -> bool:
    """``within`` in the facts: it is kept with another, and has no recovery of its own."""
    borne = bearing(node.type, node.inputs)
    keeps = borne is not None and borne.kind == "data" and "within" not in (fact(node.type, "recovery") or {})
    return keeps and graph.region_of(node) == graph.region


def _component(graph: Graph, node: Node) -> str:
    parent = graph.get(node.parent)
    return parent.name if parent is not None and parent.is_component and parent.type != _STACK else node.name


def with_images(graph: Graph, others: Iterable[Graph]) -> Graph:
    """A stack with what others of its account and region have the registry do, which has one configuration for all."""
    told = (node for other in others for node in other.of_type(IMAGE_COPIES))
    return graph.having([*graph.nodes, *told])


def joined(home: Graph, standby: Graph) -> Graph:
    """Both stacks as one of the home region, each resource of the other saying where it is."""
    others = (replace(node, inputs={"region": standby.region, **node.inputs}) for node in standby)
    nodes = (*home, *others)
    return Graph(home.project, home.stack, nodes, home.exports, region=home.region, config=home.config)
