"""What is watched on the way of a request: CloudFront, its firewall, the load balancer."""

from collections.abc import Mapping

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import EDGE_REGION, Metric


def load_balancer(
    arn_suffix: pulumi.Input[str], target_groups: Mapping[str, pulumi.Input[str]], settings: AlarmSettings
) -> dict[str, Alarm]:
    """Errors, slow answers and unhealthy targets of an Application Load Balancer.

    Balancer and target groups go by the part of their ARN that CloudWatch knows them by:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    whole = {"LoadBalancer": arn_suffix}
    alarms = {
        "balancer-errors": Alarm(
            _balancer("HTTPCode_ELB_5XX_Count", whole, "Sum"),
            settings.server_errors,
            "The load balancer itself answers with server errors",
        ),
        "target-errors": Alarm(
            _balancer("HTTPCode_Target_5XX_Count", whole, "Sum"),
            settings.server_errors,
            "The application answers with server errors",
        ),
        "latency": Alarm(
            _balancer("TargetResponseTime", whole, "p99"),
            settings.latency_ms / 1000,
            f"One answer in a hundred takes longer than {settings.latency_ms} ms",
            periods=3,
        ),
    }
    for key, target_group in target_groups.items():
        alarms[f"unhealthy-{key}"] = Alarm(
            _balancer("UnHealthyHostCount", {**whole, "TargetGroup": target_group}, "Maximum"),
            0,
            f"A target of {key} fails its health check",
            missing="missing",
        )
    return alarms


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


def web_acl(metric_name: pulumi.Input[str], settings: AlarmSettings) -> dict[str, Alarm]:
    """A wave of blocked requests at a web ACL of CloudFront, which goes by the metric name it was given.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    metric = Metric("AWS/WAFV2", "BlockedRequests", {"WebACL": metric_name, "Rule": "ALL"}, "Sum", region=EDGE_REGION)
    return {"blocked-requests": Alarm(metric, settings.blocked_requests, "The firewall blocks unusually many requests")}


def _balancer(name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str) -> Metric:
    return Metric("AWS/ApplicationELB", name, dimensions, statistic)
