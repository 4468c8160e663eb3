"""Application Auto Scaling of an ECS service: target tracking and schedules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.component import Component
from components.drift import ALWAYS, BY_THE_CLOCK, ignored
from settings import MisfitError, Problem, Settings
from settings.services.windows import Clock, TimeZone

_TARGET = "aws:appautoscaling/target:Target"
_SCALE_OUT_SECONDS = 60
# Tasks that go take their connections with them, so they go slowly.
_SCALE_IN_SECONDS = 300


class OffPeak(Settings):
    """Fewer tasks at a time of day when little happens; the usual bounds come back at ``ends``."""

    starts: Clock = "22:00"
    """The time of day at which the other bounds begin."""
    ends: Clock = "06:00"
    """The time of day at which the usual bounds come back."""
    timezone: TimeZone = "UTC"
    """A name of the IANA database such as Europe/Berlin."""
    min_count: int = Field(ge=0, le=5000)
    """The fewest tasks meanwhile."""
    max_count: int = Field(ge=1, le=5000)
    """The most tasks meanwhile."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.starts == self.ends:
            raise MisfitError(Problem("starts", f"and ends are both {self.starts}"))
        if self.min_count > self.max_count:
            raise MisfitError(Problem("minCount", f"{self.min_count} is above maxCount {self.max_count}"))
        return self


class ScalingSettings(Settings):
    """The bounds of a service, and the load that a task should carry.

    60 % of CPU and 70 % of memory are the project's defaults where nothing is asked for. ``requests_per_task`` is per
    minute. ``connections_per_task`` counts open connections of clients, WebSockets above all. Of several targets the
    one that asks for the most tasks wins:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
    """

    min_count: int = Field(ge=1, le=5000)
    """The fewest tasks."""
    max_count: int = Field(ge=1, le=5000)
    """The most tasks."""
    cpu_percent: int | None = Field(default=60, ge=10, le=100)
    """The CPU that tasks should use on average, in percent of what they reserve; ``null`` not to scale by it."""
    memory_percent: int | None = Field(default=70, ge=10, le=100)
    """The memory that tasks should use on average, in percent of what they reserve; ``null`` not to scale by it."""
    requests_per_task: int | None = Field(default=None, ge=1)
    """Requests a minute that one task should answer, behind a load balancer."""
    connections_per_task: int | None = Field(default=None, ge=1)
    """Open connections of clients that one task should carry."""
    off_peak: OffPeak | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_count > self.max_count:
            raise MisfitError(Problem("minCount", f"{self.min_count} is above maxCount {self.max_count}"))
        if self.off_peak is not None and self.off_peak.max_count > self.max_count:
            raise MisfitError(
                Problem("offPeak.maxCount", f"{self.off_peak.max_count} is above maxCount {self.max_count}")
            )
        return self


@dataclass(frozen=True)
class Balanced:
    """The load balancer and the target group that a service gets its requests from, by their ``arn_suffix``."""

    load_balancer: pulumi.Input[str]
    target_group: pulumi.Input[str]


