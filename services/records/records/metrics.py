"""Figures of the service in CloudWatch, once a minute: how many requests of each path, how long, how many failed; how
many were sent away for want of a connection; and the gauges of a pod, as far as it knows them.

Latencies are sent as values with their counts, of which CloudWatch makes percentiles; to two figures, so that a
minute fits into one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_MINUTE = 60.0
_MOST_VALUES = 150
_MOST_METRICS = 1000
_UNAVAILABLE = 503


@dataclass(frozen=True)
class Gauge:
    """How much there is of something, in a unit of CloudWatch's."""

    value: float
    unit: str = "Count"


class Metrics:
    """Counts requests until they are told."""

    def __init__(self) -> None:
        self._latencies: dict[str, Counter[float]] = defaultdict(Counter)
        self._failed: Counter[str] = Counter()
        self._unavailable = 0

    def note(self, path: str, milliseconds: float, status: int) -> None:
        """One request, and what it was answered with."""
        self._latencies[path][float(f"{milliseconds:.2g}")] += 1
        self._failed[path] += status >= 500
        self._unavailable += status == _UNAVAILABLE

    def take(self) -> list[dict[str, Any]]:
        """What PutMetricData is to be given, and forgets it."""
        latencies, failed, unavailable = self._latencies, self._failed, self._unavailable
        self._latencies, self._failed, self._unavailable = defaultdict(Counter), Counter(), 0
        told = [_count("Unavailable", [], unavailable)]
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


async def tell(metrics: Metrics, gauges: Callable[[], dict[str, Gauge]], namespace: str, client: Any) -> None:
    """Tells CloudWatch every minute, for ever; what it does not take is lost, and said so."""
    while True:
        await asyncio.sleep(_MINUTE)
        data = metrics.take()
        data += [gauged(name, gauge) for name, gauge in gauges().items()]
        for start in range(0, len(data), _MOST_METRICS):
            part = data[start : start + _MOST_METRICS]
            try:
                await asyncio.to_thread(client.put_metric_data, Namespace=namespace, MetricData=part)
            except Exception as error:
                print(f"CloudWatch was not told: {error!r}", flush=True)


def gauged(name: str, gauge: Gauge) -> dict[str, Any]:
    """A gauge as PutMetricData takes it."""
    return {"MetricName": name, "Value": float(gauge.value), "Unit": gauge.unit}


def _count(name: str, dimensions: list[dict[str, str]], value: float) -> dict[str, Any]:
    return {"MetricName": name, "Dimensions": dimensions, "Value": float(value), "Unit": "Count"}
