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

    ``Events`` counts what happened by kind, ``Connections`` open sockets, ``Operations`` stored operations,
    ``Present`` users on a page, ``Missed`` messages that could not be passed on, ``Rejected`` operations that
    contradict their page, ``Refused`` connections, ``Failed`` what the WebSocket server could not do.
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
