"""The graph with references resolved, physical ids and user-visible names, for reach and rights."""

import dataclasses
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

from analyser.analyses.policies.verdict import policy_graph
from analyser.graph import Graph
from analyser.run.mock_cloud.identity import ACCOUNT_ID
from policy.iam import home_accounts
from policy.model import Block, Resource, known
from policy.model import Graph as PolicyGraph

_COMPONENTS = "strata:"
UNKNOWN_NAME = "?"
"""Stands for an id or a range that is not known yet."""


class View:
    """The resources of one stack with what a run with known values says of them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.resources = _with_ids(policy_graph(graph), graph)

    def of(self, *types: str) -> list[Resource]:
        """All resources of the given types."""
        return self.resources.of(*types)

    def refers(self, resource: Resource, path: str, *types: str) -> list[Resource]:
        """What an input of the resource names, once each."""
        return list(dict.fromkeys(self.resources.refers(resource, path, *types)))

    def id_of(self, resource: Resource) -> str:
        """The physical id."""
        node = self.graph.get(resource.urn)
        return node.id if node else ""

    def by_id(self, identifier: str) -> Resource | None:
        """The resource with this physical id."""
        return self._ids.get(identifier)

    def by_arn(self, arn: str) -> Resource | None:
        """The resource with this ARN."""
        return self._arns.get(arn) if arn.startswith("arn:") else None

    def dual_stack(self, subnets: tuple[str, ...]) -> bool:
        """Whether one of these subnets has a range of version 6."""
        return any(home is not None and home.given("ipv6CidrBlock") for home in map(self.by_id, subnets))

    def region_of(self, resource: Resource) -> str:
        """Where it is: its own region, or the stack's."""
        return text(resource.get("region")) or self.graph.region

    def owner(self, resource: Resource) -> str:
        """The component of this project that made the resource; the resource's own name outside of any."""
        return next((found.name for found in self.lineage(resource) if found.type.startswith(_COMPONENTS)), "") or (
            resource.name
        )

    def lineage(self, resource: Resource) -> Iterator[Resource]:
        """The resource itself, then all that it is below of, nearest first."""
        found: Resource | None = resource
        while found is not None:
            yield found
            found = self.resources.by_urn.get(found.parent or "")

    def named(self, identifier: str) -> str:
        """The user-visible name of the resource with this id; the id itself if the stack does not create it."""
        found = self.by_id(identifier)
        return self.owner(found) if found else identifier

    @cached_property
    def home(self) -> frozenset[str]:
        """The accounts of the stack: those of its ARNs, or what a run without an account of AWS stands in."""
        return home_accounts(self.resources) or frozenset({ACCOUNT_ID})

    @cached_property
    def _ids(self) -> dict[str, Resource]:
        nodes = (node for node in self.graph if node.id and not node.is_provider)
        return {node.id: self.resources.by_urn[node.urn] for node in nodes}

    @cached_property
    def _arns(self) -> dict[str, Resource]:
        # Where it is an input, such as of an event's target, it is another resource's.
        own = (one for one in self.resources if one.outputs.get("arn") is not None and not one.given("arn"))
        return {text(one.outputs.get("arn")): one for one in own}


@lru_cache(maxsize=32)
def view_of(graph: Graph) -> View:
    """A graph as both questions read it, which does not change: kept for whoever asks of the same graph next, also of
    each stack of an account in turn."""
    return View(graph)


def _with_ids(resources: PolicyGraph, graph: Graph) -> PolicyGraph:
    """References hold by physical ids too, which the pack does not get to see."""
    ids = {node.urn: node.id for node in graph if node.id and not node.is_provider}
    every = (
        dataclasses.replace(one, outputs={"id": ids[one.urn], **one.outputs}) if one.urn in ids else one
        for one in resources
    )
    return PolicyGraph(every, resources.environment)


def text(value: Any) -> str:
    """A known string, or an empty one."""
    return value if isinstance(value, str) else ""


def texts(values: list[Any]) -> tuple[str, ...]:
    """The known strings of a list."""
    return tuple(value for value in values if isinstance(value, str))


def names(found: Resource | Block, path: str) -> tuple[str, ...]:
    """The texts of a list or of a single value, with a stand-in for each that is not known yet."""
    value = found.get(path)
    members = value if known(value) and isinstance(value, list) else [value]
    return tuple(
        UNKNOWN_NAME if not known(member) else member for member in members if not known(member) or text(member)
    )
