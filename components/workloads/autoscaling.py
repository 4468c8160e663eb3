"""How many pods of a workload there should be."""

from typing import Self

from pulumi_kubernetes.autoscaling.v2 import (
    CrossVersionObjectReferenceArgs,
    HorizontalPodAutoscalerSpecArgs,
    MetricSpecArgs,
    MetricTargetArgs,
    ResourceMetricSourceArgs,
)
from pydantic import Field, model_validator

from settings import Settings


class Autoscaling(Settings):
    """How many pods there may be, and how busy they should be in percent of what they request."""

    min_replicas: int = Field(ge=1, le=500)
    max_replicas: int = Field(ge=1, le=500)
    cpu_percent: int = Field(default=70, ge=10, le=100)
    memory_percent: int | None = Field(default=None, ge=10, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError(f"minReplicas {self.min_replicas} is above maxReplicas {self.max_replicas}")
        return self


def autoscaler(deployment: str, bounds: Autoscaling) -> HorizontalPodAutoscalerSpecArgs:
    """A HorizontalPodAutoscaler's specification for the Deployment of that name."""
    targets = {"cpu": bounds.cpu_percent, "memory": bounds.memory_percent}
    return HorizontalPodAutoscalerSpecArgs(
        scale_target_ref=CrossVersionObjectReferenceArgs(api_version="apps/v1", kind="Deployment", name=deployment),
        min_replicas=bounds.min_replicas,
        max_replicas=bounds.max_replicas,
        metrics=[_utilization(resource, percent) for resource, percent in targets.items() if percent],
    )


def _utilization(resource: str, percent: int) -> MetricSpecArgs:
    return MetricSpecArgs(
        type="Resource",
        resource=ResourceMetricSourceArgs(
            name=resource, target=MetricTargetArgs(type="Utilization", average_utilization=percent)
        ),
    )
