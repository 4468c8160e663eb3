"""CloudWatch: logs and alarms."""

from collections.abc import Iterator

from analyser.analyses.cost.item import LITTLE, MUCH, Item, Pricer
from analyser.analyses.cost.result import Line

COMPRESSED = 0.15
"""What is left of a GB of logs in the archive, as AWS's calculator has it: https://aws.amazon.com/cloudwatch/pricing/"""
DAYS_A_MONTH = 365 / 12
FOREVER_DAYS = 365
"""What a group without retention is taken to hold."""
_FAST_SECONDS = 60


def log_group(item: Item) -> Iterator[Line]:
    """What comes in, and what is kept of it; every group gets as much as the others."""
    share = 1 / item.of_same_type()
    of_class = item.read("logGroupClass", default="STANDARD")
    sku = "logs.ingested" if of_class == "STANDARD" else f"logs.ingested-{of_class}"
    yield item.used("Logs written", sku, "logs_gb", share=share)
    months = (item.number("retentionInDays") or FOREVER_DAYS) / DAYS_A_MONTH
    kept = item.assumed("logs_gb") * share * months * COMPRESSED
    yield item.scaled("Logs kept", "logs.stored", kept, low=kept * LITTLE, high=kept * MUCH, basis="logsGb")


def alarm(item: Item) -> Iterator[Line]:
    """By the metrics it looks at; one more each for a band of normal values and for short periods."""
    queries = item.read("metricQueries", default=[])
    metrics = [query["metric"] for query in queries if isinstance(query.get("metric"), dict)]
    periods = [metric.get("period", _FAST_SECONDS) for metric in metrics] or [item.number("period", default=300)]
    sku = "cloudwatch.alarm-fast" if min(periods) < _FAST_SECONDS else "cloudwatch.alarm"
    bands = 2 if item.read("thresholdMetricId") is not None else 0
    yield item.fixed("Alarm", sku, max(1, len(metrics)) + bands)


PRICERS: dict[str, Pricer] = {
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
}
