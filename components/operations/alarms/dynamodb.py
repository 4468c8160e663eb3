"""Alarms of a DynamoDB table.

Metrics: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

import pulumi

from components.operations.alarms import Alarm
from components.operations.metric import Metric

_LATE_MS = 60_000
"""A replica that is a minute behind; it is seconds behind at most otherwise."""


def table(key: str, table_name: pulumi.Input[str], *, replica_region: str | None = None) -> dict[str, Alarm]:
    """Refused reads and writes of a table, and a replica that falls behind; nothing is refused in good health."""
    alarms = {
        f"{key}-{kind}-throttles": Alarm(
            _dynamodb(f"{kind.capitalize()}ThrottleEvents", table_name, "Sum"),
            0,
            f"The table {key} refuses {kind}s, as there are more than it takes",
        )
        for kind in ("read", "write")
    }
    if replica_region is not None:
        late = _dynamodb("ReplicationLatency", table_name, "Average", ReceivingRegion=replica_region)
        alarms[f"{key}-replication"] = Alarm(late, _LATE_MS, f"The replica of {key} in {replica_region} falls behind")
    return alarms


def capacity(table_name: pulumi.Input[str]) -> list[Metric]:
    """The capacity that a table uses, for a dashboard: units in each period."""
    names = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    return [_dynamodb(name, table_name, "Sum") for name in names]


def _dynamodb(name: str, table_name: pulumi.Input[str], statistic: str, **more: str) -> Metric:
    return Metric("AWS/DynamoDB", name, {"TableName": table_name, **more}, statistic)
