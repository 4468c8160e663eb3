"""The stack's outputs."""

import json
from collections.abc import Iterator

from analyser.analyses.report import outputs as found
from analyser.graph import Graph
from settings.stackfile import HIDDEN

_LATER = "(known after up)"


def outputs(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name and value of each; values that AWS would compute are stand-ins, or known after ``up``."""
    for key, value in found(graph).items():
        yield key, _shown(value)


def _shown(value: object) -> str:
    if value == {"$secret": True}:
        return HIDDEN
    if value == {"$unknown": True}:
        return _LATER
    return value if isinstance(value, str) else json.dumps(value).replace(json.dumps({"$unknown": True}), _LATER)
