"""What rows of docs/requirements ask of a resource, beside what a stack registers."""

import json
from collections.abc import Mapping
from typing import Any

from preview.graph import Graph

Figures = Mapping[str, Mapping[str, Any]]
"""Inputs of resources, each named by its type and its name with a blank between them."""


def deviations(figures: Figures, graph: Graph) -> list[str]:
    """Every input that is not as planned, by its path; raises LookupError where there is no such resource."""
    found = []
    for resource, inputs in figures.items():
        kind, name = resource.split(" ")
        found += _deviations(name, inputs, graph.only(kind, name).inputs)
    return found


def _deviations(path: str, planned: Any, found: Any) -> list[str]:
    """Mappings are compared by the planned keys, all else whole; text that is planned as a document is read."""
    if isinstance(found, str) and isinstance(planned, dict | list):
        found = json.loads(found)
    if isinstance(planned, dict) and isinstance(found, dict):
        return [line for key, value in planned.items() for line in _deviations(f"{path}.{key}", value, found.get(key))]
    if isinstance(planned, list) and isinstance(found, list) and len(planned) == len(found):
        pairs = enumerate(zip(planned, found, strict=True))
        return [line for index, (one, other) in pairs for line in _deviations(f"{path}[{index}]", one, other)]
    return [] if planned == found else [f"{path}: {found!r}, planned is {planned!r}"]
