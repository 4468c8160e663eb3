"""Kubernetes quantities, and resource requests and limits of a container."""

from pydantic import model_validator

from settings import MisfitError, Problem, Settings
from settings.services.kubernetes import Cpu, Memory, millicores, size_in_bytes


class Amount(Settings):
    """Some CPU and some memory."""

    cpu: Cpu
    """CPU, as Kubernetes spells it: ``500m`` is half a core."""
    memory: Memory
    """Memory, as Kubernetes spells it: ``512Mi``."""

    def as_dict(self) -> dict[str, str]:
        """The amount as Kubernetes writes it."""
        return {"cpu": self.cpu, "memory": self.memory}


class Resources(Settings):
    """What a container is promised and what it may take at the most."""

    requests: Amount = Amount(cpu="250m", memory="256Mi")
    limits: Amount = Amount(cpu="500m", memory="512Mi")

    @model_validator(mode="after")
    def _requests_within_limits(self) -> "Resources":
        if millicores(self.requests.cpu) > millicores(self.limits.cpu):
            raise MisfitError(Problem("requests.cpu", f"{self.requests.cpu} is above the limit of {self.limits.cpu}"))
        if size_in_bytes(self.requests.memory) > size_in_bytes(self.limits.memory):
            raise MisfitError(
                Problem("requests.memory", f"{self.requests.memory} is above the limit of {self.limits.memory}")
            )
        return self

    def as_dict(self) -> dict[str, dict[str, str]]:
        """Requests and limits as a chart's values write them."""
        return {"requests": self.requests.as_dict(), "limits": self.limits.as_dict()}
