"""Alarms of an Application Load Balancer and its target groups."""

from collections.abc import Mapping

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric


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


def _balancer(name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str) -> Metric:
    return Metric("AWS/ApplicationELB", name, dimensions, statistic)
