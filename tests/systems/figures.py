"""What is asked of single resources, row by row: the figures of docs/requirements as tests compare them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyser.graph import Graph

Figure = tuple[str, str, Mapping[str, Any]]
"""Type, logical name, and those of its inputs that a row asks for; None stands for what must not be there."""


@dataclass(frozen=True)
class Of:
    """An output of the resource of this logical name, such as its id: an input that must lead there."""

    name: str
    output: str = "id"


def unmet(graph: Graph, figures: Sequence[Figure]) -> list[str]:
    """What a graph has otherwise than asked for, one line a value."""
    found: list[str] = []
    for kind, name, expected in figures:
        try:
            actual = graph.only(kind, name).inputs
        except LookupError:
            found.append(f"{graph.stack}: there is no {kind} {name}")
            continue
        found += _differences(graph, f"{graph.stack}: {kind} {name}", expected, actual)
    return found


def _differences(graph: Graph, path: str, expected: Any, actual: Any) -> list[str]:
    if isinstance(expected, Of):
        expected = _value(graph, expected)
    if isinstance(expected, Mapping | list) and isinstance(actual, str):
        actual = json.loads(actual)
    if isinstance(expected, Mapping) and isinstance(actual, dict):
        return [
            text for key in expected for text in _differences(graph, f"{path}.{key}", expected[key], actual.get(key))
        ]
    if isinstance(expected, list) and isinstance(actual, list):
        return _missing(graph, path, expected, actual)
    if expected is None and actual in (None, "", []):
        return []
    return [] if expected == actual else [f"{path} is {actual!r}, not {expected!r}"]


def _missing(graph: Graph, path: str, expected: list[Any], actual: list[Any]) -> list[str]:
    """Members that are asked for and not there: each needs one of its own, in any order, and others may be there."""
    rest, found = list(actual), []
    for one in expected:
        fitting = next((other for other in rest if not _differences(graph, path, one, other)), _NOTHING)
        if fitting is _NOTHING:
            found.append(f"{path} has no {one!r} among {actual!r}")
        else:
            rest.remove(fitting)
    return found


_NOTHING = object()


def _value(graph: Graph, wanted: Of) -> Any:
    nodes = [node for node in graph.resources if node.name == wanted.name]
    if len(nodes) != 1:
        raise LookupError(f"{len(nodes)} resources are called {wanted.name}")
    return nodes[0].id if wanted.output == "id" else nodes[0].outputs[wanted.output]
