"""What recovery is made of: spans of time, steps, ways back, and what was judged of an objective."""

from dataclasses import dataclass
from enum import StrEnum

from analyser.graph import Graph, Node
from settings.objectives import Loss, Objective


@dataclass(frozen=True)
class Span:
    """Seconds, from the least to the most that anybody has named; no ``most`` where nobody bounds it."""

    least: float
    most: float | None
    source: str = ""
    worse: float = 0
    """What the worst is at the least, such as all since the last daily backup where nobody bounds how long its copy
    takes."""

    def __add__(self, other: "Span") -> "Span":
        most = None if self.most is None or other.most is None else self.most + other.most
        return Span(self.least + other.least, most, worse=self.worst + other.worst if most is None else 0)

    @property
    def worst(self) -> float:
        """What the worst comes to as far as it is known."""
        return max(self.least, self.worse) if self.most is None else self.most


NO_TIME = Span(0, 0)


@dataclass(frozen=True)
class Step:
    """One thing that is waited for until a store serves again."""

    what: str
    takes: Span


@dataclass(frozen=True)
class Way:
    """One way back from a loss: what is lost of the last writes, and what has to be waited for."""

    name: str
    loses: Span
    steps: tuple[Step, ...]

    @property
    def takes(self) -> Span:
        """All steps one after another."""
        return sum((step.takes for step in self.steps), NO_TIME)

    @property
    def longest(self) -> Step | None:
        """The step that takes longest: one that nobody bounds before all others; None where nothing is waited for."""
        waited = [step for step in self.steps if step.takes.most != 0]
        return max(waited, key=lambda step: (step.takes.most is None, step.takes.most, step.takes.least), default=None)


class State(StrEnum):
    """Whether an objective holds."""

    HOLDS = "holds"
    ACCEPTED = "accepted"
    """Nobody knows how bad it can get, and the stack takes that, with its reason."""
    UNKNOWN = "not known"
    MISSED = "missed"
    UNSTATED = "none stated"

    @property
    def fails(self) -> bool:
        """Whether a stack fails by it: what is not known is not met."""
        return self in (State.UNKNOWN, State.MISSED)


@dataclass(frozen=True)
class Store:
    """What keeps data in a stack's own region, by the name that objectives know it by."""

    name: str
    node: Node


@dataclass(frozen=True)
class Verdict:
    """One store and one loss: what is stated, the way that meets it best, and whether it does."""

    store: Store
    loss: Loss
    key: str
    """Below ``strata:objectives``: where the objective stands, or would."""
    objective: Objective | None
    way: Way | None
    """None where nothing brings the store back."""
    rpo: State
    rto: State

    @property
    def state(self) -> State:
        """The worse of both."""
        return min(self.rpo, self.rto, key=WORST_FIRST.index)


WORST_FIRST = (State.MISSED, State.UNKNOWN, State.ACCEPTED, State.HOLDS, State.UNSTATED)


@dataclass(frozen=True)
class StandingBy:
    """The recovery stack of a stack, as it stands by, and what has to be waited for until it serves."""

    graph: Graph
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Recovery:
    """What a stack's configuration can achieve, and whether that is what it states."""

    stack: str
    file: str
    """What the objectives of the stack are in."""
    verdicts: tuple[Verdict, ...]

    @property
    def stated(self) -> list[Verdict]:
        """Those of which something is stated."""
        return [each for each in self.verdicts if each.state is not State.UNSTATED]

    @property
    def failing(self) -> list[Verdict]:
        """Those that are missed or not known."""
        return [each for each in self.verdicts if each.state.fails]

    def without(self, loss: Loss) -> "Recovery":
        """All but one loss, such as that of a region for which another stack stands by."""
        return Recovery(self.stack, self.file, tuple(each for each in self.verdicts if each.loss is not loss))