class ServiceScaling(Component):
    """Application Auto Scaling of one ECS service: a target to keep for each load that ``settings`` names.

    Connections are counted by the load balancer, tasks by the cluster's Container Insights. Raises ValueError when
    requests or connections are to be counted and there is no ``balanced``. With ``off_peak``
    the bounds are the clock's from the first evening on: an update that changes them changes what the clock sets next.
    In a recovery stack ``promoted`` says whether there are tasks: without it there are none, at no hour of the day.
    """

    def __init__(
        self,
        name: str,
        settings: ScalingSettings,
        *,
        cluster_name: pulumi.Input[str],
        service_name: pulumi.Input[str],
        balanced: Balanced | None = None,
        promoted: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        # A promotion raises the bounds, which then must not be left to whatever the clock has set.
        set_elsewhere = settings.off_peak is not None and promoted is None
        if balanced is None and (settings.requests_per_task or settings.connections_per_task):
            raise ValueError(f"{name}: to scale on requests or connections takes a load balancer")
        target = aws.appautoscaling.Target(
            self.child("target"),
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=pulumi.Output.concat("service/", cluster_name, "/", service_name),
            min_capacity=0 if promoted is False else settings.min_count,
            max_capacity=0 if promoted is False else settings.max_count,
            opts=self.child_options(ignore_changes=ignored(_TARGET, BY_THE_CLOCK if set_elsewhere else ALWAYS)),
        )
        self._target: dict[str, Any] = {
            "service_namespace": target.service_namespace,
            "scalable_dimension": target.scalable_dimension,
            "resource_id": target.resource_id,
        }
        self._keep("cpu", settings.cpu_percent, _predefined("ECSServiceAverageCPUUtilization"))
        self._keep("memory", settings.memory_percent, _predefined("ECSServiceAverageMemoryUtilization"))
        if balanced is not None:
            self._keep("requests", settings.requests_per_task, _requests(balanced))
            self._keep("connections", settings.connections_per_task, _connections(balanced, cluster_name, service_name))
        if settings.off_peak is not None and promoted is not False:
            self._change_by_clock(settings.off_peak, settings)
        self.register_outputs({"resourceId": target.resource_id})

    def _keep(self, load: str, value: int | None, metric: Mapping[str, Any]) -> None:
        if value is None:
            return
        aws.appautoscaling.Policy(
            self.child(load),
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration={
                "target_value": value,
                "scale_out_cooldown": _SCALE_OUT_SECONDS,
                "scale_in_cooldown": _SCALE_IN_SECONDS,
                **metric,
            },
            **self._target,
            opts=self.child_options(),
        )

    def _change_by_clock(self, off_peak: OffPeak, usual: ScalingSettings) -> None:
        evening = self._at("off-peak", off_peak.starts, off_peak, off_peak.timezone)
        # Application Auto Scaling refuses two changes of one target at a time.
        self._at("peak", off_peak.ends, usual, off_peak.timezone, after=[evening])

    def _at(
        self,
        suffix: str,
        time: str,
        bounds: OffPeak | ScalingSettings,
        timezone: str,
        after: list[pulumi.Resource] | None = None,
    ) -> aws.appautoscaling.ScheduledAction:
        hour, minute = map(int, time.split(":"))
        return aws.appautoscaling.ScheduledAction(
            self.child(suffix),
            schedule=f"cron({minute} {hour} * * ? *)",
            timezone=timezone,
            scalable_target_action={"min_capacity": bounds.min_count, "max_capacity": bounds.max_count},
            **self._target,
            opts=self.child_options(depends_on=after),
        )


def _predefined(metric: str, **more: pulumi.Input[str]) -> dict[str, Any]:
    return {"predefined_metric_specification": {"predefined_metric_type": metric, **more}}


def _requests(balanced: Balanced) -> dict[str, Any]:
    label = pulumi.Output.concat(balanced.load_balancer, "/", balanced.target_group)
    return _predefined("ALBRequestCountPerTarget", resource_label=label)


def _connections(
    balanced: Balanced, cluster_name: pulumi.Input[str], service_name: pulumi.Input[str]
) -> dict[str, Any]:
    """Client connections for each running task. The load balancer counts its own connections to the targets as well,
    one for each WebSocket, hence the half; it publishes nothing while there are none.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
    """
    open_now = _metric("AWS/ApplicationELB", "ActiveConnectionCount", {"LoadBalancer": balanced.load_balancer}, "Sum")
    of_service = {"ClusterName": cluster_name, "ServiceName": service_name}
    running = _metric("ECS/ContainerInsights", "RunningTaskCount", of_service, "Average")
    return {
        "customized_metric_specification": {
            "metrics": [
                {"id": "connections", "metric_stat": open_now, "return_data": False},
                {"id": "tasks", "metric_stat": running, "return_data": False},
                {
                    "id": "load",
                    "label": "Client connections for each task",
                    "expression": "FILL(connections, 0) / 2 / tasks",
                    "return_data": True,
                },
            ]
        }
    }


def _metric(namespace: str, name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str) -> dict[str, Any]:
    named = [{"name": dimension, "value": value} for dimension, value in dimensions.items()]
    return {"metric": {"namespace": namespace, "metric_name": name, "dimensions": named}, "stat": statistic}
