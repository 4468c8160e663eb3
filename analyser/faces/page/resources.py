"""The resources section: every resource with what it is searched and filtered by."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analyser.analyses.cost.result import Cost
from analyser.analyses.report import inputs
from analyser.faces.page.amounts import cents
from analyser.faces.resource_details import facts
from analyser.graph import Graph, Node

_MARKS = {"$secret": "[secret]", "$unknown": "[known after deployment]"}


@dataclass(frozen=True)
class Entry:
    """One resource with its searchable attributes."""

    urn: str
    type: str
    kind: str
    name: str
    component: str
    """The outermost component around it."""
    facts: str
    cost: str
    protected: bool
    inputs: str


@dataclass(frozen=True)
class Resources:
    """All that the section shows, by component and name."""

    entries: tuple[Entry, ...]
    types: tuple[tuple[str, int], ...]
    components: tuple[tuple[str, int], ...]


def resources(graph: Graph, cost: Cost) -> Resources:
    """The resources section of a graph."""
    prices = {resource.urn: cents(resource.usd) for resource in cost.resources if resource.usd}
    found = (_entry(graph, node, prices) for node in graph.resources)
    entries = tuple(sorted(found, key=lambda entry: (entry.component, entry.name, entry.type)))
    return Resources(entries, _counted(e.type for e in entries), _counted(e.component for e in entries))


def as_text(value: Any) -> str:
    """A value as an indented outline that needs no quotes."""
    return "\n".join(_lines(value))


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping) and value:
        mark = next((mark for key, mark in _MARKS.items() if value == {key: True}), "")
        return [mark] if mark else [line for key, member in value.items() for line in _member(str(key), member)]
    if isinstance(value, list) and value:
        return [line for item in value for line in _item(_lines(item))]
    if isinstance(value, bool):
        return [str(value).lower()]
    if value is None or value in ("", [], {}):
        return [json.dumps(value)]
    return str(value).splitlines()


def _member(key: str, value: Any) -> list[str]:
    told = _lines(value)
    if len(told) == 1 and not (isinstance(value, Mapping | list) and value and told[0] not in _MARKS.values()):
        return [f"{key}: {told[0]}"]
    return [f"{key}:", *(f"  {line}" for line in told)]


def _item(told: list[str]) -> list[str]:
    return [f"- {told[0]}", *(f"  {line}" for line in told[1:])]


def _entry(graph: Graph, node: Node, prices: Mapping[str, str]) -> Entry:
    public = {key: value for key, value in node.inputs.items() if key not in node.secret_inputs}
    return Entry(
        urn=node.urn,
        type=node.type,
        kind=node.kind,
        name=node.name,
        component=graph.outermost(node),
        facts=" · ".join(facts(replace(node, inputs=public))),
        cost=prices.get(node.urn, ""),
        protected=node.protect,
        inputs=as_text(inputs(node)),
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))
