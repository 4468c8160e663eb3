"""One order for what a program registers, whichever of it the SDK happens to send first."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from analyser.graph import Node


def in_order(nodes: Mapping[str, Node], turns: Mapping[str, int]) -> list[Node]:
    """Parents, providers and dependencies before what needs them; beyond that, as the program asked for them.

    ``turns`` says when it did; what it asked for at once stays in the order of ``nodes``.
    """
    rank = {urn: (turns[urn], number) for number, urn in enumerate(nodes)}
    missing = {urn: {other for other in _needs(node) if other in nodes} - {urn} for urn, node in nodes.items()}
    needed_by: dict[str, list[str]] = {}
    for urn, needs in missing.items():
        for other in needs:
            needed_by.setdefault(other, []).append(urn)
    ready = [(rank[urn], urn) for urn, needs in missing.items() if not needs]
    heapify(ready)
    found: dict[str, Node] = {}
    while ready:
        _, urn = heappop(ready)
        found[urn] = nodes[urn]
        for waiting in needed_by.get(urn, ()):
            missing[waiting].discard(urn)
            if not missing[waiting]:
                heappush(ready, (rank[waiting], waiting))
    circles = sorted(nodes.keys() - found.keys(), key=rank.__getitem__)
    return [*found.values(), *(nodes[urn] for urn in circles)]


def _needs(node: Node) -> Iterable[str]:
    return (*node.dependencies, node.parent, node.provider.rpartition("::")[0])
