"""Graphs made by hand, whose times can be added up by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from analyser.graph import Graph, Node

VPC = "aws:ec2/vpc:Vpc"  # 13 s, at worst 60
DATABASE = "aws:rds/instance:Instance"  # 6 min, at worst 25
KAFKA = "aws:msk/cluster:Cluster"  # 25 min, at worst 100
CLUSTER = "aws:eks/cluster:Cluster"  # 10 min
ADDON = "aws:eks/addon:Addon"  # 35 s
NODES = "aws:eks/nodeGroup:NodeGroup"  # 119 s
TOPIC = "aws:sns/topic:Topic"  # not listed: 2 s, at worst 20


def urn(token: str, name: str) -> str:
    """The URN of a node without a parent."""
    return f"urn:pulumi:test::strata::{token}::{name}"


def node(
    token: str,
    name: str,
    *,
    values: Iterable[Node] = (),
    after: Iterable[Node] = (),
    inputs: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Node:
    """A resource that takes values of some others and was told to wait for some."""
    by_value = tuple(other.urn for other in values)
    given: dict[str, Any] = {"inputs": dict(inputs or {}), "outputs": {}, **fields}
    return Node(
        **given,
        urn=urn(token, name),
        type=token,
        name=name,
        dependencies=(*by_value, *(other.urn for other in after)),
        property_dependencies={"value": by_value} if by_value else {},
    )


def graph(*nodes: Node) -> Graph:
    """A graph of these."""
    return Graph("strata", "test", nodes, {}, region="us-east-1")
