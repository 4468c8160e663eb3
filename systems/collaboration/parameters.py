"""The parameters of the collaboration platform's plan, each checked where it is written down."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from components.compute.task_settings import ContainerHealth, Runtime, TaskSettings
from settings import MisfitError, Settings
from settings.errors import problems_of
from settings.services.kubernetes import CapitalVariable
from settings.services.secrets import Purpose

IMAGE = "collaboration-server"
FIRST_TAG = "v1.0.0"
REDIS_SECRET, JWT_SECRET = "redis", "jwt-secret"
OWN_SECRETS = frozenset({REDIS_SECRET, JWT_SECRET})
"""The last part of the names of the secrets that make themselves."""
OWN_VARIABLES = frozenset(
    {
        "AWS_REGION",
        "DYNAMODB_TABLE",
        "JWT_SECRET",
        "METRICS_NAMESPACE",
        "NODE_ENV",
        "PORT",
        "PROTOCOL",
        "REDIS_ENDPOINT",
        "REDIS_URL",
    }
)
"""What the container is told in any case."""
VERSION = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
"""https://semver.org, with the v that image tags often begin with; a tag has no build part, as it has no plus."""


Capacity = Annotated[int, Field(ge=1, le=5000)]
"""A number of tasks; 5000 are what a service may have."""


class Container(Settings):
    """What the image listens to and how much a task gets: ``cpu`` in units of which a core has 1024, ``memory`` in MiB.

    With HTTPS, the default, the server makes or brings a certificate; any will do, as the load balancer does not judge
    it. ``runtime`` is what of the image asks the port for its health: ``python`` in the one that is shipped.
    """

    port: int = Field(default=3000, ge=1024, le=65535)
    """The port that the container listens on."""
    protocol: Literal["HTTP", "HTTPS"] = "HTTPS"
    """What it speaks there; any certificate will do."""
    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 512
    """Units of CPU of a task, 1024 to a core."""
    memory: int = 1024
    """Memory of a task in MiB; which values go with which CPU is Fargate's table."""
    runtime: Runtime = "python"
    """The program in the image that asks the port for its health."""

    @property
    def task(self) -> dict[str, Any]:
        """The fields of a task's settings."""
        return self.model_dump(exclude={"runtime"}) | {"health": ContainerHealth(runtime=self.runtime)}

    @model_validator(mode="after")
    def _a_size_of_fargate(self) -> Self:
        try:
            TaskSettings(family="server", tag=FIRST_TAG, **self.task)
        except ValidationError as error:
            raise MisfitError(*problems_of(error, TaskSettings, "")) from None
        return self


class HandmadeSecret(Settings):
    """A secret that people put in, and the variable by which the container gets it once ``injected``.

    A task whose secret has no value does not start, so the value comes first.
    """

    purpose: Purpose
    """What it is, for whoever puts the value in."""
    variable: CapitalVariable
    """The environment variable by which the container gets it."""
    injected: bool = False
    """Whether the container gets it; the value has to be there before."""
