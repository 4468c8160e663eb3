"""Figures of the service in CloudWatch, once a minute: how many requests of each path, how long, how many failed.

Latencies are sent as values with their counts, of which CloudWatch makes percentiles; to two figures, so that a
minute fits into one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

_MINUTE = 60.0
_MOST_VALUES = 150
_MOST_METRICS = 1000


class Metrics:
    """Counts requests until they are told."""

    def __init__(self) -> None:
        self._latencies: dict[str, Counter[float]] = defaultdict(Counter)
        self._failed: Counter[str] = Counter()

    def note(self, path: str, milliseconds: float, *, failed: bool) -> None:
        """One request; ``failed`` when it was answered with 5xx."""
        self._latencies[path][float(f"{milliseconds:.2g}")] += 1
        self._failed[path] += failed

    def take(self) -> list[dict[str, Any]]:
        """What PutMetricData is to be given, and forgets it."""
        latencies, failed = self._latencies, self._failed
        self._latencies, self._failed = defaultdict(Counter), Counter()
        told = []
        for path, counts in sorted(latencies.items()):
            dimensions = [{"Name": "Path", "Value": path}]
            values = sorted(counts.items())
            for start in range(0, len(values), _MOST_VALUES):
                part = values[start : start + _MOST_VALUES]
                told.append(
                    {
                        "MetricName": "Latency",
                        "Dimensions": dimensions,
                        "Unit": "Milliseconds",
                        "Values": [value for value, _ in part],
                        "Counts": [float(count) for _, count in part],
                    }
                )
            told.append(_count("Requests", dimensions, counts.total()))
            told.append(_count("Failed", dimensions, failed[path]))
        return told


async def tell(metrics: Metrics, gauges: Callable[[], dict[str, float]], namespace: str, client: Any) -> None:
    """Tells CloudWatch every minute, for ever; what it does not take is lost, and said so."""
    while True:
        await asyncio.sleep(_MINUTE)
        data = metrics.take()
        data += [{"MetricName": name, "Value": value, "Unit": "Seconds"} for name, value in gauges().items()]
        for start in range(0, len(data), _MOST_METRICS):
            part = data[start : start + _MOST_METRICS]
            try:
                await asyncio.to_thread(client.put_metric_data, Namespace=namespace, MetricData=part)
            except Exception as error:
                print(f"CloudWatch was not told: {error!r}", flush=True)


def _count(name: str, dimensions: list[dict[str, str]], value: float) -> dict[str, Any]:
    return {"MetricName": name, "Dimensions": dimensions, "Value": float(value), "Unit": "Count"}
