"""Kubernetes quantities of CPU and memory, and what a container asks for."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from settings import Settings

_MEMORY_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def _cpu(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d*m|[1-9]\d*(\.\d{1,3})?", value):
        raise ValueError(f"{value!r} is not an amount of CPU such as 250m or 2")
    return value


def _memory(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d*(Ki|Mi|Gi)", value):
        raise ValueError(f"{value!r} is not an amount of memory such as 512Mi or 2Gi")
    return value


Cpu = Annotated[str, AfterValidator(_cpu), Field(examples=["250m"])]
"""CPU time in cores, or in thousandths of one (``m``)."""

Memory = Annotated[str, AfterValidator(_memory), Field(examples=["512Mi"])]
"""Memory in Ki, Mi or Gi."""


def millicores(cpu: str) -> int:
    """An amount of CPU in thousandths of a core."""
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else round(float(cpu) * 1000)


def size_in_bytes(memory: str) -> int:
    """An amount of memory in bytes."""
    return int(memory[:-2]) * _MEMORY_UNITS[memory[-2:]]


class Amount(Settings):
    """Some CPU and some memory."""

    cpu: Cpu
    memory: Memory

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
            raise ValueError(f"requests {self.requests.cpu} CPU, above its limit of {self.limits.cpu}")
        if size_in_bytes(self.requests.memory) > size_in_bytes(self.limits.memory):
            raise ValueError(f"requests {self.requests.memory} memory, above its limit of {self.limits.memory}")
        return self

    def as_dict(self) -> dict[str, dict[str, str]]:
        """Requests and limits as a chart's values write them."""
        return {"requests": self.requests.as_dict(), "limits": self.limits.as_dict()}
