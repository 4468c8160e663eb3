"""A HorizontalPodAutoscaler of a workload."""

from typing import Self

from pulumi_kubernetes.autoscaling.v2 import (
    CrossVersionObjectReferenceArgs,
    HorizontalPodAutoscalerBehaviorArgs,
    HorizontalPodAutoscalerSpecArgs,
    HPAScalingPolicyArgs,
    HPAScalingRulesArgs,
    MetricSpecArgs,
    MetricTargetArgs,
    ResourceMetricSourceArgs,
)
from pydantic import Field, model_validator

from settings import MisfitError, Problem, Settings


class ScaleDown(Settings):
    """How slowly pods go: ``pods`` at the most every ``period_seconds``, and only when they were too many for so long.

    For pods that hold connections, each of which has to be recreated elsewhere. Kubernetes' own way is to take away all
    that are too many after five minutes:
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
    """

    stabilization_seconds: int = Field(default=600, ge=0, le=3600)
    """For how long pods must have been too many before any goes."""
    pods: int = Field(default=1, ge=1)
    """How many pods may go in one period."""
    period_seconds: int = Field(default=60, ge=1, le=1800)
    """How long a period is."""


class Autoscaling(Settings):
    """How many pods there may be, and how busy they should be in percent of what they request."""

    min_replicas: int = Field(ge=1, le=500)
    """The fewest pods."""
    max_replicas: int = Field(ge=1, le=500)
    """The most pods."""
    cpu_percent: int = Field(default=70, ge=10, le=100)
    """The CPU that pods should use on average, in percent of what they request."""
    memory_percent: int | None = Field(default=None, ge=10, le=100)
    """The memory that pods should use on average, in percent of what they request. Left out, it does not count."""
    scale_down: ScaleDown | None = None
    """A slower way down than Kubernetes' own."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise MisfitError(Problem("minReplicas", f"{self.min_replicas} is above maxReplicas {self.max_replicas}"))
        return self


def autoscaler(deployment: str, bounds: Autoscaling) -> HorizontalPodAutoscalerSpecArgs:
    """A HorizontalPodAutoscaler's specification for the Deployment of that name."""
    targets = {"cpu": bounds.cpu_percent, "memory": bounds.memory_percent}
    return HorizontalPodAutoscalerSpecArgs(
        scale_target_ref=CrossVersionObjectReferenceArgs(api_version="apps/v1", kind="Deployment", name=deployment),
        min_replicas=bounds.min_replicas,
        max_replicas=bounds.max_replicas,
        metrics=[_utilization(resource, percent) for resource, percent in targets.items() if percent],
        behavior=_behavior(bounds.scale_down) if bounds.scale_down else None,
    )


def _behavior(down: ScaleDown) -> HorizontalPodAutoscalerBehaviorArgs:
    policy = HPAScalingPolicyArgs(type="Pods", value=down.pods, period_seconds=down.period_seconds)
    return HorizontalPodAutoscalerBehaviorArgs(
        scale_down=HPAScalingRulesArgs(stabilization_window_seconds=down.stabilization_seconds, policies=[policy])
    )


def _utilization(resource: str, percent: int) -> MetricSpecArgs:
    return MetricSpecArgs(
        type="Resource",
        resource=ResourceMetricSourceArgs(
            name=resource, target=MetricTargetArgs(type="Utilization", average_utilization=percent)
        ),
    )
