"""Alarms and dashboard metrics that the records service and its maintenance publish themselves.

The names are those of services/records/records: metrics.py, server.py and maintenance.py.
"""

from collections.abc import Mapping

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric
from systems.records.parts import BUSINESS_METRICS

PATHS = ("read", "page", "write", "replace", "batch")
"""Of the API, by the functions that answer them."""
GAUGES = ("DaysAhead", "Latency", "OutboxBehind", "OutboxWaiting", "ReaderLag", "ReadersLeftOut")
"""What is no count of what happened: a sum of it says nothing."""
_DAY = 24 * 3600
_LEAST_DAYS_AHEAD = 60
_MOST_BEHIND_SECONDS = 60


def of_the_service(settings: AlarmSettings, *, readers: bool) -> dict[str, Alarm]:
    """Requests that were sent away, what Kafka has not been told, readers that nobody asks; and the partitions.

    ``OutboxBehind`` comes from whichever pod passes events on, and ``Maintained`` from each daily run: where they are
    absent nobody does either, so absence is what the alarms are for. The others come and go with what they count.
    """
    alarms = {
        "requests-unavailable": Alarm(
            _own("Unavailable", "Sum"),
            settings.server_errors,
            "Requests found no connection to the database within their time",
        ),
        "outbox-behind": Alarm(
            _own("OutboxBehind", "Maximum"),
            _MOST_BEHIND_SECONDS,
            f"What was written waits for Kafka for more than {_MOST_BEHIND_SECONDS} s, or no pod passes it on",
            missing="breaching",
        ),
        "partitions-ahead": Alarm(
            _own("DaysAhead", "Minimum", _DAY),
            _LEAST_DAYS_AHEAD,
            f"In less than {_LEAST_DAYS_AHEAD} days records have no partition to go to",
            below=True,
            periods=1,
            missing="missing",
        ),
        "maintenance": Alarm(
            _own("Maintained", "Sum", _DAY),
            1,
            "For two days no run that archives old months came to its end",
            below=True,
            missing="breaching",
        ),
    }
    if readers:
        alarms["readers-left-out"] = Alarm(
            _own("ReadersLeftOut", "Maximum"),
            0,
            "A reader is too far behind to be asked, or away: others carry its load",
            periods=3,
        )
    return alarms


def panels(*, readers: bool) -> Mapping[str, list[Metric]]:
    """Graphs of what no alarm watches: how long each path takes, how much waits, how far readers are behind."""
    latencies = [Metric(BUSINESS_METRICS, "Latency", {"Path": path}, "p99") for path in PATHS]
    lag = {"Lag of the readers": [_own("ReaderLag", "Maximum")]} if readers else {}
    return {"Latency by path": latencies, "Events that wait": [_own("OutboxWaiting", "Maximum")], **lag}


def _own(name: str, statistic: str, period: int = 300) -> Metric:
    return Metric(BUSINESS_METRICS, name, {}, statistic, period=period)
