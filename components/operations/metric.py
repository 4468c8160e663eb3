"""A CloudWatch metric as alarms and dashboards name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.statements import Grant, Statement

EDGE_REGION = "us-east-1"
"""Where CloudFront and its web ACLs publish, whatever the stack's region."""


@dataclass(frozen=True)
class Metric:
    """One metric; ``region`` is where it is published when that is not the stack's own, ``period`` is in seconds."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str = "Average"
    region: str | None = None
    period: int = 300

    def graphed(self, home_region: str, _place: int, /) -> list[list[Any]]:
        """The metric in the form of a dashboard's body; what has an id there needs its place in the graph.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
        """
        options = {"stat": self.statistic, "period": self.period, "region": self.region or home_region}
        return [[*self.named, options]]

    @property
    def named(self) -> list[Any]:
        """Namespace, name and dimensions, as a dashboard lists them."""
        return [self.namespace, self.name, *(part for pair in self.dimensions.items() for part in pair)]


@dataclass(frozen=True)
class Halved(Metric):
    """A metric that counts each thing twice, for a graph of how many there are; no alarm watches half a metric."""

    label: str = ""

    def graphed(self, home_region: str, place: int, /) -> list[list[Any]]:
        """The half, and the metric itself out of sight."""
        name = f"whole{place}"
        ((*named, options),) = super().graphed(home_region, place)
        shown = {"expression": f"{name} / 2", "label": self.label, "id": f"half{place}", "region": options["region"]}
        return [[shown], [*named, {**options, "id": name, "visible": False}]]


def put_metrics(namespace: str) -> Grant:
    """Lets a role publish metrics of its own under one namespace; the action itself takes no resource."""
    return Statement(
        "PutMetrics", ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": namespace}}
    )
