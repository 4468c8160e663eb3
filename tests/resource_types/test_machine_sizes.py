"""What machines have, against EC2's own answer as moto keeps it."""

import gzip
import json
import tomllib
from pathlib import Path
from typing import Any

import moto.ec2

from resource_types import FOLDER
from resource_types.machine_sizes import MachineSize, machine_size
from settings.services.machines import Service, machines

ANSWER = Path(moto.ec2.__file__).parent / "resources" / "instance_types.json.gz"


def answered(name: str, types: dict[str, Any]) -> list[float]:
    found = types[name]
    ebs = found["EbsInfo"]["EbsOptimizedInfo"]
    return [
        found["VCpuInfo"]["DefaultVCpus"],
        found["MemoryInfo"]["SizeInMiB"],
        ebs["BaselineIops"],
        ebs["BaselineThroughputInMBps"],
    ]


def test_every_line_is_what_ec2_answers() -> None:
    types = json.loads(gzip.decompress(ANSWER.read_bytes()))
    table = tomllib.loads((FOLDER / "machine_sizes.toml").read_text(encoding="utf-8"))
    told = {f"{family}.{size}": line for family, sizes in table.items() for size, line in sizes.items()}
    assert {
        name: line
        for name, line in told.items()
        if [round(n) for n in line] != [round(n) for n in answered(name, types)]
    } == {}
    assert len(told) > 200


def test_a_service_s_own_name_is_the_machine_s() -> None:
    assert machine_size("db.r5.2xlarge") == machine_size("r5.2xlarge") == MachineSize(8, 65536, 12000, 287.5)
    assert machine_size("kafka.m5.large") == MachineSize(2, 8192, 3600, 81.25)
    assert machine_size("db.x2g.large") == machine_size("x2gd.large")
    assert machine_size("db.serverless") is None


def test_whatever_a_service_runs_on_has_a_size() -> None:
    services: tuple[Service, ...] = ("rds", "elasticache", "msk")
    assert [name for service in services for name in machines(service) if machine_size(name) is None] == []
