"""Recovery as people say it: spans, what does not hold, and a whole stack in a line."""

from collections.abc import Iterator

from analyser.analyses.recovery import Recovery, State, Verdict
from analyser.analyses.recovery.judge import NOBODY
from analyser.analyses.recovery.model import Span
from analyser.faces.timeline_text import in_words


def minutes(figure: float | None) -> str:
    """A figure that is stated."""
    return "-" if figure is None else in_words(figure * 60)


def span(found: Span | None) -> str:
    """From the least to the most, as far as somebody has named them."""
    if found is None:
        return "-"
    if found.most is None:
        return f"{in_words(found.worst)} or more" if found.worst else "not known"
    return in_words(found.most) if found.most == found.least else f"up to {in_words(found.most)}"


def sentence(found: Recovery) -> str:
    """How many objectives hold, in a line."""
    if not found.stated:
        return f"no objective is stated of any of {len({each.store.name for each in found.verdicts})} stores"
    accepted = sum(each.state is State.ACCEPTED for each in found.stated)
    held = len(found.stated) - len(found.failing)
    told = f"{held} of {len(found.stated)} objectives hold"
    told = f"{told}, {accepted} of them on a figure that nobody bounds" if accepted else told
    bare = {each.store.name for each in found.verdicts} - {each.store.name for each in found.stated}
    return f"{told}; none is stated of {', '.join(sorted(bare))}" if bare else told


def complaints(found: Recovery) -> Iterator[str]:
    """What is stated and cannot be met, a line each with file and key."""
    for verdict in found.failing:
        objective, way = verdict.objective, verdict.way
        if objective is not None and verdict.rpo.fails:
            yield _complaint(found, verdict, "rpoMinutes", objective.rpo_minutes, way.loses if way else None)
        if objective is not None and verdict.rto.fails:
            yield _complaint(found, verdict, "rtoMinutes", objective.rto_minutes, way.takes if way else None)


def _complaint(found: Recovery, verdict: Verdict, name: str, figure: float | None, reached: Span | None) -> str:
    where = f"{found.file}: objectives.{verdict.key}.{name}"
    return f"{where}: {figure or 0:g} of {verdict.store.name}: {_why(verdict, name, reached)}"


def _why(verdict: Verdict, name: str, reached: Span | None) -> str:
    way, state = verdict.way, verdict.rpo if name == "rpoMinutes" else verdict.rto
    if way is None or reached is None:
        return f"nothing brings it back from loss by {verdict.loss}"
    does = "loses" if name == "rpoMinutes" else "takes"
    told = f"{way.name} {does} {span(reached)}"
    if state is State.MISSED:
        return told
    if name == "rtoMinutes" and NOBODY in way.steps:
        return f"{NOBODY.what}, so nobody can say what it takes; state rpoMinutes alone, or in none why not"
    key = f"objectives.stores.{verdict.store.name}.{verdict.loss}"
    return f"of {way.name} nobody has said what it {does} at the most; say in {key}.unknown why it is taken"
