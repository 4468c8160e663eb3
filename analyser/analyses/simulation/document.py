"""What simulated losses come to, as JSON data."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from analyser.analyses.recovery.document import step_document, verdict_document
from analyser.analyses.simulation.model import Outcome


def document(stack: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Times are seconds; a ``most`` that is null is one that nobody has named."""
    return {
        "stack": stack,
        "holds": all(outcome.holds for outcome in outcomes),
        "losses": [_outcome(each) for each in outcomes],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "what": outcome.what,
        "holds": outcome.holds,
        "gone": list(outcome.gone),
        "silent": list(outcome.silent),
        "broken": list(outcome.broken),
        "steps": [step_document(step) for step in outcome.steps],
        "faults": [asdict(fault) for fault in outcome.faults],
        "verdicts": [verdict_document(verdict) for verdict in outcome.verdicts],
    }
