"""The stack's outputs."""

import json
from collections.abc import Iterator

from preview.graph import Graph
from preview.report import outputs as found


def outputs(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name and value of each; values that AWS would compute are stand-ins."""
    for key, value in found(graph).items():
        yield key, value if isinstance(value, str) else json.dumps(value)
