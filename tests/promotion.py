"""What the promotion of a recovery stack would do, by the difference of its two forms: standing by and promoted."""

from analyser.analyses.changes.changes import Change
from analyser.analyses.simulation import Pair
from analyser.analyses.simulation.promotion import ELSEWHERE, difference
from analyser.analyses.simulation.promotion import forbidden as faults
from analyser.graph import Graph


def promotion(standby: Graph, promoted: Graph) -> tuple[Change, ...]:
    """All that an ``up`` would do that promotes."""
    return difference(_pair(standby, promoted)).changes


def forbidden(standby: Graph, promoted: Graph) -> list[str]:
    """What a promotion must not do and would, one line each."""
    assert standby.region != ELSEWHERE, "a recovery stack whose region is what may be gone"
    pair = _pair(standby, promoted)
    return [f"{fault.where}: {fault.what}" for fault in faults(pair, difference(pair))]


def _pair(standby: Graph, promoted: Graph) -> Pair:
    """Of the home stack nothing is asked here."""
    return Pair(promoted, standby, promoted)
