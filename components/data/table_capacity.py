"""Application Auto Scaling of a DynamoDB table's provisioned capacity."""

from collections.abc import Iterable, Iterator
from typing import Literal, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.component import Component
from settings import MisfitError, Problem, Settings

_UTILISATION_PERCENT = 70
"""What DynamoDB's own console sets: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html"""
_MOST = 40000
"""Units that a table may have before the quota is raised:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""


class CapacityRange(Settings):
    """The fewest and most units of a table and of each of its indexes.

    A read unit is one strongly consistent read of 4 KB a second, a write unit one write of 1 KB a second.
    """

    minimum: int = Field(default=5, ge=1, le=_MOST)
    """The fewest units."""
    maximum: int = Field(default=100, ge=1, le=_MOST)
    """The most units."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise MisfitError(Problem("minimum", f"{self.minimum} is above maximum ({self.maximum})"))
        return self


class TableCapacity(Component):
    """Keeps reads and writes of a table and each of its indexes at 70 % of the capacity that they are given."""

    def __init__(
        self,
        name: str,
        *,
        table_name: pulumi.Output[str],
        indexes: Iterable[str],
        read: CapacityRange,
        write: CapacityRange,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        for label, kind, resource_id in _scalable(table_name, indexes):
            self._follow(f"{label}read", resource_id, kind, "Read", read)
            self._follow(f"{label}write", resource_id, kind, "Write", write)
        self.register_outputs({})

    def _follow(
        self,
        label: str,
        resource_id: pulumi.Output[str],
        kind: str,
        unit: Literal["Read", "Write"],
        bounds: CapacityRange,
    ) -> None:
        target = aws.appautoscaling.Target(
            self.child(label),
            service_namespace="dynamodb",
            resource_id=resource_id,
            scalable_dimension=f"dynamodb:{kind}:{unit}CapacityUnits",
            min_capacity=bounds.minimum,
            max_capacity=bounds.maximum,
            opts=self.child_options(),
        )
        aws.appautoscaling.Policy(
            self.child(label, "policy"),
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {
                    "predefined_metric_type": f"DynamoDB{unit}CapacityUtilization",
                },
                "target_value": _UTILISATION_PERCENT,
            },
            opts=self.child_options(),
        )


def _scalable(table_name: pulumi.Output[str], indexes: Iterable[str]) -> Iterator[tuple[str, str, pulumi.Output[str]]]:
    """A label, the kind and the id, as Application Auto Scaling has it, of a table and of each of its indexes."""
    table = pulumi.Output.concat("table/", table_name)
    yield "", "table", table
    for index in indexes:
        yield f"{index}-", "index", pulumi.Output.concat(table, "/index/", index)
