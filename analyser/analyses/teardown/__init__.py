"""Taking a whole stack away: what is in the way, what survives, the steps, and what AWS leaves behind."""

from dataclasses import dataclass

from analyser.analyses.drill.model import Step
from analyser.analyses.teardown.blocks import Block, blocks
from analyser.analyses.teardown.steps import steps
from analyser.analyses.teardown.survivors import survivors
from analyser.analyses.timeline import teardown as timed
from analyser.graph import Graph

__all__ = ["Block", "Taken", "blocks", "take_away"]


@dataclass(frozen=True)
class Taken:
    """A teardown: how long it takes, what stops it, its steps, and what is left afterwards."""

    stack: str
    typical: float
    """Seconds that ``pulumi destroy`` takes, as ``strata timeline --destroy`` has them."""
    worst: float
    guessed: tuple[str, ...]
    """Types of which nobody has said how long they take to go: with any, the times are a lower bound."""
    blocks: tuple[Block, ...]
    """What stops the destroy though every step was done: faults of the program."""
    steps: tuple[Step, ...]
    survives: tuple[str, ...]


def take_away(graph: Graph, standby: str = "") -> Taken:
    """The teardown of a stack; ``standby`` is the name of the recovery stack that depends on it, if there is one."""
    times, graph = timed(graph), graph.without_unknowns()
    return Taken(
        graph.stack,
        times.typical,
        times.worst,
        times.guessed,
        tuple(blocks(graph)),
        tuple(steps(graph, standby)),
        tuple(survivors(graph)),
    )
