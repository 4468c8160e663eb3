"""Settings of an ECS task: image tag, CPU, memory, port, user and health check."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings import MisfitError, Name, Problem, Settings
from settings.services.containers import ImageTag
from settings.services.ecs import ContainerUser, HealthPath
from settings.services.kubernetes import Path

_GIB = 1024
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
_MEMORY_OF = {
    256: (512, 1024, 2048),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}


Runtime = Literal["node", "python"]
"""A program of the image that can ask the container's port: ``node`` from Node.js 18 on, ``python`` 3."""


class ContainerHealth(Settings):
    """How ECS asks a container whether it is well; times in seconds.

    Without ``command``, the image's own ``runtime`` requests ``path`` from the container's port. After ``retries``
    failures the task is replaced. ECS does not look at a HEALTHCHECK of the image.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    """

    path: HealthPath = "/health"
    """What is asked for over HTTP on the container's port."""
    runtime: Runtime = "node"
    """The program in the image that asks, where no command is given."""
    command: tuple[str, ...] | None = Field(default=None, min_length=1)
    """A command of the image in its place; an exit status of 0 says that all is well."""
    interval: int = Field(default=30, ge=5, le=300)
    """Seconds between two questions."""
    timeout: int = Field(default=5, ge=2, le=60)
    """After how many seconds an answer counts as a failure."""
    retries: int = Field(default=3, ge=1, le=10)
    """How many failures in a row make the container unhealthy."""
    start_period: int = Field(default=60, ge=0, le=300)
    """Seconds after the start in which failures do not count."""


class TaskSettings(Settings):
    """The image, size and port of a task: ``cpu`` in units of which a core has 1024, ``memory`` in MiB.

    ``tag`` is a tag other than latest, or a digest. ``protocol`` is what the container speaks on ``port``; its load
    balancer's target group has to be told the same. ``user`` is a number other than 0: 1000 is ``node`` in the
    official image of Node.js.
    """

    family: Name = Field(max_length=40)
    """The task definition's name in AWS, unique in account and region."""
    tag: ImageTag
    """The image's tag in its repository, or its digest."""
    port: int = Field(ge=1024, le=65535)
    """Below 1024 only root may listen."""
    protocol: Literal["HTTP", "HTTPS"] = "HTTPS"
    """What the container speaks on its port; any certificate will do."""
    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 512
    """Units of CPU of a task, 1024 to a core."""
    memory: int = 1024
    """Memory of a task in MiB; which values go with which CPU is Fargate's table."""
    architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """The processors that the image is built for."""
    user: ContainerUser = "1000:1000"
    """The user and group that the container runs as, by number."""
    scratch: dict[Path, Annotated[int, Field(ge=1)]] = Field(
        default_factory=lambda: {"/tmp": 64}  # noqa: S108 - a path in the container, not on this machine
    )
    """Where the container may write, and how many MiB; they are taken from ``memory`` and gone with the task."""
    health: ContainerHealth = ContainerHealth()
    stop_timeout: int = Field(default=120, ge=2, le=120)
    """Seconds from SIGTERM to SIGKILL; 120, the most, is also the warning that Spot gives:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"""

    @model_validator(mode="after")
    def _a_size_of_fargate(self) -> Self:
        allowed = _MEMORY_OF[self.cpu]
        if self.memory not in allowed:
            known = ", ".join(map(str, allowed))
            raise MisfitError(
                Problem("memory", f"{self.memory} does not go with cpu {self.cpu}; Fargate offers {known}")
            )
        if sum(self.scratch.values()) > self.memory // 2:
            raise MisfitError(Problem("scratch", f"takes more than half of memory ({self.memory})"))
        return self
