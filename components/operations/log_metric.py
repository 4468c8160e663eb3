"""A metric filter of a log group."""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.operations.metric import Metric

_COLD_START = '{ ($.type = "platform.report") && ($.record.metrics.initDurationMs >= 0) }'
"""Lambda's report of an invocation that had to start its environment first, in the JSON log format:
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report"""


class LogMetric(Component):
    """A metric filter on one log group; ``metric`` is what alarms and dashboards name.

    ``pattern`` says which events count and ``value`` what each of them adds, a number or a field such as ``$.bytes``:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html. The metric
    has no dimensions and goes by the stack and this component's name, so that two filters never share one. Only events
    that come after the filter count.
    """

    def __init__(
        self,
        name: str,
        *,
        log_group_name: pulumi.Input[str],
        pattern: str,
        metric_name: str,
        value: str = "1",
        unit: str = "Count",
        statistic: str = "Sum",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.metric = Metric(f"Strata/{pulumi.get_stack()}/{name}", metric_name, {}, statistic)
        aws.cloudwatch.LogMetricFilter(
            self.child("filter"),
            log_group_name=log_group_name,
            pattern=pattern,
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                namespace=self.metric.namespace, name=metric_name, value=value, unit=unit
            ),
            opts=self.child_options(),
        )
        self.register_outputs({"namespace": self.metric.namespace, "metricName": metric_name})


def cold_starts(
    name: str, log_group_name: pulumi.Input[str], *, opts: pulumi.ResourceOptions | None = None
) -> LogMetric:
    """How many milliseconds a Lambda function, which logs in the JSON format, takes to start; the longest of them."""
    return LogMetric(
        name,
        log_group_name=log_group_name,
        pattern=_COLD_START,
        metric_name="InitDuration",
        value="$.record.metrics.initDurationMs",
        unit="Milliseconds",
        statistic="Maximum",
        opts=opts,
    )
