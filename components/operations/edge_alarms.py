"""Alarms of health checks, CloudFront, WAF and load balancers."""

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


def web_acl(metric_name: pulumi.Input[str], settings: AlarmSettings, *, region: str | None = None) -> dict[str, Alarm]:
    """A wave of blocked requests at a web ACL, which goes by the metric name it was given.

    ``region`` is that of a regional web ACL, which has it as a dimension; one of CloudFront has none.
    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    dimensions = {"WebACL": metric_name, "Rule": "ALL", **({"Region": region} if region else {})}
    metric = Metric("AWS/WAFV2", "BlockedRequests", dimensions, "Sum", region=None if region else EDGE_REGION)
    return {"blocked-requests": Alarm(metric, settings.blocked_requests, "The firewall blocks unusually many requests")}


def health_check(health_check_id: pulumi.Input[str]) -> dict[str, Alarm]:
    """A public endpoint that Route 53's checkers do not reach; they publish in us-east-1.

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


def _balancer(name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str) -> Metric:
    return Metric("AWS/ApplicationELB", name, dimensions, statistic)
