"""Custom metrics as log lines that CloudWatch turns into metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping

_UNIT = "Count"


def emit(
    service: str, counts: Mapping[str, float], *, event: str | None = None, clock: Callable[[], float] = time.time
) -> None:
    """Writes one line: counts by service, and by event where there is one.

    ``Events`` counts what happened by kind, among them ``connect`` and ``disconnect``, ``Operations`` stored
    operations, ``Missed`` messages that could not be passed on, ``Rejected`` operations that contradict their page,
    ``Refused`` connections, ``Failed`` what the WebSocket server could not do. All of these are for sums.

    How many there are is no sum: ``Connections`` and ``Present`` are the sockets that one server holds, and the users
    on its pages, once a minute, so that a sum over one minute is that of all servers. ``OnPage`` is how many users are
    on one page, for the greatest. A function knows neither sockets nor pages of others, and publishes no more.
    """
    dimensions = ["Service", *(["Event"] if event else [])]
    line = {
        "_aws": {
            "Timestamp": int(clock() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": os.environ.get("METRICS_NAMESPACE", "Collaboration"),
                    "Dimensions": [dimensions],
                    "Metrics": [{"Name": name, "Unit": _UNIT} for name in counts],
                }
            ],
        },
        "Service": service,
        **({"Event": event} if event else {}),
        **counts,
    }
    print(json.dumps(line), file=sys.stdout, flush=True)
