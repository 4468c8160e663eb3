"""Settings of node groups: number, instance types, capacity type, disks, labels and taints."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from settings import MisfitError, Problem, Settings
from settings.services.ec2 import InstanceType
from settings.services.eks import MOST_TAINTS, NodeGroupName, NodeLabels, TaintKey, TaintValue

_GRAVITON = r"(a1|[a-z]+[0-9]+g[a-z]*)\..+"


class Taint(Settings):
    """Keeps pods without a matching toleration off the nodes."""

    key: TaintKey
    """The taint's key, which a pod's toleration names."""
    value: TaintValue = ""
    """The taint's value."""
    effect: Literal["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"] = "NO_SCHEDULE"
    """Whether a pod that does not tolerate it is not scheduled, ended as well, or scheduled elsewhere if possible."""


class NodeGroupSettings(Settings):
    """How many nodes of which kind. Graviton instance types get the ARM image."""

    name: NodeGroupName
    """The group's name in its cluster; another one replaces the group."""
    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1, max_length=20)]
    """What EC2 may take, all of one architecture and, for Cluster Autoscaler, of one size."""
    min_size: int = Field(ge=0)
    """The fewest nodes."""
    max_size: int = Field(ge=1)
    """The most nodes."""
    desired_size: int = Field(ge=0)
    """At first; afterwards an autoscaler decides. Outside of the bounds an update asks for the nearer of them,
    since EKS takes no bounds that the group lies outside of."""
    disk_gib: int = Field(default=100, ge=20, le=16384)
    """Each node's root volume (gp3, encrypted), in GiB."""
    capacity_type: Literal["ON_DEMAND", "SPOT"] = "ON_DEMAND"
    """Whether nodes are bought on demand or as Spot, which AWS takes back with two minutes' notice."""
    labels: NodeLabels = Field(default_factory=dict)
    """Labels of the nodes, by which pods choose them."""
    taints: Annotated[tuple[Taint, ...], Field(max_length=MOST_TAINTS)] = ()
    worker_policy: Literal["minimal", "standard"] = "minimal"
    """Which of AWS's policies the nodes have; the standard one also describes the network of the whole account:
    https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html"""
    session_manager: bool = False
    """Lets operators with the right to open a shell on a node by Session Manager; there is no SSH."""

    @property
    def is_graviton(self) -> bool:
        """Whether the instance types are ARM ones."""
        return re.fullmatch(_GRAVITON, self.instance_types[0]) is not None

    @property
    def size(self) -> int:
        """How many nodes an update asks for, unless it leaves their number alone."""
        return min(max(self.desired_size, self.min_size), self.max_size)

    @field_validator("instance_types")
    @classmethod
    def _kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len({re.fullmatch(_GRAVITON, kind) is None for kind in value}) > 1:
            raise ValueError(f"{', '.join(value)} mix Graviton with x86; a group runs one image")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_size > self.max_size:
            raise MisfitError(Problem("minSize", f"{self.min_size} is above maxSize {self.max_size}"))
        if self.capacity_type == "SPOT" and len(self.instance_types) < 2:
            raise MisfitError(
                Problem("capacityType", "SPOT needs two instanceTypes or more, or one shortage stops the group")
            )
        return self
