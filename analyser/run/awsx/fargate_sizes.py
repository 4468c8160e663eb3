"""The size of a task on Fargate, by what its containers ask for.

``ecs/fargateMemoryAndCpu.ts`` of https://github.com/pulumi/pulumi-awsx, which takes the least memory first: its list is
sorted by price, and then once more in place by memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.unknown import UNKNOWN, wholly_known

_SIZES: Mapping[float, Sequence[float]] = {
    0.25: (0.5, 1, 2),
    0.5: range(1, 5),
    1: range(2, 9),
    2: range(4, 17),
    4: range(8, 31),
    8: range(16, 61),
    16: range(32, 121),
    32: (60, 120, 244),
}
"""GB of memory by vCPUs: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"""


def size_of(containers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``cpu`` and ``memory`` of the task as texts; unknown where a container's are, or where there is no such size."""
    asked = [[each.get(key) for key in ("cpu", "memoryReservation", "memory")] for each in containers]
    if not wholly_known(asked):
        return {"cpu": UNKNOWN, "memory": UNKNOWN}
    vcpu = sum(cpu or 0 for cpu, _, _ in asked) / 1024
    memory = sum(reserved or most or 0 for _, reserved, most in asked) / 1024
    found = next((size for size in _by_memory() if size[0] >= memory and size[1] >= vcpu), None)
    if found is None:
        return {"cpu": UNKNOWN, "memory": UNKNOWN}
    return {"cpu": f"{found[1] * 1024:g}", "memory": f"{found[0] * 1024:g}"}


def _by_memory() -> Iterator[tuple[float, float]]:
    yield from sorted((memory, vcpu) for vcpu, memories in _SIZES.items() for memory in memories)
