"""Names that one account, one region or all of AWS has once, and who else would take them.

What makes a name unique is what its ARN holds beside it: a region, an account, or neither, as a bucket's.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from analyser.analyses.deployment_rights.names import filled, made_up, without_made_up
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.once import crowded
from analyser.analyses.prerequisites.model import known
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID

ACCOUNTS: Final = "aws:allowedAccountIds"
_ENDPOINTS: Final = "aws:endpoints"
"""Whose file has them is in an emulator of its own, never in an account: docs/decisions/0052-a-cloud-on-a-laptop.md."""
_BUCKET: Final = "aws:s3/bucket:Bucket"
_SHARED: Final = frozenset(
    {
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:lambda/layerVersion:LayerVersion",
        "aws:s3/bucketObject:BucketObject",
    }
)
"""Types of which several may go by one name: versions of it, or parts."""


def account_of(graph: Graph) -> str:
    """The one account that a stack's file lets it be in; empty where it says none, or several."""
    try:
        listed: Any = json.loads(graph.config.get(ACCOUNTS) or "[]")
    except ValueError:
        return ""
    return str(listed[0]) if isinstance(listed, list) and len(listed) == 1 else ""


def twice(graph: Graph) -> list[str]:
    """A line for each name that a stack gives to two resources, and for what it makes more often than AWS lets it."""
    return [
        *(
            f"{graph.stack}: {' and '.join(node.name for node in nodes)} have the same name: {_told(arn)}"
            for arn, nodes in _taken(graph).items()
            if len(nodes) > 1
        ),
        *crowded([(account_of(graph), graph)]),
    ]


def collisions(graphs: Iterable[Graph], asked: Graph | None = None) -> list[str]:
    """A line for each name that two stacks take: a bucket's anywhere, any other in one account; and for what an account
    has one of, and two stacks make.

    Where one is ``asked`` about, only for names that it takes.
    """
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    real = [graph for graph in graphs if _ENDPOINTS not in graph.config]
    for graph in real:
        account = account_of(graph)
        for arn, nodes in _taken(graph).items():
            of_all = _is_of_all(nodes[0], arn)
            if account or of_all:
                holders["" if of_all else account, arn].append(graph.stack)
    beside = [(account_of(graph), graph) for graph in real if account_of(graph)]
    return [
        *(
            f"{' and '.join(stacks)} take the same name{f' in account {account}' if account else ''}: {_told(arn)}"
            for (account, arn), stacks in sorted(holders.items())
            if len(stacks) > 1 and (asked is None or asked.stack in stacks)
        ),
        *crowded(beside, asked),
    ]


def _taken(graph: Graph) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    made = made_up(graph)
    for node in graph.resources:
        for arn in _own(graph, node):
            if arn == without_made_up(arn, made):
                found[arn].append(node)
    return found


def _own(graph: Graph, node: Node) -> Iterator[str]:
    """The ARN of what has a name that its stack's file gives, where the name alone makes it."""
    known_type = operations().get(node.type)
    if known_type is None or node.type in _SHARED or not known(node, known_type.name):
        return
    for form in known_type.arns[:1]:
        if "{name}" in form and "*" not in form.partition("{name}")[0]:
            yield filled(graph, node, form, {})


def _is_of_all(node: Node, arn: str) -> bool:
    """Whether no other account may have the name either; one that holds the account's number is its own."""
    return node.type == _BUCKET and ACCOUNT_ID not in arn


def _told(arn: str) -> str:
    return arn.removeprefix("arn:aws:").replace(f":{ACCOUNT_ID}:", "::")
