"""What a database of RDS is, in words: by its own engine, its primary's, or its group of parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.graph import Graph, Node

_ENGINES = (
    ("aurora-postgresql", "Aurora PostgreSQL"), ("aurora", "Aurora MySQL"), ("postgres", "PostgreSQL"),
    ("mysql", "MySQL"), ("mariadb", "MariaDB"), ("oracle", "Oracle"), ("custom-oracle", "Oracle"),
    ("sqlserver", "SQL Server"), ("custom-sqlserver", "SQL Server"), ("db2", "Db2"),
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, Engine"""
_GROUPS: Mapping[str, str] = {
    "parameterGroupName": "aws:rds/parameterGroup:ParameterGroup",
    "dbClusterParameterGroupName": "aws:rds/clusterParameterGroup:ClusterParameterGroup",
}


def engine_of(graph: Graph, node: Node, otherwise: str) -> str:
    """The engine's name; ``otherwise`` where nothing says which it is."""
    said = (text for text in _said(graph, node) if isinstance(text, str))
    return next((name for text in said for start, name in _ENGINES if text.startswith(start)), otherwise)


def _said(graph: Graph, node: Node) -> Iterator[Any]:
    yield node.inputs.get("engine")
    primary = node.inputs.get("replicateSourceDb")
    if primary:
        known = (
            one
            for one in graph.of_type(node.type)
            if primary in (one.id, one.outputs.get("arn"), one.outputs.get("identifier"))
        )
        yield from (one.inputs.get("engine") for one in known)
    for key, token in _GROUPS.items():
        name = node.inputs.get(key)
        yield from (
            group.inputs.get("family") for group in graph.of_type(token) if name and name == group.outputs.get("name")
        )
