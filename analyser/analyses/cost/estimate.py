"""From a graph to what it costs."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.known_costs import is_free, note_of, pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import UNSAID, Cost, Line, ResourceCost
from analyser.analyses.cost.services.stack_wide import whole
from analyser.analyses.cost.usage import usage_of
from analyser.graph import Graph, Node
from policy.unknown import UnknownTouchedError
from settings import Usage

STACK = "pulumi:pulumi:Stack"
"""The type that lines of the whole stack have, such as tokens of models."""


def monthly_cost(graph: Graph) -> Cost:
    """What the resources of a graph cost a month."""
    usage = usage_of(graph.config)
    costs: list[ResourceCost] = []
    unpriced: list[str] = []
    unused: list[str] = []
    for node in graph.resources:
        try:
            lines = tuple(_lines(Item(node, graph, _region(graph, node), usage)))
        except NoPriceError as error:
            unpriced.append(f"{node.kind} {node.name}: {error}")
            continue
        except UnknownTouchedError:
            unpriced.append(f"{node.kind} {node.name}: what its price depends on is not known")
            continue
        if any(line.quantity or line.high for line in lines):
            component = graph.outermost(node)
            region, note = _region(graph, node), note_of(node.type)
            costs.append(ResourceCost(node.urn, node.type, node.name, component, region, lines, note))
        elif lines:
            bases = dict.fromkeys(line.basis for line in lines if line.basis)
            unused.append(f"{node.kind} {node.name}: {', '.join(bases)}")
    unpriced += [f"{token}: {UNSAID}" for token in sorted(graph.counts) if not is_priced(token)]
    costs += _of_the_whole(graph, usage, unpriced)
    return Cost(tuple(costs), tuple(unpriced), tuple(unused))


def _lines(item: Item) -> Iterator[Line]:
    found = pricer(item.node.type)
    return iter(()) if found is None else found(item)


def is_priced(token: str) -> bool:
    """Whether anybody has said what a type costs, or that it is free."""
    return pricer(token) is not None or is_free(token)


def _of_the_whole(graph: Graph, usage: Usage, unpriced: list[str]) -> list[ResourceCost]:
    root = Node(urn=f"stack:{graph.stack}", type=STACK, name=graph.stack, inputs={}, outputs={})
    try:
        lines = tuple(line for line in whole(Item(root, graph, graph.region, usage)) if line.quantity)
    except (NoPriceError, UnknownTouchedError) as error:
        unpriced.append(f"the stack as a whole: {error}")
        return []
    return [ResourceCost(root.urn, STACK, graph.stack, "(whole stack)", graph.region, lines)] if lines else []


def _region(graph: Graph, node: Node) -> str:
    region = node.inputs.get("region")
    return region if isinstance(region, str) else graph.region
