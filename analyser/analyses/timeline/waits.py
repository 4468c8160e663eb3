"""The dependencies that each resource's creation waits for, and which of them AWS imposes."""

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from analyser.graph import Graph, Node


class Why(StrEnum):
    """The reasons for which a resource waits for another."""

    VALUE = "value"
    """One resource's property is another's input."""
    PROVIDER = "provider"
    """The provider is configured with what is waited for."""
    AWS = "aws"
    """A ``depends_on`` that AWS needs though no value carries it: a pair of types in ``imposed.json``."""
    REQUEST = "depends_on"
    """A ``depends_on`` that nothing but the program asks for."""
    COMPONENT = "component"
    """The rest of a remote component: its outputs arrive when all of it is made."""
    PARENT = "parent"
    """The parent must be registered."""

    @property
    def imposed(self) -> bool:
        """Whether no program could do without this wait."""
        return self in (Why.VALUE, Why.PROVIDER, Why.AWS)


@dataclass(frozen=True)
class Imposed:
    """An order that AWS needs between two types of resource, and why."""

    resource: str
    after: str
    because: str

    def covers(self, resource: str, after: str) -> bool:
        """Whether this is about two types."""
        return fnmatchcase(resource, self.resource) and fnmatchcase(after, self.after)


Waits = dict[str, dict[str, Why]]
"""By the URN of what waits: what it waits for, with the strongest of the reasons."""


def waits(graph: Graph) -> Waits:
    """What each resource waits for, by URN. From outside, a remote component is waited for as a whole."""
    inside: dict[str, list[str]] = {}
    for node in graph:
        if node.within:
            inside.setdefault(node.within, []).append(node.urn)
    return {node.urn: _of(graph, node, inside) for node in graph}


def turned(found: Waits) -> Waits:
    """The waits reversed, as a deletion has them: what was waited for waits for its dependents."""
    turned: Waits = {urn: {} for urn in found}
    for urn, others in found.items():
        for other, why in others.items():
            turned[other][urn] = why
    return turned


def _of(graph: Graph, node: Node, inside: dict[str, list[str]]) -> dict[str, Why]:
    found: dict[str, Why] = {}
    for urn, why in _named(graph, node):
        other = graph.get(urn)
        if other is None:
            continue
        whole = _remote(other)
        if whole and whole not in (node.urn, node.within):
            for member in inside.get(whole, ()):
                _keep(found, member, Why.AWS if is_imposed(node, graph[member]) else Why.COMPONENT)
        _keep(found, urn, why)
    return found


def _named(graph: Graph, node: Node) -> Iterator[tuple[str, Why]]:
    """What the registration itself names."""
    by_value = {urn for urns in node.property_dependencies.values() for urn in urns}
    yield from ((urn, Why.VALUE) for urn in sorted(by_value))
    for urn in node.dependencies:
        other = graph.get(urn)
        if urn not in by_value and other is not None:
            yield urn, Why.AWS if is_imposed(node, other) else Why.REQUEST
    if node.provider:
        yield node.provider.rpartition("::")[0], Why.PROVIDER
    if node.parent:
        yield node.parent, Why.PARENT


def _remote(node: Node) -> str:
    """The remote component that a resource is or belongs to."""
    return node.urn if node.remote else node.within


def _keep(found: dict[str, Why], urn: str, why: Why) -> None:
    known = found.get(urn)
    if known is None or (why.imposed and not known.imposed):
        found[urn] = why


def is_imposed(resource: Node, after: Node) -> bool:
    """Whether AWS needs ``after`` to be there first though no value says so."""
    return _pair_is_imposed(resource.type, after.type)


@functools.cache
def _pair_is_imposed(resource: str, after: str) -> bool:
    return any(entry.covers(resource, after) for entry in imposed())


@functools.cache
def imposed() -> tuple[Imposed, ...]:
    """The list of ``imposed.json``: names of types, or patterns of them."""
    text = Path(__file__).with_name("imposed.json").read_text(encoding="utf-8")
    return tuple(Imposed(**entry) for entry in json.loads(text))
