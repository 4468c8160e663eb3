"""Alarms of a Route 53 health check."""

import pulumi

from components.operations.alarms import Alarm
from components.operations.metric import EDGE_REGION, Metric


def health_check(health_check_id: pulumi.Input[str]) -> dict[str, Alarm]:
    """A public endpoint that Route 53's checkers do not reach; they publish in us-east-1.

    Where a recovery region may take over, the check has to be one that knows of it (``HomeHealth.served_check_id``).

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
    """
    metric = Metric(
        "AWS/Route53",
        "HealthCheckStatus",
        {"HealthCheckId": health_check_id},
        "Minimum",
        region=EDGE_REGION,
        period=60,
    )
    return {"unreachable": Alarm(metric, 1, "The platform cannot be reached from outside", below=True)}
