"""EKS: the control plane, and the metrics of Container Insights."""

from collections.abc import Iterator, Mapping

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.observations import observations
from analyser.analyses.cost.services.support import extended

OBSERVABILITY = "amazon-cloudwatch-observability"
EXTENDED: Mapping[int, str] = {0: "eks.extended", 1: ""}
"""Beside the control plane, for a year: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"""


def cluster(item: Item) -> Iterator[Line]:
    """The control plane; and what is added to it from a day on, where AWS does not raise its version first."""
    yield item.hours("EKS control plane", "eks.cluster")
    if item.read("upgradePolicy", "supportType") != "STANDARD":
        yield from extended(item, "Kubernetes on EKS", item.read("version", default=""), 1, EXTENDED)


def addon(item: Item) -> Iterator[Line]:
    """Add-ons are free but for what they send to CloudWatch."""
    if item.read("addonName") == OBSERVABILITY:
        yield from observations(item)


PRICERS: dict[str, Pricer] = {"aws:eks/addon:Addon": addon, "aws:eks/cluster:Cluster": cluster}
