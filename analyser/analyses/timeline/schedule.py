"""When each resource's creation begins and ends if everything starts as early as it can."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from analyser.analyses.timeline.awaits import Await, awaits
from analyser.analyses.timeline.parallel import PARALLEL, within
from analyser.analyses.timeline.times import Duration, duration, is_timed, patience
from analyser.analyses.timeline.waits import Waits, Why, waits
from analyser.graph import Graph, Node

Pick = Callable[[Duration], float]


@dataclass(frozen=True)
class Link:
    """One resource of a chain: when it begins and ends, in seconds, and what let it begin."""

    node: Node
    start: float
    finish: float
    why: Why | None
    """Why it waited for the link before; None for the first."""


@dataclass(frozen=True)
class Step:
    """One resource's creation: seconds after the start of the deployment, by typical and by worst times."""

    node: Node
    start: float
    finish: float
    worst_start: float
    worst_finish: float
    source: str


@dataclass(frozen=True)
class LostWait:
    """An object whose provider gives up before what it waits for is there."""

    node: Node
    what: str
    """What it waits for, such as ``pods that answer``."""
    limit: float | None
    """After how many seconds the provider gives up; None where it never does."""
    needed: float | None
    """After how many seconds it would be there; None when nothing of the stack makes it, or only after the wait."""


@dataclass(frozen=True)
class Timeline:
    """A deployment of a whole stack to an empty account, with no limit on what is done at once."""

    steps: tuple[Step, ...]
    """In order of their beginning."""
    path: tuple[Link, ...]
    """The chain that the end waits for, by typical times."""
    typical: float
    worst: float
    least: float
    """Seconds of the slowest chain that AWS imposes: values, providers, and orders with a recorded reason."""
    least_worst: float
    least_path: tuple[Link, ...]
    at_once: int
    """How many resources are being made at the same time at most."""
    impatient: tuple[tuple[Node, float, float], ...]
    """Resources whose provider gives up before the worst case is over: how long it waits, how long that takes."""
    lost: tuple[LostWait, ...]
    """Waits of Kubernetes objects that end in a failure of the deployment, by typical times."""
    guessed: tuple[str, ...]
    """Types of which nobody has said how long they take, and which count as quick."""
    parallel: float
    """Seconds, by typical times, with as many at once as the engine takes."""

    @property
    def needless(self) -> tuple[Link, ...]:
        """Links of the critical path whose wait AWS does not impose."""
        return tuple(link for link in self.path if link.why is not None and not link.why.imposed)

    @property
    def ratio(self) -> float:
        """How much longer than AWS imposes the deployment takes, by typical or by worst times, whichever is more."""
        pairs = ((self.typical, self.least), (self.worst, self.least_worst))
        return max((total / least if least else 1.0) for total, least in pairs)


def timeline(graph: Graph) -> Timeline:
    """When everything in the graph would be made. Raises CycleError if resources wait for each other in a circle."""
    durations = {node.urn: duration(node) for node in graph}
    every = waits(graph)
    imposed = {urn: {other: why for other, why in found.items() if why.imposed} for urn, found in every.items()}
    asked = awaits(graph, every)
    on = {wait.node.urn: tuple(node.urn for node in wait.on) for wait in asked}
    order = tuple(TopologicalSorter({urn: (*of, *on.get(urn, ())) for urn, of in every.items()}).static_order())
    usual = Chains(graph, order, every, on, durations, lambda known: known.typical)
    slow = Chains(graph, order, every, on, durations, lambda known: known.worst)
    least = Chains(graph, order, imposed, {}, durations, lambda known: known.typical)
    least_slow = Chains(graph, order, imposed, {}, durations, lambda known: known.worst)
    steps = sorted((_step(node, usual, slow, durations) for node in graph.resources), key=lambda step: step.start)
    return Timeline(
        steps=tuple(steps),
        path=usual.longest(),
        typical=usual.end,
        worst=slow.end,
        least=least.end,
        least_worst=least_slow.end,
        least_path=least.longest(),
        at_once=_at_once(steps),
        impatient=tuple(_impatient(graph, durations)),
        lost=tuple(_lost(asked, usual)),
        guessed=tuple(sorted(token for token in graph.counts if not is_timed(token))),
        parallel=_parallel(usual, every),
    )


def _parallel(usual: "Chains", every: Waits) -> float:
    """What waits within its provider keeps its place: the engine counts it until the provider answers."""
    return within(PARALLEL, {urn: usual.finish[urn] - usual.start[urn] for urn in usual.finish}, every)


class Chains:
    """The earliest finish of everything, by one measure of time and one set of waits."""

    def __init__(
        self,
        graph: Graph,
        order: tuple[str, ...],
        by: Waits,
        on: Mapping[str, tuple[str, ...]],
        durations: Mapping[str, Duration],
        pick: Pick,
    ) -> None:
        self.finish: dict[str, float] = {}
        self.start: dict[str, float] = {}
        self._last: dict[str, str] = {}
        self._graph = graph
        self._waits = by
        for urn in order:
            last = min(by[urn], key=self._late, default="")
            self._last[urn] = last
            self.start[urn] = self.finish.get(last, 0.0)
            ready = min((self.finish[other] for other in on.get(urn, ())), default=0.0)
            self.finish[urn] = max(self.start[urn] + pick(durations[urn]), ready)
        self.end = max(self.finish.values(), default=0.0)

    def _late(self, urn: str) -> tuple[float, str]:
        """The latest first; of those that end together, always the same one."""
        return -self.finish[urn], urn

    def answers(self, wait: Await) -> float | None:
        """Seconds after an object's start until what it waits for is there; None when nothing makes that."""
        ready = min((self.finish[node.urn] for node in wait.on), default=None)
        return None if ready is None else ready - self.start[wait.node.urn]

    def longest(self) -> tuple[Link, ...]:
        """The chain that ends last, in order; resources only, with the reason of the wait that led to each."""
        links: list[Link] = []
        urn = min(self.finish, key=self._late, default="")
        while urn:
            node, last = self._graph[urn], self._last[urn]
            why = self._waits[urn][last] if self.start[urn] else None
            if self.finish[urn] > self.start[urn]:
                links.append(Link(node, self.start[urn], self.finish[urn], why))
            elif links and why is not None and not why.imposed:
                links[-1] = Link(links[-1].node, links[-1].start, links[-1].finish, why)
            urn = last
        return tuple(reversed(links))


def _step(node: Node, usual: Chains, slow: Chains, durations: Mapping[str, Duration]) -> Step:
    urn = node.urn
    return Step(node, usual.start[urn], usual.finish[urn], slow.start[urn], slow.finish[urn], durations[urn].source)


def _at_once(steps: list[Step]) -> int:
    changes = sorted((at, change) for step in steps for at, change in ((step.start, 1), (step.finish, -1)))
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def _lost(found: Iterable[Await], usual: Chains) -> Iterator[LostWait]:
    """The waits that cannot end well: on nothing, on what itself waits for the object, or on what comes too late."""
    for wait in found:
        limit = patience(wait.node)
        needed = usual.answers(wait)
        if needed is None or (limit is not None and needed > limit):
            yield LostWait(wait.node, wait.what, limit, needed)


def _impatient(graph: Graph, durations: Mapping[str, Duration]) -> list[tuple[Node, float, float]]:
    known = ((node, patience(node), durations[node.urn].worst) for node in graph.resources)
    return [(node, limit, worst) for node, limit, worst in known if limit is not None and limit < worst]
