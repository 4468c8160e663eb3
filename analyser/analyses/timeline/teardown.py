"""When each resource is gone if a whole stack is destroyed: what needs others goes before them."""

from dataclasses import dataclass
from graphlib import TopologicalSorter

from analyser.analyses.timeline.parallel import PARALLEL, within
from analyser.analyses.timeline.schedule import Chains, Link
from analyser.analyses.timeline.times import NOTHING, Duration, deletion, is_timed_to_go
from analyser.analyses.timeline.waits import turned, waits
from analyser.graph import Graph, Node


@dataclass(frozen=True)
class Teardown:
    """``pulumi destroy`` of a whole stack, in which nothing else is in the way."""

    path: tuple[Link, ...]
    """The chain that the end waits for, by typical times; what a link waits for goes before it."""
    typical: float
    worst: float
    parallel: float
    """Seconds, by typical times, with as many at once as the engine takes."""
    protected: tuple[Node, ...]
    """What Pulumi refuses to delete: ``destroy`` stops before it begins."""
    retained: tuple[Node, ...]
    """What stays in the cloud, and takes no time."""
    guessed: tuple[str, ...]
    """Types that are slow to make and of which nobody has said how long they take to go; they count as quick."""


def teardown(graph: Graph) -> Teardown:
    """How long it takes to take the graph away. Raises CycleError if resources wait for each other in a circle."""
    by = turned(waits(graph))
    durations = {node.urn: NOTHING if _stays(node) else deletion(node) for node in graph}
    order = tuple(TopologicalSorter(by).static_order())
    usual = Chains(graph, order, by, {}, durations, _typical)
    slow = Chains(graph, order, by, {}, durations, _worst)
    return Teardown(
        path=usual.longest(),
        typical=usual.end,
        worst=slow.end,
        parallel=within(PARALLEL, {urn: found.typical for urn, found in durations.items()}, by),
        protected=tuple(graph.protected),
        retained=tuple(node for node in graph.resources if _stays(node)),
        guessed=tuple(sorted(token for token in graph.counts if not is_timed_to_go(token))),
    )


def _stays(node: Node) -> bool:
    return bool(node.options.get("retainOnDelete"))


def _typical(known: Duration) -> float:
    return known.typical


def _worst(known: Duration) -> float:
    return known.worst
