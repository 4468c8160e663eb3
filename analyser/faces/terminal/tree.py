"""The components of a stack with what is telling about each; or, in full, every resource."""

from collections.abc import Iterable
from itertools import groupby

from rich.text import Text
from rich.tree import Tree

from analyser.faces.resource_details import facts, is_telling
from analyser.graph import Graph, Node

_MOST_FACTS = 6
_FOLDED = 3
"""From so many on, components of one class side by side that have nothing telling share a line."""


def tree(graph: Graph, *, full: bool) -> Tree:
    """The stack's components, each on one line, or with every resource below its component."""
    root = Tree(Text.assemble((graph.stack, "bold"), f"  {len(graph.resources)} resources"), guide_style="dim")
    if full:
        _grow(root, graph, "")
    else:
        _summarise(root, graph, graph.children(""))
    return root


def _grow(branch: Tree, graph: Graph, urn: str) -> None:
    for node in graph.children(urn):
        if node.is_component:
            _grow(branch.add(_component(graph, node, [])), graph, node.urn)
            continue
        label = Text.assemble((node.kind, "cyan"), " ", node.name)
        label.append("".join(f"  {fact}" for fact in facts(node)), "green")
        leaf = branch.add(label)
        _grow(leaf, graph, node.urn)


def _summarise(branch: Tree, graph: Graph, nodes: Iterable[Node]) -> None:
    for (kind, telling), group in groupby(nodes, key=lambda node: (_family(node), _tells(graph, node))):
        members = list(group)
        if not telling and len(members) >= _FOLDED:
            branch.add(_folded(graph, kind, members))
            continue
        for node in members:
            label = _component(graph, node, _own_facts(graph, node)) if node.is_component else _lone(node)
            below = [child for child in graph.children(node.urn) if child.is_component and _tells(graph, child)]
            _summarise(branch.add(label), graph, below)


def _family(node: Node) -> str:
    return node.kind if node.is_component else f"{node.kind} "


def _tells(graph: Graph, node: Node) -> bool:
    return is_telling(node) or any(is_telling(below) for below in graph.below(node.urn))


def _own_facts(graph: Graph, node: Node) -> list[str]:
    """The facts of the component's own resources; equal ones once, with their number."""
    told = [" ".join(facts(child)) for child in graph.children(node.urn) if is_telling(child)]
    counted = [f"{told.count(text)}x {text}" if told.count(text) > 1 else text for text in dict.fromkeys(told)]
    if len(counted) > _MOST_FACTS:
        counted = [*counted[:_MOST_FACTS], f"and {len(counted) - _MOST_FACTS} more"]
    return counted


def _component(graph: Graph, node: Node, told: list[str]) -> Text:
    count = sum(1 for below in graph.below(node.urn) if below.is_resource)
    label = Text.assemble((node.name, "bold"), " ", (node.kind, "magenta"), (f" {count}", "dim"))
    if told:
        label.append("  " + " · ".join(told), "green")
    return label


def _lone(node: Node) -> Text:
    label = Text.assemble((node.kind, "cyan"), " ", node.name)
    return label.append("".join(f"  {fact}" for fact in facts(node)), "green")


def _folded(graph: Graph, kind: str, members: list[Node]) -> Text:
    count = sum(node.is_resource + sum(1 for below in graph.below(node.urn) if below.is_resource) for node in members)
    names = ", ".join(node.name for node in members)
    return Text.assemble((f"{len(members)}x ", "bold"), (kind.strip(), "magenta"), (f" {count}", "dim"), f"  {names}")
