"""Alarms of a CloudFront distribution."""

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import EDGE_REGION, Metric


def distribution(distribution_id: pulumi.Input[str], settings: AlarmSettings) -> dict[str, Alarm]:
    """Errors that users of a CloudFront distribution see; published in us-east-1 under the region Global.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    metric = Metric(
        "AWS/CloudFront",
        "5xxErrorRate",
        {"DistributionId": distribution_id, "Region": "Global"},
        region=EDGE_REGION,
    )
    return {
        "edge-errors": Alarm(
            metric, settings.edge_error_percent, f"More than {settings.edge_error_percent} % of answers are errors"
        )
    }
