"""Graphs of real stacks with something changed by hand."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from analyser.graph import Graph, Node


def changed(
    graph: Graph,
    *,
    inputs: Mapping[str, Mapping[str, Any]] | None = None,
    drop: tuple[str, ...] = (),
    add: tuple[Node, ...] = (),
) -> Graph:
    """The graph with other inputs for, without, or with further resources; by logical name, which must exist."""
    wanted = inputs or {}
    unknown = {*wanted, *drop} - {node.name for node in graph}
    assert not unknown, f"no resource is called {unknown}"
    nodes = [
        dataclasses.replace(node, inputs={**node.inputs, **wanted.get(node.name, {})})
        for node in graph
        if node.name not in drop or node.is_component
    ]
    return Graph(graph.project, graph.stack, [*nodes, *add], graph.exports, region=graph.region, config=graph.config)


def node(token: str, name: str, **inputs: Any) -> Node:
    """A resource that no component made; underscores of its inputs' names as they are."""
    return Node(urn=f"urn:pulumi:test::strata::{token}::{name}", type=token, name=name, inputs=inputs, outputs={})


def id_of(graph: Graph, name: str) -> str:
    """The physical id of the one resource of this name."""
    (found,) = [one for one in graph.resources if one.name == name]
    return found.id
