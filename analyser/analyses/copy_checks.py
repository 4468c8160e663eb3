"""Whether the registry copies a stack's images, whichever stack of the account has it do so."""

import re
import shlex
from collections.abc import Iterator

from analyser.analyses.entrance_checks import Check
from analyser.graph import Graph, Node

_REPOSITORY, _COPIES = "aws:ecr/repository:Repository", "aws:ecr/replicationConfiguration:ReplicationConfiguration"
_RUNS = ("aws:ecs/taskDefinition:TaskDefinition", "kubernetes:apps/v1:Deployment")
_CONTRACT = "recovery"
"""The output by which a home stack passes on what its recovery stack needs."""


def copy_checks(graph: Graph) -> Iterator[Check]:
    """What the registry copies, in a region whose images a recovery stack waits for.

    A registry has one configuration of it, and the update that gives it up leaves none, in whatever order stacks are
    updated: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
    """
    wanted: dict[str, set[str]] = {}
    for node in graph.of_type(_COPIES):
        wanted.setdefault(graph.region_of(node), set()).update(_filters(node))
    if _CONTRACT in graph.exports and any(graph.of_type(token) for token in _RUNS):
        for node in graph.of_type(_REPOSITORY):
            if isinstance(name := node.inputs.get("name"), str) and "/" in name:
                wanted.setdefault(graph.region_of(node), set()).add(f"{name.partition('/')[0]}/")
    for region, prefixes in sorted(wanted.items()):
        told = ", ".join(sorted(prefixes))
        yield Check(
            f"the registry copies images of {told} to another region: one stack of the account says so for all",
            f"aws ecr describe-registry --region {shlex.quote(region)} "
            "--query 'replicationConfiguration.rules[].repositoryFilters[].filter' --output text",
            "(?s)" + "".join(rf"(?=(?:.*\s)?{re.escape(prefix)}(?:\s|\Z))" for prefix in sorted(prefixes)) + ".+",
        )


def _filters(node: Node) -> Iterator[str]:
    for rule in (node.inputs.get("replicationConfiguration") or {}).get("rules") or ():
        yield from (str(each["filter"]) for each in rule.get("repositoryFilters") or () if each.get("filter"))
