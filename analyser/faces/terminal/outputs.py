"""The stack's outputs."""

import json
from collections.abc import Iterator

from analyser.analyses.report import outputs as found
from analyser.graph import Graph
from settings.stackfile import HIDDEN


def outputs(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name and value of each; values that AWS would compute are stand-ins."""
    for key, value in found(graph).items():
        yield key, HIDDEN if value == {"$secret": True} else value if isinstance(value, str) else json.dumps(value)
