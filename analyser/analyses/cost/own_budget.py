"""The budget that a stack makes for itself: what AWS would tell of once it is spent."""

from collections.abc import Iterator

from analyser.graph import Graph

_BUDGET = "aws:budgets/budget:Budget"


def own_budget(graph: Graph) -> float | None:
    """The least of the stack's monthly budgets of cost, in USD; None where it makes none that is known."""
    return min(_limits(graph), default=None)


def _limits(graph: Graph) -> Iterator[float]:
    for node in graph.of_type(_BUDGET):
        said = node.inputs
        kind = (said.get("budgetType"), said.get("timeUnit"), said.get("limitUnit"))
        limit = said.get("limitAmount")
        if kind == ("COST", "MONTHLY", "USD") and isinstance(limit, str):
            yield float(limit)
