"""What a simulated loss comes to."""

from dataclasses import dataclass

from analyser.analyses.recovery.model import State, Step, Verdict
from analyser.graph import Graph


@dataclass(frozen=True)
class Pair:
    """A stack and the one that stands by for it, as it stands by and once it is promoted."""

    home: Graph
    standby: Graph
    promoted: Graph

    @property
    def graphs(self) -> tuple[Graph, Graph, Graph]:
        """All three."""
        return self.home, self.standby, self.promoted


@dataclass(frozen=True)
class Fault:
    """Something that would keep a recovery from working."""

    kind: str
    """A word that tests and machines can rely on."""
    where: str
    """The stack and the resource."""
    what: str


@dataclass(frozen=True)
class Outcome:
    """What is left after a loss."""

    what: str
    """What was taken away, such as ``zone us-east-1a``."""
    gone: tuple[str, ...]
    """Resources that went with it; of a region, none by name."""
    silent: tuple[str, ...]
    """What answered before, is meant to go on and does not, a line each."""
    broken: tuple[str, ...]
    """Stories that no longer lead from one end to the other, a line each with what is missing."""
    verdicts: tuple[Verdict, ...]
    """What the loss means for each store."""
    steps: tuple[Step, ...] = ()
    """What has to be waited for until the stack that stands by serves."""
    faults: tuple[Fault, ...] = ()

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """Objectives that do not hold."""
        return tuple(verdict for verdict in self.verdicts if verdict.state.fails)

    @property
    def stated(self) -> bool:
        """Whether the stack states anything of the loss."""
        return any(verdict.state is not State.UNSTATED for verdict in self.verdicts)

    @property
    def holds(self) -> bool:
        """Whether all that is meant to go on does, in time."""
        return not (self.silent or self.broken or self.failing or self.faults)
