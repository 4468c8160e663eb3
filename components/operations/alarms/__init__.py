"""CloudWatch alarms that notify an SNS topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.operations.metric import Metric
from components.operations.topic import Notices
from settings import Settings

_Percent = Field(default=80, ge=1, le=100)


class AlarmSettings(Settings):
    """When to notify. Counts are per 5 minutes.

    80 % of CPU, memory and connections, and 10 server errors, are the project's defaults where nothing is asked for;
    500 ms is what a response may take. 60 s of replica lag keep the 5 minutes of data loss that are allowed well away;
    Kafka's 85 % of disk is AWS's advice:
    https://docs.aws.amazon.com/msk/latest/developerguide/bestpractices.html
    The 2,000 blocked requests are what one address may send before the firewall's rate rule blocks it.
    """

    server_errors: int = Field(default=10, ge=0)
    """Answers of the class 5xx in 5 minutes."""
    latency_ms: int = Field(default=500, ge=1)
    """How long a response may take, in milliseconds."""
    cpu_percent: int = _Percent
    """CPU in use."""
    memory_percent: int = _Percent
    """Memory in use."""
    connections_percent: int = _Percent
    """Connections in use, of what the store takes."""
    free_storage_percent: int = Field(default=20, ge=1, le=100)
    """Storage that must be left, of what there is."""
    replica_lag_seconds: int = Field(default=60, ge=1)
    """How far a replica may be behind."""
    kafka_disk_percent: int = Field(default=85, ge=1, le=100)
    """Disk of a broker in use."""
    edge_error_percent: int = Field(default=5, ge=1, le=100)
    """Answers of the distribution that are errors, of all."""
    blocked_requests: int = Field(default=2000, ge=0)
    """Requests that the firewall blocked in 5 minutes."""


@dataclass(frozen=True)
class Alarm:
    """What is watched and when it notifies.

    ``missing`` is what a period without data means: ``notBreaching`` for metrics that are only published when
    something happened, ``breaching`` for ones that a healthy service always publishes, ``missing`` for ones that
    come and go with what they measure.
    """

    metric: Metric
    threshold: float
    description: str
    below: bool = False
    periods: int = 2
    name: str | None = None
    """A fixed name in CloudWatch, unique in the account and region; otherwise Pulumi makes one."""
    missing: Literal["notBreaching", "breaching", "missing"] = "notBreaching"


class Alarms(Component):
    """Keyed alarms that notify when they go off and when they are over.

    An alarm stands in the region of its metric and its topic must be there: ``edge_notices`` serves metrics of the
    edge when ``notices`` is elsewhere. Raises ValueError when an alarm has no topic in its region.
    """

    def __init__(
        self,
        name: str,
        alarms: Mapping[str, Alarm],
        *,
        notices: Notices,
        edge_notices: Notices | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._topics = {n.region: n.topic_arn for n in (edge_notices, notices) if n is not None}
        self._home = notices.region
        made = {key: self._alarm(key, alarm) for key, alarm in sorted(alarms.items())}
        self.arns = {key: alarm.arn for key, alarm in made.items()}
        self.names = {key: alarm.name for key, alarm in made.items()}
        self.register_outputs({"arns": self.arns})

    def _alarm(self, key: str, alarm: Alarm) -> aws.cloudwatch.MetricAlarm:
        metric = alarm.metric
        region = metric.region or self._home
        if region not in self._topics:
            raise ValueError(f"alarm {key} is in {region}, where no topic takes its notices")
        percentile = metric.statistic.startswith("p")
        return aws.cloudwatch.MetricAlarm(
            self.child(key),
            name=alarm.name,
            alarm_description=alarm.description,
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.dimensions,
            statistic=None if percentile else metric.statistic,
            extended_statistic=metric.statistic if percentile else None,
            # A percentile of a few calls is one call; below that nothing is said, whatever was said before:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
            evaluate_low_sample_count_percentiles="ignore" if percentile else None,
            period=metric.period,
            evaluation_periods=alarm.periods,
            threshold=alarm.threshold,
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            treat_missing_data=alarm.missing,
            alarm_actions=[self._topics[region]],
            ok_actions=[self._topics[region]],
            region=None if region == self._home else region,
            opts=self.child_options(),
        )
