"""A CloudWatch metric as alarms and dashboards name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.statements import Statement

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

    def graphed(self, home_region: str) -> list[Any]:
        """The metric in the form of a dashboard's body.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
        """
        dimensions = [part for pair in self.dimensions.items() for part in pair]
        options = {"stat": self.statistic, "period": self.period, "region": self.region or home_region}
        return [self.namespace, self.name, *dimensions, options]


def put_metrics(namespace: str) -> Statement:
    """Lets a role publish metrics of its own under one namespace; the action itself takes no resource."""
    return Statement(
        "PutMetrics", ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": namespace}}
    )
