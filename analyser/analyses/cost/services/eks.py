"""EKS: the metrics of Container Insights."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.metrics import sent_metrics


def addon(item: Item) -> Iterator[Line]:
    """Add-ons are free but for what they send to CloudWatch."""
    yield from sent_metrics(item)


PRICERS: dict[str, Pricer] = {"aws:eks/addon:Addon": addon}
