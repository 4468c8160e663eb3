"""A stack as large as one may become: with the longest name that a stack may have, and a fifth more roles."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analyser.graph import Graph, Node

LONGEST = 100
"""Characters of a stack's name, as ``settings.stackfile`` takes it."""
_ROLE = "aws:iam/role:Role"
_EVERY = 5
_ARN = re.compile(r"(arn:aws:[^\"]*[a-z0-9])(?=[/*:?-]*\")")


def grown(graph: Graph) -> Graph:
    """The graph under a name of that length, each fifth role there twice, with policies about things of its own."""
    stack = longest(graph.stack)
    tags = graph.config["aws:defaultTags"].replace(f'"{graph.stack}"', f'"{stack}"')
    nodes = [*graph.nodes, *_more(graph)]
    config = {**graph.config, "aws:defaultTags": tags}
    return Graph(graph.project, stack, nodes, graph.exports, region=graph.region, config=config)


def longest(stack: str) -> str:
    """A stack's name, as long as one may be."""
    return f"{stack}-{'x' * LONGEST}"[:LONGEST]


def _more(graph: Graph) -> Iterator[Node]:
    policies = [node for node in graph.resources if node.type.startswith("aws:iam/rolePolicy")]
    for role in graph.of_type(_ROLE)[::_EVERY]:  # rounded up
        yield _again(role, role)
        for node in policies:
            if any(role.urn in urns for urns in node.property_dependencies.values()):
                yield _again(node, role)


def _again(node: Node, role: Node) -> Node:
    name = f"more-{role.name}"
    inputs, outputs = (_renamed(data, role.name, name) for data in (node.inputs, node.outputs))
    if isinstance(policy := inputs.get("policy"), str):
        inputs = {**inputs, "policy": _ARN.sub(r"\1-more", policy)}
    urns = {
        key: tuple(_renamed(urn, role.name, name) for urn in urns) for key, urns in node.property_dependencies.items()
    }
    return replace(
        node, urn=_renamed(node.urn, role.name, name), name=_renamed(node.name, role.name, name),
        id=_renamed(node.id, role.name, name), inputs=inputs, outputs=outputs, property_dependencies=urns,
    )  # fmt: skip


def _renamed(data: Any, old: str, new: str) -> Any:
    if isinstance(data, dict):
        return {key: _renamed(value, old, new) for key, value in data.items()}
    if isinstance(data, list):
        return [_renamed(value, old, new) for value in data]
    return data.replace(old, new) if isinstance(data, str) else data
