"""The stack's outputs."""

import json
from collections.abc import Iterator

from preview.graph import Graph
from preview.report import plain


def outputs(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name and value of each; values that AWS would compute are stand-ins."""
    for key, value in sorted(graph.exports.items()):
        yield key, value if isinstance(value, str) else json.dumps(plain(value))
