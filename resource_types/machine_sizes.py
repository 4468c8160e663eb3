"""What the machines behind AWS's services have: virtual CPUs, memory, and what their link to EBS keeps up."""

import functools
import tomllib
from dataclasses import dataclass
from typing import Any

from resource_types import FOLDER

_PREFIXES = ("db.", "cache.", "kafka.")
_ALSO_CALLED = {"x2g": "x2gd"}
"""What a service calls a machine that EC2 has with disks of its own only:
https://aws.amazon.com/rds/instance-types/"""


@dataclass(frozen=True)
class MachineSize:
    """One machine: memory in MiB, EBS in operations and MB a second that it keeps up for ever, bursts left out."""

    vcpus: int
    memory_mib: int
    ebs_iops: int
    ebs_mbps: float


def machine_size(name: str) -> MachineSize | None:
    """By the name of EC2, RDS, ElastiCache or MSK, such as ``db.r5.2xlarge``; None where nobody has said."""
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    family, _, size = name.partition(".")
    found = _table().get(_ALSO_CALLED.get(family, family), {}).get(size)
    return None if found is None else MachineSize(*found)


@functools.cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((FOLDER / "machine_sizes.toml").read_text(encoding="utf-8"))
    return found
