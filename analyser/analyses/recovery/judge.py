"""Whether what a stack states of recovery can be met by what it is configured to be.

A span is held against its worst case: what somebody has named as the most has to be within what is stated. Where
nobody bounds it, it is missed if what is known of the worst is beyond, and else not known, which is not met unless the
objective says in ``unknown`` why it is taken; no words take how long a region takes for which no stack stands by.
"""

import difflib
from collections.abc import Sequence

from analyser.analyses.recovery.model import (
    WORST_FIRST,
    Loss,
    Recovery,
    Span,
    StandingBy,
    State,
    Step,
    Store,
    Verdict,
    Way,
)  # fmt: skip
from analyser.analyses.recovery.stores import joined, stores
from analyser.analyses.recovery.ways import ways
from analyser.graph import Graph
from settings.environment import Environment
from settings.errors import Problem, SettingsError
from settings.objectives import ENVIRONMENTS, Objective, Objectives, StackObjectives, stated, with_home
from settings.recovery import OBJECTIVES, home_objectives, recovery_of
from settings.stack import PROJECT

NOBODY = Step("no stack stands by in another region", Span(0, None))


def recovery(graph: Graph, standing: StandingBy | None = None) -> Recovery:
    """What a stack, run with its outputs known, can achieve, with the stack that stands by for it if there is one.

    Raises SettingsError for objectives of no store.
    """
    graph = graph.without_unknowns()  # a way back is one that the program says
    whole = joined(graph, standing.graph) if standing else graph
    then = standing.steps if standing else (NOBODY,)
    own = StackObjectives.model_validate_json(graph.config.get(f"{PROJECT}:{OBJECTIVES}") or "{}")
    found = stores(graph)
    _refuse_strangers(graph.file, own, found)
    own, others = _of_home(graph, own), _by_default(graph)
    verdicts = []
    for store in found:
        back = ways(whole, store.node)
        back[Loss.REGION] = [Way(way.name, way.loses, (*way.steps, *then)) for way in back[Loss.REGION]]
        for loss in Loss:
            key, objective = stated(own, others, store.name, loss)
            verdicts.append(judged(store, loss, key, objective, back[loss]))
    return Recovery(graph.stack, graph.file, tuple(verdicts))


def _of_home(graph: Graph, own: StackObjectives) -> StackObjectives:
    """With what its home stack states, which a promoted recovery stack is in the place of."""
    recovered = recovery_of(graph.config) if graph.project == PROJECT else None
    return with_home(own, home_objectives(recovered)) if recovered is not None and recovered.promoted else own


def _by_default(graph: Graph) -> Objectives:
    """The environment's; of a stack that stands by nothing, since what it copies is its home stack's to state.

    Nothing either of another project, whose owners have stated none.
    """
    if graph.project != PROJECT:
        return Objectives()
    standby = recovery_of(graph.config)
    if standby is not None and not standby.promoted:
        return Objectives()
    return ENVIRONMENTS[Environment(graph.config.get(f"{PROJECT}:environment", Environment.PROD))]


def _refuse_strangers(file: str, own: StackObjectives, found: Sequence[Store]) -> None:
    names = [store.name for store in found]
    problems = []
    for name in own.stores:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            problems.append(
                Problem(f"{OBJECTIVES}.stores.{name}", f"is no store; {hint}its stores: {', '.join(names)}")
            )
    if problems:
        raise SettingsError(file, problems)


def judged(store: Store, loss: Loss, key: str, objective: Objective | None, back: Sequence[Way]) -> Verdict:
    """The verdict by the way that meets an objective best; both of its figures have to hold by the same way."""
    found = [_by(store, loss, key, objective, way) for way in back]
    nothing = _by(store, loss, key, objective, None)
    return min(found, key=_rank, default=nothing)


def _by(store: Store, loss: Loss, key: str, objective: Objective | None, way: Way | None) -> Verdict:
    rpo = _state(objective, objective.rpo_minutes if objective else None, way.loses if way else None)
    rto = _state(objective, objective.rto_minutes if objective else None, way.takes if way else None)
    if way is not None and NOBODY in way.steps and rto is State.ACCEPTED:
        rto = State.UNKNOWN  # words take a figure that nobody bounds, and here is nothing that could be timed
    return Verdict(store, loss, key, objective, way, rpo, rto)


def _rank(verdict: Verdict) -> tuple[int, float, float]:
    """The best first: by what holds, then by what is lost, then by how long it takes."""
    way = verdict.way
    most = (way.loses.most, way.takes.most) if way else (None, None)
    lost, taken = (float("inf") if each is None else each for each in most)
    return -WORST_FIRST.index(verdict.state), lost, taken


def _state(objective: Objective | None, minutes: float | None, span: Span | None) -> State:
    if objective is None or minutes is None:
        return State.UNSTATED
    if span is None:
        return State.MISSED
    if span.most is not None:
        return State.HOLDS if span.most <= minutes * 60 else State.MISSED
    if span.worst > minutes * 60:
        return State.MISSED
    return State.ACCEPTED if objective.unknown else State.UNKNOWN
