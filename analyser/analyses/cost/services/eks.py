"""EKS: the control plane, and the metrics of Container Insights."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import HOURS, Line
from analyser.analyses.cost.services.metrics import OBSERVABILITY, senders
from analyser.analyses.cost.services.support import extended

_OBSERVED_A_MONTH = 60 * HOURS / 1e6
"""Millions of observations of a metric that is told of every minute; EKS pays for those, not for metrics:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/container-insights-detailed-metrics.html"""


def cluster(item: Item) -> Iterator[Line]:
    """The control plane; and when it becomes dearer, where AWS does not raise its version first."""
    lines = [] if item.read("upgradePolicy", "supportType") == "STANDARD" else list(_extended(item))
    if not any(line.usd for line in lines):
        yield item.hours("EKS control plane", "eks.cluster")
    yield from lines


def _extended(item: Item) -> Iterator[Line]:
    return extended(item, "Kubernetes on EKS", item.read("version", default=""), "eks.extended", 1)


def addon(item: Item) -> Iterator[Line]:
    """Add-ons are free but for what they send to CloudWatch."""
    if item.read("addonName") == OBSERVABILITY:
        share = _OBSERVED_A_MONTH / senders(item)
        yield item.used("Observations of Container Insights", "cloudwatch.observations", "custom_metrics", share=share)


PRICERS: dict[str, Pricer] = {"aws:eks/addon:Addon": addon, "aws:eks/cluster:Cluster": cluster}
