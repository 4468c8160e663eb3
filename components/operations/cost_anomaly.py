"""A Cost Anomaly Detection monitor and its subscription."""

import json
from typing import Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.component import Component
from components.operations.budget import CostTag
from components.operations.topic import Notices
from settings import MisfitError, Problem, Settings
from settings.services.operations import MonitorArn

PUBLISHER = "costalerts"
"""The service that publishes notices of anomalies; topic and key have to let it in beside
``topic.PUBLISHERS``: https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html"""

_OTHER_SPECIFICATIONS = ("And", "CostCategories", "Dimensions", "Not", "Or")


class CostAnomalySettings(Settings):
    """What an anomaly has to cost, in US dollars, before it is told, and what is watched.

    Watched is what ``tag`` marks, or what the account's existing monitor ``monitor_arn`` watches. With neither, a
    monitor of every service is made: an account takes one of them, and most have one that AWS made by itself
    (``Default-Services-Monitor``), whose ARN then belongs here.
    https://docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html
    """

    minimum_usd: int = Field(default=20, ge=1)
    """What an anomaly has to cost before it is told."""
    tag: CostTag | None = None
    monitor_arn: MonitorArn | None = None
    """The account's own monitor, which is then used in place of one more."""

    @model_validator(mode="after")
    def _one_monitor(self) -> Self:
        if self.tag is not None and self.monitor_arn is not None:
            raise MisfitError(
                Problem("monitorArn", "an existing monitor has its scope already; give either tag or monitorArn")
            )
        return self


class CostAnomaly(Component):
    """Notifies ``notices`` of unusual spending, up to a day after it occurs.

    The topic must have been made with ``PUBLISHER`` among its publishers, and its key too. Cost Explorer has to be on
    in the account, and needs ten days of a service's use before it knows what is usual:
    https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html
    """

    def __init__(
        self,
        name: str,
        settings: CostAnomalySettings,
        *,
        notices: Notices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        dimension = aws.costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(
            key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            match_options=["GREATER_THAN_OR_EQUAL"],
            values=[str(settings.minimum_usd)],
        )
        subscription = aws.costexplorer.AnomalySubscription(
            self.child("subscription"),
            # Reports by day or week go to addresses only, not to topics.
            frequency="IMMEDIATE",
            monitor_arn_lists=[settings.monitor_arn or self._monitor(settings.tag)],
            subscribers=[
                aws.costexplorer.AnomalySubscriptionSubscriberArgs(type="SNS", address=notices.topic_arn),
            ],
            threshold_expression=aws.costexplorer.AnomalySubscriptionThresholdExpressionArgs(dimension=dimension),
            opts=self.child_options(),
        )
        self.register_outputs({"arn": subscription.arn})

    def _monitor(self, tag: CostTag | None) -> pulumi.Output[str]:
        return aws.costexplorer.AnomalyMonitor(
            self.child("monitor"),
            monitor_type="DIMENSIONAL" if tag is None else "CUSTOM",
            monitor_dimension="SERVICE" if tag is None else None,
            monitor_specification=None if tag is None else _specification(tag),
            opts=self.child_options(),
        ).arn


def _specification(tag: CostTag) -> str:
    """What ``tag`` marks, as AWS gives it back: with the parts that are empty, or it would be replaced every time."""
    marked = {"Key": tag.key, "MatchOptions": None, "Values": [tag.value]}
    return json.dumps({**dict.fromkeys(_OTHER_SPECIFICATIONS), "Tags": marked}, sort_keys=True)
