"""Alarms of a WAF web ACL."""

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import EDGE_REGION, Metric


def web_acl(metric_name: pulumi.Input[str], settings: AlarmSettings, *, region: str | None = None) -> dict[str, Alarm]:
    """A wave of blocked requests at a web ACL, which goes by the metric name it was given.

    ``region`` is that of a regional web ACL, which has it as a dimension; one of CloudFront has none.
    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    dimensions = {"WebACL": metric_name, "Rule": "ALL", **({"Region": region} if region else {})}
    metric = Metric("AWS/WAFV2", "BlockedRequests", dimensions, "Sum", region=None if region else EDGE_REGION)
    return {"blocked-requests": Alarm(metric, settings.blocked_requests, "The firewall blocks unusually many requests")}
