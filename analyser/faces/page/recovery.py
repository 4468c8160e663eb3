"""The recovery section: what each loss means for each store, against what is stated."""

from dataclasses import dataclass

from analyser.analyses.recovery import Recovery, State, Verdict
from analyser.faces.recovery_text import complaints, minutes, sentence, span


@dataclass(frozen=True)
class Row:
    """One store and one loss."""

    store: str
    loss: str
    state: str
    fails: bool
    rpo: str
    loses: str
    rto: str
    takes: str
    way: str
    longest: str
    sources: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Section:
    """The contents of the recovery section."""

    sentence: str
    rows: tuple[Row, ...]
    problems: tuple[str, ...]


def recovery(found: Recovery) -> Section:
    """Of all losses that the stack states something of, or that something brings a store back from."""
    told = [each for each in found.verdicts if each.state is not State.UNSTATED or each.way or each.objective]
    return Section(sentence(found), tuple(map(_row, told)), tuple(complaints(found)))


def _row(verdict: Verdict) -> Row:
    objective, way = verdict.objective, verdict.way
    sources = {way.loses.source, *(step.takes.source for step in way.steps)} if way else set()
    return Row(
        store=verdict.store.name,
        loss=str(verdict.loss),
        state=str(verdict.state),
        fails=verdict.state.fails,
        rpo=minutes(objective.rpo_minutes if objective else None),
        loses=span(way.loses if way else None),
        rto=minutes(objective.rto_minutes if objective else None),
        takes=span(way.takes if way else None),
        way=way.name if way else "nothing",
        longest=way.longest.what if way and way.longest else "",
        sources=tuple(sorted(source for source in sources if source)),
        reason=(objective.unknown or objective.none or "") if objective else "",
    )
