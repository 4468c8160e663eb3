"""What was judged of a stack's recovery, as JSON data."""

from typing import Any

from analyser.analyses.recovery.model import Recovery, Span, State, Step, Verdict, Way


def document(found: Recovery) -> dict[str, Any]:
    """Times are seconds; a ``most`` that is null is one that nobody has named."""
    return {
        "stack": found.stack,
        "summary": summary(found),
        "verdicts": [verdict_document(verdict) for verdict in found.verdicts],
    }


def summary(found: Recovery) -> dict[str, int]:
    """How many objectives are stated, and how many of them are in which state."""
    counted = {state: sum(each.state is state for each in found.stated) for state in State}
    names = {State.HOLDS: "hold", State.ACCEPTED: "accepted", State.UNKNOWN: "notKnown", State.MISSED: "missed"}
    return {"stated": len(found.stated), **{name: counted[state] for state, name in names.items()}}


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """One store and one loss."""
    objective = verdict.objective
    said = objective.model_dump(by_alias=True, exclude_none=True) if objective else None
    return {
        "store": verdict.store.name,
        "urn": verdict.store.node.urn,
        "loss": str(verdict.loss),
        "key": verdict.key,
        "objective": said,
        "state": str(verdict.state),
        "rpo": str(verdict.rpo),
        "rto": str(verdict.rto),
        "way": _way(verdict.way) if verdict.way else None,
    }


def _way(way: Way) -> dict[str, Any]:
    longest = way.longest
    return {
        "name": way.name,
        "loses": _span(way.loses),
        "takes": _span(way.takes),
        "steps": [step_document(step) for step in way.steps],
        "longest": longest.what if longest else None,
    }


def step_document(step: Step) -> dict[str, Any]:
    """One thing that is waited for."""
    return {"step": step.what, "takes": _span(step.takes)}


def _span(span: Span) -> dict[str, Any]:
    return {"least": span.least, "most": span.most, **({"source": span.source} if span.source else {})}
