"""Settings of a workload."""

from typing import Literal, Self

from pydantic import Field, model_validator

from components.workloads.autoscaling import Autoscaling
from components.workloads.pod import PodSettings
from settings import MisfitError, Name, Problem


class WorkloadSettings(PodSettings):
    """The pods, how many of them, and how they are reached."""

    replicas: int = Field(default=3, ge=1, le=500)
    """At first; afterwards autoscaling decides, where it is set."""
    autoscaling: Autoscaling | None = None
    config_map: Name | None = None
    """The name of the ConfigMap; by default the workload's own name and ``-config``."""
    service_type: Literal["ClusterIP", "NodePort"] = "ClusterIP"
    """NodePort where the target group has targets of type instance, ClusterIP where they are of type ip."""
    sticky: bool = False
    """Whether the service sends the connections of one client address to one pod."""

    @model_validator(mode="after")
    def _replicas_within_bounds(self) -> Self:
        bounds = self.autoscaling
        if bounds and not bounds.min_replicas <= self.replicas <= bounds.max_replicas:
            said = f"{self.replicas} lies outside autoscaling's {bounds.min_replicas} to {bounds.max_replicas}"
            raise MisfitError(Problem("replicas", said))
        return self
