"""EKS: the control plane, and the metrics of Container Insights."""

from collections.abc import Iterator, Mapping

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import HOURS, Line
from analyser.analyses.cost.services.metrics import OBSERVABILITY, senders
from analyser.analyses.cost.services.support import extended

EXTENDED: Mapping[int, str] = {0: "eks.extended", 1: ""}
"""Beside the control plane, for a year: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"""
_OBSERVED_A_MONTH = 60 * HOURS / 1e6
"""Millions of observations of a metric that is told of every minute; EKS pays for those, not for metrics:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/container-insights-detailed-metrics.html"""


def cluster(item: Item) -> Iterator[Line]:
    """The control plane; and what is added to it from a day on, where AWS does not raise its version first."""
    yield item.hours("EKS control plane", "eks.cluster")
    if item.read("upgradePolicy", "supportType") != "STANDARD":
        yield from extended(item, "Kubernetes on EKS", item.read("version", default=""), 1, EXTENDED)


def addon(item: Item) -> Iterator[Line]:
    """Add-ons are free but for what they send to CloudWatch."""
    if item.read("addonName") == OBSERVABILITY:
        share = _OBSERVED_A_MONTH / senders(item)
        yield item.used("Observations of Container Insights", "cloudwatch.observations", "custom_metrics", share=share)


PRICERS: dict[str, Pricer] = {"aws:eks/addon:Addon": addon, "aws:eks/cluster:Cluster": cluster}
